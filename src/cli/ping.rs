//! `feedmill ping`: tell the hubs what changed, once it is online.

use super::place::{Place, say_error};
use super::{BUSY, SOME_FAILED, USAGE, WELL, say, warn};
use crate::io::clock::SystemClock;
use crate::io::fetch::{Web, WebOptions};
use crate::io::store::sqlite::{OpenError, Sqlite};
use crate::pipeline::{self, Clock};
use crate::{assemble, report};

/// `feedmill ping [FEED…]`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only the hubs of these feeds, by their keys in feeds.toml
    feeds: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let config = match arguments.place.load(false) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let only = match arguments.place.chosen(&arguments.feeds, &config) {
        Ok(only) => only,
        Err(message) => {
            say_error(&message, false);
            return USAGE;
        }
    };
    let clock = SystemClock::from_environment();
    let store = match Sqlite::open(&arguments.place.state(), clock.now()) {
        Ok(opened) => opened.store,
        Err(error) => {
            say_error(&error.to_string(), false);
            return if matches!(error, OpenError::Busy { .. }) { BUSY } else { SOME_FAILED };
        }
    };
    let web = Web::new(WebOptions { contact: config.contact.clone(), clock, ..WebOptions::default() });
    let (web, runtime) = match (web, super::runtime()) {
        (Ok(web), Ok(runtime)) => (web, runtime),
        (Err(error), _) => {
            say_error(&error.message, false);
            return SOME_FAILED;
        }
        (_, Err(error)) => {
            say_error(&error.to_string(), false);
            return SOME_FAILED;
        }
    };
    let told = runtime.block_on(pipeline::announce(&config, &only, &store, &web));
    for finding in &told.findings {
        warn(&report::finding(None, finding));
    }
    say(&format_args!("told of {}", assemble::count(told.files, "file")));
    if told.findings.is_empty() { WELL } else { SOME_FAILED }
}
