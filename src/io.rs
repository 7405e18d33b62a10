//! The outside: network, files, state, clock, environment. The only module that may touch them.
#![expect(clippy::disallowed_methods, reason = "this is the module in which they are allowed")]

pub mod archive;
pub mod clock;
pub mod environment;
pub(crate) mod failpoint;
pub mod fetch;
pub mod files;
pub mod folder;
pub mod guard;
pub mod publish;
pub mod robots;
pub mod store;
pub mod throttle;
