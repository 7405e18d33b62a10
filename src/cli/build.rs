//! `feedmill build`: visit the sites, write the feeds, tell what happened.

use std::io::IsTerminal;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::place::{self, Place};
use super::{BUSY, SOME_FAILED, USAGE, WELL, say, warn};
use crate::finding::Finding;
use crate::io::clock::SystemClock;
use crate::io::fetch::{Web, WebOptions};
use crate::io::publish::dir::Dir;
use crate::io::robots::RobotsCache;
use crate::io::store::sqlite::{OpenError, Sqlite};
use crate::io::throttle::Closures;
use crate::pipeline::{self, Clock, Event, Outcome, Ports};
use crate::report;

/// `feedmill build [FEED…]`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only these feeds, by their keys in feeds.toml
    feeds: Vec<String>,
    #[command(flatten)]
    place: Place,
    /// Leave it to `feedmill ping` to tell the hubs, because what is built is put online later
    #[arg(long)]
    no_ping: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let config = match arguments.place.load(arguments.json) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let only = match arguments.place.chosen(&arguments.feeds, &config) {
        Ok(only) => only,
        Err(message) => return usage(arguments, &message),
    };
    let clock = SystemClock::from_environment();
    let opened = match Sqlite::open(&arguments.place.state(), clock.now()) {
        Ok(opened) => opened,
        Err(error) => {
            say_error(arguments, &error.to_string());
            return if matches!(error, OpenError::Busy { .. }) { BUSY } else { SOME_FAILED };
        }
    };
    let store = Arc::new(opened.store);
    let publish = match Dir::open(&arguments.place.output()) {
        Ok(publish) => publish,
        Err(error) => return failure(arguments, &error.to_string()),
    };
    let web = Web::new(WebOptions {
        contact: config.contact.clone(),
        robots_cache: Some(Arc::clone(&store) as Arc<dyn RobotsCache>),
        closures: Some(Arc::clone(&store) as Arc<dyn Closures>),
        clock,
        ..WebOptions::default()
    });
    let (web, runtime) = match (web, super::runtime()) {
        (Ok(web), Ok(runtime)) => (web, runtime),
        (Err(error), _) => return failure(arguments, &error.message),
        (_, Err(error)) => return failure(arguments, &error.to_string()),
    };
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let ports = Ports {
        fetch: &web,
        store: store.as_ref(),
        publish: &publish,
        clock: &clock,
        parsers: pipeline::parsers(&config, &only, threads),
    };
    let progress = Progress::new(arguments, if only.is_empty() { config.sources.len() } else { only.len() });
    let tell = |event: &Event<'_>| progress.tell(event);
    let (outcomes, mut common) = runtime.block_on(async {
        let (outcomes, mut common) = pipeline::build(&config, &only, &ports, &tell).await;
        if !arguments.no_ping {
            common.extend(pipeline::announce(&config, &only, store.as_ref(), &web).await.findings);
        }
        (outcomes, common)
    });
    progress.end();
    common.splice(0..0, opened.note);
    tell_all(arguments, &outcomes, &common);
    if report::failures(&outcomes, &common) == 0 { WELL } else { SOME_FAILED }
}

fn usage(arguments: &Arguments, message: &str) -> u8 {
    say_error(arguments, message);
    USAGE
}

fn failure(arguments: &Arguments, message: &str) -> u8 {
    say_error(arguments, message);
    SOME_FAILED
}

fn say_error(arguments: &Arguments, message: &str) {
    place::say_error(message, arguments.json);
}

fn tell_all(arguments: &Arguments, outcomes: &[Outcome], common: &[Finding]) {
    if arguments.json {
        say(&format_args!("{:#}", report::json(outcomes, common)));
        return;
    }
    for outcome in outcomes {
        for finding in &outcome.findings {
            warn(&report::finding(Some(outcome.id.as_str()), finding));
        }
    }
    for finding in common {
        warn(&report::finding(None, finding));
    }
    say(&report::table(outcomes));
}

/// A bar on a terminal, a line a feed elsewhere, nothing beside JSON.
enum Progress {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl Progress {
    fn new(arguments: &Arguments, feeds: usize) -> Self {
        if arguments.json {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::new(feeds as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    fn tell(&self, event: &Event<'_>) {
        match (self, event) {
            (Self::Bar(bar), Event::Started(id)) => bar.set_message(id.to_string()),
            (Self::Bar(bar), Event::Article(id, done, total)) => {
                bar.set_message(format!("{id}: article {done} of {total}"));
            }
            (Self::Bar(bar), Event::Finished(_)) => bar.inc(1),
            (Self::Lines, Event::Finished(outcome)) => {
                let state = report::state(outcome);
                warn(&format_args!("{}: {state}, {} new, {} changed", outcome.id, outcome.new, outcome.changed));
            }
            _ => {}
        }
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
