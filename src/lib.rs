//! feedmill makes feeds for web sites that publish none.
//!
//! Modules in the order of the pipeline; ARCHITECTURE.md has the map and the rules.

pub mod article;
pub mod assemble;
pub mod cli;
pub mod config;
pub mod finding;
pub mod format;
pub mod hosting;
pub mod io;
pub mod listing;
pub mod model;
pub mod normalise;
pub mod page;
pub mod pipeline;
pub mod report;
