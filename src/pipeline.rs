//! The one orchestrator.
//!
//! ```text
//! fetch listing ─ decode ─ gate ─ list ─ judge ─ choose new ─ fetch articles ─ extract ─ assemble ─ put ─ render ─ write
//! ```
//!
//! [`visit`] does this for one source and [`build`] for all of them: sources on one host one after the other, hosts side
//! by side. Visits end in batches (`batch`): state is committed before files are shown and marked as published after, so
//! that a run that is killed in between is finished by the next one. Nothing here knows what is behind the ports.

mod announce;
mod archive;
mod batch;
mod bearing;
mod belongings;
mod doubt;
mod furniture;
mod health;
mod memory;
mod merged;
mod mirror;
mod offline;
mod overview;
pub mod parsers;
mod ports;
mod read;
mod restore;
pub mod schedule;
mod twins;
mod visit;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use futures_util::StreamExt;

pub use announce::{Told, announce};
pub use health::errors;
pub use memory::{Baseline, Doubt, Fill, Incident, Pace, Shown, Story};
pub use parsers::Parsers;
pub use ports::{
    Announce, Answer, Archives, Channel, Clock, Copy, Fetch, Kept, Memory, Mirrored, Moved, Publish, PublishError,
    Request, Store, StoreError, Summary, Update, Validators, Written,
};
pub use visit::visit;

use batch::Batch;

use crate::assemble::count;
use crate::config::{Config, Source};
use crate::finding::{Code, Finding, Severity};
use crate::hosting;
use crate::model::{Feed, FeedId};

/// How many hosts are visited side by side.
pub const MAX_HOSTS: usize = 64;
/// After so many visits their files are shown and their rows are written.
const BATCH: usize = 128;
/// A visit that ends so long after the last batch ends one as well: files wait no longer than they must.
const BATCH_TIME: TimeDelta = TimeDelta::seconds(5);
/// Up to so many hosts the connection to each is kept for a while, in case more is asked of it.
const FEW_HOSTS: usize = 128;
/// How many of the newest entries the index page names.
const LATEST: usize = 3;

/// What the files about all feeds say of `feed`.
fn summary(feed: &Feed) -> Summary {
    let latest = feed.entries().iter().take(LATEST);
    Summary {
        entries: feed.entries().len(),
        newest: feed.entries().first().map(|entry| entry.published.instant()),
        latest: latest.map(|entry| (entry.title.as_str().to_owned(), entry.url.clone())).collect(),
    }
}

/// The outside, as the pipeline sees it.
pub struct Ports<'a, F, S, P, C> {
    /// Asks servers and folders.
    pub fetch: &'a F,
    /// Keeps state.
    pub store: &'a S,
    /// Writes files.
    pub publish: &'a P,
    /// Reads the clock.
    pub clock: &'a C,
    /// Set when no new work is to begin: what is under way ends well, the rest is left for a later run.
    pub stop: Arc<AtomicBool>,
    /// What is done with own files that no feed renews any more.
    pub stale: Stale,
}

/// What is done with own files in the output folder that no feed renews any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stale {
    /// They stay and are told.
    #[default]
    Tell,
    /// They are removed.
    Remove,
}

impl<F, S, P, C> Ports<'_, F, S, P, C> {
    /// Whether no new work is to begin.
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What became of a source in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its files changed.
    Changed,
    /// Nothing changed.
    Unchanged,
    /// It could not be renewed; its last good files stay.
    Failed,
}

