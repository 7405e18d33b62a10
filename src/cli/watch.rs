//! `feedmill watch`: build what is due, again and again, until it is told to stop.
//!
//! A pass is what `build --due` does, with the state opened and closed around it: other commands find it free in
//! between, and a daemon that is killed loses no more than a run that is. Between two passes it sleeps until the next
//! feed is due, and looks once a second whether feeds.toml changed; a mistake in it keeps the last good configuration.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::place::Project;
use super::run::{self, Done, Refused, Selection};
use super::{BUSY, SOME_FAILED, WELL, say, warn};
use crate::assemble::count;
use crate::config::Config;
use crate::io;
use crate::io::clock::SystemClock;
use crate::io::store::sqlite::{OpenError, Sqlite};
use crate::pipeline::{Clock, Event, Stale, State};
use crate::report;

/// How often feeds.toml is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// The least time between two passes, so that feeds that are due shortly after each other are visited together.
const BETWEEN: TimeDelta = TimeDelta::seconds(5);
/// The time between two passes after one that could not begin.
const AGAIN: TimeDelta = TimeDelta::seconds(30);
/// The same after one that could not keep what it read: the feeds are due as before, and their sites would be asked again
/// and again.
const UNKEPT: TimeDelta = TimeDelta::minutes(10);
/// How long visits under way may take to end after the word to stop.
const GRACE: Duration = Duration::from_secs(5);

/// `feedmill watch`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Write figures for Prometheus to this file after every pass
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Leave it to `feedmill ping` to tell the hubs, because what is built is put online later
    #[arg(long)]
    no_ping: bool,
    #[command(flatten)]
    project: Project,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let project = &arguments.project;
    let fail = |message: &str| {
        project.say_error(message);
        SOME_FAILED
    };
    let config = match project.load() {
        Ok(config) => config,
        Err(code) => return code,
    };
    let _alone = match Sqlite::watch_alone(&project.place.state()) {
        Ok(alone) => alone,
        Err(error) => {
            fail(&error.to_string());
            return if matches!(error, OpenError::Busy { .. }) { BUSY } else { SOME_FAILED };
        }
    };
    match super::runtime() {
        Ok(runtime) => runtime.block_on(live(arguments, config)),
        Err(error) => fail(&error.to_string()),
    }
}

async fn live(arguments: &Arguments, mut config: Config) -> u8 {
    let project = &arguments.project;
    let clock = SystemClock::from_environment();
    let mut ended = std::pin::pin!(ended());
    let mut seen = io::files::stamp(project.place.config());
    let mut troubled = false;
    say_line(
        project,
        &format!("watching {} of {}", count(config.sources.len(), "feed"), project.place.config().display()),
    );
    loop {
        let next = match pass(arguments, &config, ended.as_mut()).await {
            None => return WELL,
            Some(Ok(done)) => {
                troubled = false;
                tell_pass(project, &done);
                let kept = run::kept(&done.common);
                if !kept {
                    say_line(project, &format!("the next visits follow in {} minutes", UNKEPT.num_minutes()));
                }
                let wait = if kept { BETWEEN } else { UNKEPT };
                done.next.map(|next| next.max(clock.now() + wait))
            }
            Some(Err(refused)) => {
                if !troubled {
                    tell_refusal(project, &refused);
                }
                troubled = true;
                Some(clock.now() + AGAIN)
            }
        };
        tokio::select! {
            () = pause(next, &clock, project, seen) => {}
            () = &mut ended => return WELL,
        }
        let now = io::files::stamp(project.place.config());
        if now != seen {
            seen = now;
            reload(project, &mut config);
        }
    }
}

/// Builds what is due; `None` if the word to stop came meanwhile.
async fn pass(
    arguments: &Arguments,
    config: &Config,
    ended: Pin<&mut impl Future<Output = ()>>,
) -> Option<Result<Done, Refused>> {
    let project = &arguments.project;
    let stop = Arc::new(AtomicBool::new(false));
    let tell = |event: &Event<'_>| tell(project, event);
    let metrics = run::metrics(arguments.metrics.as_ref(), config);
    let selection = Selection { only: None, due: true, ping: !arguments.no_ping, stale: Stale::Tell };
    let mut run = std::pin::pin!(run::run(project, config, &selection, None, metrics.as_deref(), &stop, &tell));
    tokio::select! {
        done = &mut run => Some(done),
        () = ended => {
            stop.store(true, Ordering::Relaxed);
            // What has not ended by then is as if it had been killed, which every run is ready for.
            let _ = tokio::time::timeout(GRACE, run).await;
            None
        }
    }
}

/// Waits until `next`, or until feeds.toml changes.
async fn pause(next: Option<DateTime<Utc>>, clock: &SystemClock, project: &Project, seen: Option<io::files::Stamp>) {
    // The clock is asked again and again, since a timer may stand still while the machine is suspended.
    while next.is_none_or(|next| clock.now() < next) && io::files::stamp(project.place.config()) == seen {
        tokio::time::sleep(LOOK).await;
    }
}

fn reload(project: &Project, config: &mut Config) {
    match project.load() {
        Ok(new) => {
            say_line(
                project,
                &format!("{} was read again: {}", project.place.config().display(), count(new.sources.len(), "feed")),
            );
            *config = new;
        }
        Err(_) => {
            say_line(
                project,
                &format!("{} has mistakes; the configuration of before is kept", project.place.config().display()),
            );
        }
    }
}

/// Resolves when the process is asked to end; from the call on, not only from the first look.
fn ended() -> impl Future<Output = ()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = signal(SignalKind::terminate()).and_then(|end| Ok((end, signal(SignalKind::interrupt())?)));
        async {
            let Ok((mut terminate, mut interrupt)) = signals else { return std::future::pending().await };
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
    }
    #[cfg(not(unix))]
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn say_line(project: &Project, line: &str) {
    if !project.json {
        warn(&line);
    }
}

/// A line for a feed that changed or failed.
fn tell(project: &Project, event: &Event<'_>) {
    if let Event::Finished(outcome) = event
        && (outcome.failed() || outcome.state != State::Unchanged)
    {
        let line =
            format!("{}: {}, {} new, {} changed", outcome.id, report::state(outcome), outcome.new, outcome.changed);
        say_line(project, &line);
    }
}

fn tell_pass(project: &Project, done: &Done) {
    if done.outcomes.is_empty() && done.common.is_empty() {
        return;
    }
    if project.json {
        say(&report::json(&done.outcomes, &done.common, done.size));
        return;
    }
    for outcome in done.outcomes.iter().filter(|outcome| outcome.failed() || outcome.state != State::Unchanged) {
        for finding in &outcome.findings {
            warn(&report::finding(Some(outcome.id.as_str()), finding));
        }
    }
    for finding in &done.common {
        warn(&report::finding(None, finding));
    }
}

fn tell_refusal(project: &Project, refused: &Refused) {
    let waits = if refused.code == BUSY { "; waiting for it to end" } else { "; trying again" };
    project.say_error(&format!("{}{waits}", refused.message));
}
