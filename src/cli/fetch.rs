//! `feedmill fetch`: visit the sites and keep their pages in an archive, for `feedmill build --from` elsewhere.
//!
//! It keeps no state: which stories are known it takes from the feeds that are published, in the output folder or at
//! `base_url`, so that only the pages of new ones are asked for.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::place::{Place, say_error};
use super::{SOME_FAILED, USAGE, WELL, say, warn};
use crate::config::Config;
use crate::finding::{Code, Finding};
use crate::hosting::Size;
use crate::io::archive::{Recorded, Recorder};
use crate::io::clock::SystemClock;
use crate::io::fetch::{Web, WebOptions};
use crate::io::files;
use crate::io::publish::dir::Dir;
use crate::io::publish::nowhere::Nowhere;
use crate::io::store::sqlite::Sqlite;
use crate::model::FeedId;
use crate::pipeline::{self, Clock, Outcome, Ports, Stale};
use crate::report;

/// `feedmill fetch [FEED…] --to FILE`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only these feeds, by their keys in feeds.toml
    feeds: Vec<String>,
    /// The archive to write (WARC 1.1; packed if the name ends in .gz)
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = "feeds.toml")]
    config: PathBuf,
    /// The folder with the published feeds, where it is here [default: public, beside the configuration]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let place = Place::at(arguments.config.clone(), arguments.output.clone());
    let config = match place.load(arguments.json) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let only = match place.chosen(&arguments.feeds, &config) {
        Ok(only) => only,
        Err(message) => {
            say_error(&message, arguments.json);
            return USAGE;
        }
    };
    match record(arguments, &place, &config, &only) {
        Ok((recorded, outcomes, common)) => tell(arguments, recorded, &outcomes, &common),
        Err(message) => {
            say_error(&message, arguments.json);
            SOME_FAILED
        }
    }
}

/// Visits the feeds `only` (all if it is empty) and writes the archive; the error is for people.
fn record(
    arguments: &Arguments,
    place: &Place,
    config: &Config,
    only: &[FeedId],
) -> Result<(Recorded, Vec<Outcome>, Vec<Finding>), String> {
    let clock = SystemClock::from_environment();
    let output = place.output();
    let published = if output.is_dir() { Some(Dir::open(&output).map_err(|error| error.to_string())?) } else { None };
    let publish = Nowhere { published };
    let store = Sqlite::in_memory().map_err(|error| error.to_string())?;
    let some = (!only.is_empty()).then_some(only);
    let parsers = super::parsers(config, some);
    let contact = config.contact.clone();
    let longest_delay = super::longest_delay(config);
    let web = Web::new(WebOptions { contact, longest_delay, clock, parsers, ..WebOptions::default() });
    let web = web.map_err(|error| error.message)?;
    let refused = |error: std::io::Error| format!("{}: {}", arguments.to.display(), files::explain(&error));
    let recorder = Recorder::new(&web, config.base_url.as_ref(), clock.now()).map_err(refused)?;
    let runtime = super::runtime().map_err(|error| error.to_string())?;
    let (stop, stale) = (Arc::default(), Stale::Tell);
    let ports = Ports { fetch: &recorder, store: &store, publish: &publish, clock: &clock, stop, stale };
    let (outcomes, common, _) = runtime.block_on(pipeline::build(config, some, &ports, &|_| {}));
    let recorded = recorder.finish(&arguments.to).map_err(refused)?;
    Ok((recorded, outcomes, common))
}

fn tell(arguments: &Arguments, recorded: Recorded, outcomes: &[Outcome], common: &[Finding]) -> u8 {
    let failed = report::failures(outcomes, common);
    if arguments.json {
        let mut report = report::json(outcomes, common, Size::default());
        let Recorded { pages, bytes } = recorded;
        report["archive"] = json!({ "file": arguments.to, "pages": pages, "bytes": bytes });
        say(&format_args!("{report:#}"));
    } else {
        for outcome in outcomes {
            // That the published feeds were read is how it is meant to be.
            for finding in outcome.findings.iter().filter(|finding| finding.code != Code::StateRebuilt) {
                warn(&report::finding(Some(outcome.id.as_str()), finding));
            }
        }
        for finding in common {
            warn(&report::finding(None, finding));
        }
        let feeds = outcomes.len();
        let Recorded { pages, bytes } = recorded;
        let file = arguments.to.display();
        say(&format_args!("{pages} pages of {feeds} feeds are in {file} ({bytes} bytes); {failed} feeds failed"));
    }
    if failed == 0 { WELL } else { SOME_FAILED }
}
