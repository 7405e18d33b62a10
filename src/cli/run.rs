//! One run: open the state and the folder, visit, write. What `build` does once and `watch` again and again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};

use super::place::Project;
use super::{BUSY, SOME_FAILED};
use crate::config::Config;
use crate::finding::{Code, Finding};
use crate::hosting::Size;
use crate::io::archive::{Archive, Offline};
use crate::io::clock::SystemClock;
use crate::io::fetch::{Web, WebOptions};
use crate::io::publish::dir::Dir;
use crate::io::robots::RobotsCache;
use crate::io::store::sqlite::{OpenError, Sqlite};
use crate::io::throttle::Closures;
use crate::model::FeedId;
use crate::pipeline::{self, Clock, Event, Fetch, Outcome, Ports, Stale, Store, schedule};
use crate::{io, report};

/// Which feeds a run visits.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    /// These; all if there is no list.
    pub(super) only: Option<Vec<FeedId>>,
    /// Of those, only the ones whose time has come.
    pub(super) due: bool,
    /// Whether the hubs are told what changed.
    pub(super) ping: bool,
    /// What is done with own files that no feed renews any more.
    pub(super) stale: Stale,
}

/// What a run did.
pub(super) struct Done {
    pub(super) outcomes: Vec<Outcome>,
    /// Findings about no feed in particular.
    pub(super) common: Vec<Finding>,
    /// When the next feed is due that was left out because its time has not come.
    pub(super) next: Option<DateTime<Utc>>,
    /// The size of the output folder.
    pub(super) size: Size,
}

/// Why there was no run.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) code: u8,
}

fn failure(message: &impl ToString) -> Refused {
    Refused { message: message.to_string(), code: SOME_FAILED }
}

/// Does one run; pages come from `archive`, if there is one, and then its date is the time of the run; `metrics` is the
/// file for Prometheus, `stop` is set when no new work is to begin.
pub(super) async fn run(
    project: &Project,
    config: &Config,
    selection: &Selection,
    archive: Option<&Archive>,
    metrics: Option<&Path>,
    stop: &Arc<AtomicBool>,
    tell: &(dyn Fn(&Event<'_>) + Sync),
) -> Result<Done, Refused> {
    let clock = SystemClock::from_environment();
    let clock = archive.map_or(clock, |archive| clock.or_at(archive.date()));
    let opened = Sqlite::open(&project.place.state(), clock.now()).map_err(|error| {
        let code = if matches!(error, OpenError::Busy { .. }) { BUSY } else { SOME_FAILED };
        Refused { message: error.to_string(), code }
    })?;
    let store = Arc::new(opened.store);
    let mut only = selection.only.clone();
    let mut next = None;
    if selection.due {
        let (due, later) = schedule::due_sources(config, only.as_deref(), store.as_ref(), clock.now())
            .map_err(|error| failure(&error))?;
        (only, next) = (Some(due), later);
    }
    let publish = Dir::open(&project.place.output()).map_err(|error| failure(&error))?;
    let web = Web::new(WebOptions {
        contact: config.contact.clone(),
        robots_cache: Some(Arc::clone(&store) as Arc<dyn RobotsCache>),
        closures: Some(Arc::clone(&store) as Arc<dyn Closures>),
        clock,
        longest_delay: super::longest_delay(config),
        parsers: super::parsers(config, only.as_deref()),
        ..WebOptions::default()
    });
    let web = web.map_err(|error| failure(&error.message))?;
    let only = only.as_deref();
    let stale = selection.stale;
    let run = Run { config, only, store: store.as_ref(), publish: &publish, clock, stop, stale };
    let (outcomes, mut common, size) = match archive {
        Some(archive) => run.visit(&Offline { archive, own: config.base_url.as_ref(), online: &web }, tell).await,
        None => run.visit(&web, tell).await,
    };
    common.splice(0..0, opened.note);
    if selection.ping && kept(&common) {
        common.extend(pipeline::announce(config, only.unwrap_or_default(), store.as_ref(), &web).await.findings);
    }
    if selection.due && !outcomes.is_empty() {
        // Those just visited have a new time; what was left for want of time is due at once.
        let (left, later) =
            schedule::due_sources(config, None, store.as_ref(), clock.now()).map_err(|error| failure(&error))?;
        next = if left.is_empty() { later } else { Some(clock.now()) };
    }
    if let Some(file) = metrics {
        common.extend(write_metrics(file, config, &outcomes, store.as_ref(), clock.now()));
    }
    Ok(Done { outcomes, common, next, size })
}

/// Whether everything that was read could be kept.
pub(super) fn kept(common: &[Finding]) -> bool {
    common.iter().all(|finding| finding.code != Code::StateFailed)
}

/// What a run works with, whoever answers its questions.
struct Run<'a> {
    config: &'a Config,
    only: Option<&'a [FeedId]>,
    store: &'a Sqlite,
    publish: &'a Dir,
    clock: SystemClock,
    stop: &'a Arc<AtomicBool>,
    stale: Stale,
}

impl Run<'_> {
    async fn visit<F: Fetch>(
        &self,
        fetch: &F,
        tell: &(dyn Fn(&Event<'_>) + Sync),
    ) -> (Vec<Outcome>, Vec<Finding>, Size) {
        let Self { config, only, store, publish, clock, stop, stale } = self;
        let stop = Arc::clone(stop);
        let ports = Ports { fetch, store: *store, publish: *publish, clock, stop, stale: *stale };
        pipeline::build(config, *only, &ports, tell).await
    }
}

/// The file for Prometheus that is wanted: of the command line, else of feeds.toml.
pub(super) fn metrics(argument: Option<&PathBuf>, config: &Config) -> Option<PathBuf> {
    argument.or(config.metrics.as_ref()).cloned()
}

fn write_metrics(
    file: &Path,
    config: &Config,
    outcomes: &[Outcome],
    store: &Sqlite,
    now: DateTime<Utc>,
) -> Option<Finding> {
    let mut metrics = report::metrics::Metrics::new(outcomes, now);
    for source in &config.sources {
        match store.memory(&source.id) {
            Ok(memory) => metrics.push(source, &memory.unwrap_or_default()),
            Err(error) => return Some(Finding::error(Code::StateFailed, error.to_string())),
        }
    }
    let written = io::files::write_whole(file, metrics.render().as_bytes());
    written.err().map(|error| Finding::error(Code::PublishFailed, error.to_string()))
}
