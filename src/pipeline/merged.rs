//! Merged feeds, made at the end of a run from what is kept of their parts; nothing is fetched.
//!
//! A part that failed has its last good entries in them. One is made anew only where a part changed, where feeds.toml
//! did, where a file is not as it was written, or where the last run did not come to its end. Parts are read one after
//! the other, those with the newest entries first, and only as long as they can have entries that the feed has room for.

use super::{Memory, Outcome, Ports, Publish, State, Store, StoreError, Written, announce, mirror, summary, twins};
use crate::assemble::{self, media};
use crate::config::{Config, Merged};
use crate::finding::Finding;
use crate::format;
use crate::model::{Entry, Feed};

/// What became of the merged feeds.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Whether the files about all feeds have something else to say of one.
    pub(super) changed: bool,
    /// What was noticed.
    pub(super) findings: Vec<Finding>,
}

/// Makes those that may have changed. `complete` says that the last run came to its end.
pub(super) fn end<F, S: Store, P: Publish, C>(
    config: &Config,
    outcomes: &[Outcome],
    complete: bool,
    ports: &Ports<'_, F, S, P, C>,
) -> Ended {
    let mut ended = Ended::default();
    for merged in &config.merged {
        match make(config, merged, outcomes, complete, ports) {
            Ok(changed) => ended.changed |= changed,
            Err(finding) => ended.findings.push(finding),
        }
    }
    ended
}

/// Makes one, if it may have changed; whether its row did.
fn make<F, S: Store, P: Publish, C>(
    config: &Config,
    merged: &Merged,
    outcomes: &[Outcome],
    complete: bool,
    ports: &Ports<'_, F, S, P, C>,
) -> Result<bool, Finding> {
    let before = ports.store.memory(&merged.id)?.unwrap_or_default();
    let made_from = format!("{} {}", env!("CARGO_PKG_VERSION"), config.digest);
    let is_part = |outcome: &Outcome| {
        merged.parts.iter().any(|place| config.sources.get(*place).is_some_and(|source| source.id == outcome.id))
    };
    let changed = outcomes.iter().any(|outcome| outcome.state == State::Changed && is_part(outcome));
    let pages = format::paths(&merged.id).all(|path| before.published.iter().any(|(known, _)| *known == path));
    let intact = pages && before.published.iter().all(|(path, size)| ports.publish.size(path) == Some(*size));
    if complete && !changed && intact && before.fingerprint == made_from {
        return Ok(false);
    }
    let feed = feed(config, merged, ports)?;
    if feed.entries().is_empty() {
        return Ok(false);
    }
    let mut after = Memory { fingerprint: made_from, summary: summary(&feed), ..Memory::default() };
    after.unannounced.clone_from(&before.unannounced);
    feed.title.as_str().clone_into(&mut after.channel.title);
    after.channel.language.clone_from(&feed.language);
    for artifact in format::artifacts(&feed, config.base_url.as_ref()) {
        let (path, for_readers) = (artifact.path.clone(), artifact.media_type != "text/html");
        let (written, files) = twins::write(ports.publish, config, artifact)?;
        if written == Written::Changed && feed.hub.is_some() && for_readers {
            announce::note(&mut after, &path);
        }
        after.published.extend(files);
    }
    if after != before {
        ports.store.note(&merged.id, &after)?;
    }
    Ok((after.summary, after.channel) != (before.summary, before.channel))
}

fn feed<F, S: Store, P, C>(
    config: &Config,
    merged: &Merged,
    ports: &Ports<'_, F, S, P, C>,
) -> Result<Feed, StoreError> {
    let mut parts = Vec::new();
    for place in &merged.parts {
        let Some(source) = config.sources.get(*place) else { continue };
        if let Some(memory) = ports.store.memory(&source.id)?
            && let Some(newest) = memory.summary.newest
        {
            parts.push((newest, *place, source, memory.channel));
        }
    }
    let mut languages = parts.iter().map(|(_, _, _, channel)| channel.language.as_deref());
    let common = languages.next().flatten().map(str::to_owned);
    let common = common.filter(|common| languages.all(|language| language == Some(common)));
    let language = merged.language.as_deref().or(common.as_deref());
    parts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut entries: Vec<(usize, Entry)> = Vec::new();
    for (newest, place, source, channel) in &parts {
        // Twice as many as there is room for, since some may be the same story.
        let enough = merged.max_entries * 2;
        let oldest = entries.last().filter(|_| entries.len() >= enough).map(|(_, entry)| entry.published.instant());
        if oldest.is_some_and(|oldest| oldest > *newest) {
            break;
        }
        let kept = match oldest {
            Some(oldest) => ports.store.entries_since(&source.id, oldest.to_utc())?,
            None => ports.store.entries(&source.id)?,
        };
        let kept = kept.into_iter().map(|kept| kept.entry).collect();
        let mut feed = assemble::feed(source, channel, kept);
        if let Some(base) = config.base_url.as_ref().filter(|_| source.options.media.is_some()) {
            feed = media::mirrored(feed, &mirror::names(ports.store.mirrored(&source.id)?), base);
        }
        let adopted = feed.into_entries().into_iter();
        entries.extend(adopted.map(|entry| (*place, assemble::adopted(entry, source, channel, language))));
        entries.sort_by(|(_, a), (_, b)| b.published.instant().cmp(&a.published.instant()).then(a.id.cmp(&b.id)));
        entries.truncate(enough);
    }
    entries.sort_by_key(|(place, _)| *place);
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(assemble::merged(config, merged, common.as_deref(), entries))
}