/// The result of one visit.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The source.
    pub id: FeedId,
    /// What became of it.
    pub state: State,
    /// Entries that are new.
    pub new: usize,
    /// Entries that changed.
    pub changed: usize,
    /// Files that were written.
    pub files: usize,
    /// Entries in the feed.
    pub entries: usize,
    /// The publication time of the newest.
    pub newest: Option<DateTime<FixedOffset>>,
    /// The last visit that ended well.
    pub last_success: Option<DateTime<Utc>>,
    /// When the source is visited next.
    pub next_due: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// What was remembered before a visit that could not reach the server.
    pub before: Option<Box<Memory>>,
    /// What is to be shown of a source whose row could not be read or written.
    pub rowless: Option<Box<Shown>>,
    /// Whether the files about all feeds say the same of it as before.
    pub shows_the_same: bool,
    /// Everything that was noticed.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// Whether a finding is an error.
    pub fn failed(&self) -> bool {
        self.state == State::Failed || self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// What a progress display is told.
#[derive(Debug)]
pub enum Event<'a> {
    /// A visit began.
    Started(&'a FeedId),
    /// Article `done` of `total` was read.
    Article(&'a FeedId, usize, usize),
    /// A visit ended.
    Finished(&'a Outcome),
}

/// Visits the sources of `config` whose ids are in `only` (all if there is no list), then writes the files about all
/// feeds.
///
/// Outcomes come back in the order of feeds.toml, together with the findings about the common files and the size of
/// the output folder.
pub async fn build<F: Fetch, S: Store, P: Publish, C: Clock>(
    config: &Config,
    only: Option<&[FeedId]>,
    ports: &Ports<'_, F, S, P, C>,
    tell: &(dyn Fn(&Event<'_>) + Sync),
) -> (Vec<Outcome>, Vec<Finding>, hosting::Size) {
    let batch = Batch::new(ports.store, ports.publish);
    let Ports { fetch, store, clock, stale, .. } = *ports;
    let ports = &Ports { fetch, store, publish: &batch, clock, stop: Arc::clone(&ports.stop), stale };
    let before = overview::begin(ports);
    let mut chosen = chosen(config, only);
    chosen.sort_by_key(|(_, source)| host(source));
    let hosts = || chosen.chunk_by(|(_, one), (_, other)| host(one) == host(other));
    let few = hosts().count() <= FEW_HOSTS;
    // Each source is copied when its turn comes, so that only those under way are held twice.
    let visits = futures_util::stream::iter(hosts()).map(|sources| {
        let end = sources.len();
        let visits = futures_util::stream::iter(sources).enumerate().then(move |(place, (index, source))| async move {
            if ports.stopped() || ports.store.is_lost() {
                return None;
            }
            tell(&Event::Started(&source.id));
            let keep_connection = few || place + 1 < end;
            let outcome = visit(&Arc::new((*source).clone()), config, ports, keep_connection, tell).await;
            tell(&Event::Finished(&outcome));
            Some((*index, outcome))
        });
        Box::pin(visits)
    });
    let mut visits = visits.flatten_unordered(MAX_HOSTS);
    let mut outcomes: Vec<(usize, Outcome)> = Vec::with_capacity(chosen.len());
    let mut findings = Vec::new();
    let (mut begun, mut ended) = (ports.clock.now(), 0);
    while let Some(visited) = visits.next().await {
        outcomes.extend(visited);
        if outcomes.len() - ended >= BATCH || ports.clock.now() - begun >= BATCH_TIME {
            findings.extend(end(ports, &mut outcomes[ended..]));
            (begun, ended) = (ports.clock.now(), outcomes.len());
        }
    }
    drop(visits);
    findings.extend(offline::undo(config, &mut outcomes, ports));
    findings.extend(end(ports, &mut outcomes[ended..]));
    let lost = store.is_lost();
    store.begin_anew();
    findings.dedup();
    outcomes.sort_by_key(|(index, _)| *index);
    let outcomes: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    let merged = merged::end(config, &outcomes, before.is_some(), ports);
    findings.extend(merged.findings);
    findings.extend(end(ports, &mut []));
    // A merged feed that changed is one more reason to make the files about all feeds.
    let before = before.filter(|_| !merged.changed);
    let (told, size) = overview::end(config, &outcomes, before, findings.is_empty(), ports);
    findings.extend(told);
    let left = chosen.len() - outcomes.len();
    if left > 0 {
        let why = if lost { "what is read cannot be kept" } else { "the time was up" };
        let message = format!("{why}; {} left for the next run", count(left, "feed"));
        findings.push(Finding::note(Code::TimeUp, message));
    }
    (outcomes, findings, size)
}

/// Ends a batch of visits with `outcomes`: shows their files, then writes the rows that say so. If what they brought could
/// not be kept, they failed.
fn end<F, S: Store, P: Publish, C>(
    ports: &Ports<'_, F, S, Batch<'_, S, P>, C>,
    outcomes: &mut [(usize, Outcome)],
) -> Option<Finding> {
    let Err(error) = ports.publish.finish() else { return ports.store.flush().err().map(Finding::from) };
    if matches!(error, PublishError::State(_)) {
        let changed = outcomes.iter_mut().map(|(_, outcome)| outcome).filter(|outcome| outcome.state == State::Changed);
        for outcome in changed {
            (outcome.state, outcome.new, outcome.changed, outcome.files) = (State::Failed, 0, 0, 0);
        }
    }
    Some(error.into())
}

/// The parsers for a run over the sources `only` (all if there is no list): with one host there is nothing to wait for
/// while a page is parsed, so that a thread of its own would only cost.
pub fn parsers(config: &Config, only: Option<&[FeedId]>, threads: usize) -> Option<Parsers> {
    let mut hosts = chosen(config, only).into_iter().map(|(_, source)| host(source));
    let first = hosts.next();
    hosts.any(|other| Some(other) != first).then(|| Parsers::start(threads))
}

/// The sources whose ids are in `only` (all if there is no list), and their places in feeds.toml.
fn chosen<'c>(config: &'c Config, only: Option<&[FeedId]>) -> Vec<(usize, &'c Source)> {
    let only: Option<HashSet<&str>> = only.map(|only| only.iter().map(FeedId::as_str).collect());
    let sources = config.sources.iter().enumerate();
    sources.filter(|(_, source)| only.as_ref().is_none_or(|only| only.contains(source.id.as_str()))).collect()
}

/// What sources share a queue by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Host<'c> {
    /// A folder is a host of its own.
    Folder(&'c Path),
    /// Scheme, name and port.
    Server(&'c str),
}

fn host(source: &Source) -> Host<'_> {
    match &source.root {
        Some(root) => Host::Folder(root),
        None => Host::Server(&source.url[..url::Position::BeforePath]),
    }
}
