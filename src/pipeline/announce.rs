//! Hubs told what changed, after the files are in their place.
//!
//! Each feed remembers which of its files changed since its hub was told, so that a hub that is down hears of them in a
//! later run, and one that is told need not be told again. A hub that fails once is left alone for the rest of the run.

use std::collections::BTreeMap;

use url::Url;

use super::ports::{Announce, Memory, Store, Update};
use crate::assemble::{self, count};
use crate::config::{Config, RequestOptions};
use crate::finding::{Code, Finding};
use crate::model::FeedId;

/// A hub that could not be told.
struct Down {
    finding: Finding,
    feeds: usize,
}

/// What hubs were told.
#[derive(Debug, Default)]
pub struct Told {
    /// Files that changed, as many as hubs took note of.
    pub files: usize,
    /// Hubs that could not be told.
    pub findings: Vec<Finding>,
}

/// Tells the hubs of the sources of `config` whose ids are in `only` (all if it is empty) what changed since they were
/// told last.
pub async fn announce<A: Announce, S: Store>(config: &Config, only: &[FeedId], store: &S, hubs: &A) -> Told {
    let Some(base) = &config.base_url else { return Told::default() };
    let mut down: BTreeMap<Url, Down> = BTreeMap::new();
    let mut told = Told::default();
    for feed in feeds(config, only) {
        match tell(&feed, base, (store, hubs), &mut down).await {
            Ok(files) => told.files += files,
            Err(error) => {
                // Who cannot be remembered to be told is not to be told.
                told.findings.push(error.into());
                break;
            }
        }
    }
    told.findings.extend(store.commit().err().map(Finding::from));
    told.findings.extend(down.into_iter().map(|(hub, down)| {
        let message = format!(
            "the hub {hub} could not be told that {} changed: {}",
            count(down.feeds, "feed"),
            down.finding.message
        );
        let remedy = "subscribers get the news when their reader next asks; the next run tells the hub again";
        Finding::warning(Code::HubFailed, message).at_page(&hub).remedy(remedy)
    }));
    told
}

/// A feed with a hub.
struct Feed<'c> {
    id: &'c FeedId,
    hub: &'c Url,
    options: &'c RequestOptions,
}

/// The feeds that have a hub; the merged ones of all of `config`.
fn feeds<'c>(config: &'c Config, only: &'c [FeedId]) -> impl Iterator<Item = Feed<'c>> {
    let sources = config.sources.iter().filter(|source| only.is_empty() || only.contains(&source.id));
    let sources = sources.filter_map(|source| {
        source.options.hub.as_ref().map(|hub| Feed { id: &source.id, hub, options: &source.options.request })
    });
    sources.chain(config.merged.iter().filter_map(|merged| {
        let hub = assemble::merged_hub(config, merged)?;
        let first = merged.parts.first().and_then(|place| config.sources.get(*place))?;
        Some(Feed { id: &merged.id, hub, options: &first.options.request })
    }))
}

async fn tell<A: Announce, S: Store>(
    feed: &Feed<'_>,
    base: &Url,
    (store, hubs): (&S, &A),
    down: &mut BTreeMap<Url, Down>,
) -> Result<usize, super::StoreError> {
    let Some(mut memory) = store.memory(feed.id)?.filter(|memory| !memory.unannounced.is_empty()) else {
        return Ok(0);
    };
    if let Some(known) = down.get_mut(feed.hub) {
        known.feeds += 1;
        return Ok(0);
    }
    let (mut files, mut left) = (0, Vec::new());
    for path in std::mem::take(&mut memory.unannounced) {
        let Ok(topic) = base.join(&path) else { continue };
        if !left.is_empty() {
            left.push(path);
            continue;
        }
        match hubs.announce(feed.hub, &topic, feed.options).await {
            Ok(()) => files += 1,
            Err(finding) => {
                down.insert(feed.hub.clone(), Down { finding, feeds: 1 });
                left.push(path);
            }
        }
    }
    memory.unannounced = left;
    store.put(feed.id, &Update { memory, ..Update::default() })?;
    Ok(files)
}

/// Adds `path` to what the hub has yet to be told.
pub(super) fn note(memory: &mut Memory, path: &str) {
    if !memory.unannounced.iter().any(|known| known == path) {
        memory.unannounced.push(path.to_owned());
    }
}
