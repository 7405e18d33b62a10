//! `feedmill build`: visit the sites, write the feeds, tell what happened.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::place::Project;
use super::run::{self, Done, Selection};
use super::{SOME_FAILED, USAGE, WELL, say, warn};
use crate::config::{self, Config};
use crate::finding::Finding;
use crate::io::archive::Archive;
use crate::pipeline::{Event, Outcome, Stale, schedule};
use crate::report;

/// `feedmill build [FEED…]`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only these feeds, by their keys in feeds.toml
    feeds: Vec<String>,
    /// Take the pages from an archive that `feedmill fetch` wrote, and ask no site
    #[arg(long, value_name = "FILE", conflicts_with = "due")]
    from: Option<PathBuf>,
    /// Leave it to `feedmill ping` to tell the hubs, because what is built is put online later
    #[arg(long)]
    no_ping: bool,
    /// Remove own files in the output folder that no feed renews any more
    #[arg(long)]
    prune: bool,
    /// Only feeds whose time has come: often for sites with much news, seldom for others
    #[arg(long)]
    due: bool,
    /// Only part I of N, such as 1/4, for several machines
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(u32, u32)>,
    /// Begin no more visits after this time, such as 8m
    #[arg(long, value_name = "TIME", value_parser = config::duration)]
    max_time: Option<Duration>,
    /// Write figures for Prometheus to this file
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    #[command(flatten)]
    project: Project,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let project = &arguments.project;
    let config = match project.load() {
        Ok(config) => config,
        Err(code) => return code,
    };
    let selection = match selection(arguments, &config) {
        Ok(selection) => selection,
        Err(code) => return code,
    };
    let archive = match arguments.from.as_deref().map(Archive::open).transpose() {
        Ok(archive) => archive,
        Err(error) => {
            project.say_error(&error.to_string());
            return USAGE;
        }
    };
    let runtime = match super::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            project.say_error(&error.to_string());
            return SOME_FAILED;
        }
    };
    let progress = Progress::new(project.json, selection.only.as_ref().map_or(config.sources.len(), Vec::len));
    let tell = |event: &Event<'_>| progress.tell(event);
    let metrics = run::metrics(arguments.metrics.as_ref(), &config);
    let stop = Arc::new(AtomicBool::new(arguments.max_time.is_some_and(|time| time.is_zero())));
    let done = runtime.block_on(async {
        if let Some(time) = arguments.max_time {
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                stop.store(true, Ordering::Relaxed);
            });
        }
        run::run(project, &config, &selection, archive.as_ref(), metrics.as_deref(), &stop, &tell).await
    });
    progress.end();
    // The table of thousands of feeds takes as much memory as their configuration, which nothing needs any more.
    drop(config);
    match done {
        Ok(done) => {
            tell_all(arguments, &done);
            if report::failures(&done.outcomes, &done.common) == 0 { WELL } else { SOME_FAILED }
        }
        Err(refused) => {
            project.say_error(&refused.message);
            refused.code
        }
    }
}

fn selection(arguments: &Arguments, config: &Config) -> Result<Selection, u8> {
    let named = arguments.project.chosen(&arguments.feeds, config)?;
    let mut only = (!named.is_empty()).then_some(named);
    if let Some((part, parts)) = arguments.shard {
        let ids = only.unwrap_or_else(|| config.sources.iter().map(|source| source.id.clone()).collect());
        only = Some(ids.into_iter().filter(|id| schedule::in_shard(id, part, parts)).collect());
    }
    let stale = if arguments.prune { Stale::Remove } else { Stale::Tell };
    Ok(Selection { only, due: arguments.due, ping: !arguments.no_ping, stale })
}

/// `1/4`
fn shard(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    match parts {
        Some((part, parts)) if part >= 1 && part <= parts => Ok((part, parts)),
        _ => Err("write a part and the number of parts, such as 1/4".to_owned()),
    }
}

fn tell_all(arguments: &Arguments, done: &Done) {
    let Done { outcomes, common, next, size } = done;
    if arguments.project.json {
        say(&format_args!("{:#}", report::json(outcomes, common, *size)));
        return;
    }
    tell_findings(outcomes, common);
    match next {
        Some(next) if outcomes.is_empty() => {
            say(&format_args!("nothing is due before {}", next.format("%Y-%m-%d %H:%M UTC")));
        }
        None if outcomes.is_empty() => say(&"nothing to do"),
        _ => say(&report::table(outcomes)),
    }
    if size.files > 0 {
        say(&format_args!("\n {}", report::size(*size)));
    }
}

/// Prints what was noticed, feed by feed.
pub(super) fn tell_findings(outcomes: &[Outcome], common: &[Finding]) {
    for outcome in outcomes {
        for finding in &outcome.findings {
            warn(&report::finding(Some(outcome.id.as_str()), finding));
        }
    }
    for finding in common {
        warn(&report::finding(None, finding));
    }
}

/// A bar on a terminal, a line a feed elsewhere, nothing beside JSON.
pub(super) enum Progress {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl Progress {
    pub(super) fn new(json: bool, feeds: usize) -> Self {
        if json {
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

    pub(super) fn tell(&self, event: &Event<'_>) {
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
