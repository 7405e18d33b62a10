//! The one integration binary. Every test runs the program itself on a folder or on an origin on the loopback
//! interface, and looks at its files, its words, its exit code and its requests.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read and write files, open sockets and set the environment of what they run"
)]
#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets the unexpected has failed")]

mod absence;
mod architecture;
mod archive;
mod blocked;
mod build;
mod config;
mod damage;
mod disk;
mod drift;
mod failure;
mod faults;
mod formats;
mod fuzz;
mod generated;
mod hosting;
mod hub;
mod inspect;
mod kill;
mod media;
mod merged;
mod offline;
mod pages;
mod properties;
mod publication;
mod readme;
mod recurring;
mod schedule;
mod sites;
mod state;
mod status;
mod support;
mod watch;
