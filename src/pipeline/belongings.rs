//! Which files in the output folder are feedmill's own, and what becomes of those that nobody renews any more.
//!
//! Own is what the last list of own files names, and what this run and the state know. Of these,
//! 1. what the state or this run knows is up to date;
//! 2. what belongs to a configured feed by its name stays, whatever became of the feed in this run;
//! 3. a compressed twin goes when twins are switched off;
//! 4. all else is stale: it is told, or removed where the caller wants that.
//!
//! A file that is in no list is somebody else's and never touched.

use std::collections::{BTreeSet, HashSet};

use super::{Publish, PublishError, Stale};
use crate::config::Config;
use crate::finding::Finding;
use crate::hosting::{self, inventory, twins};

/// Brings the list of own files up to date. `current` are paths and sizes in bytes of the files that the state and this
/// run know; those that stay beside them are added to it. Returns what is to be told.
pub(super) fn settle<P: Publish>(
    config: &Config,
    stale: Stale,
    current: &mut Vec<(String, u64)>,
    publish: &P,
) -> Result<Vec<Finding>, PublishError> {
    let merged = config.merged.iter().map(|merged| merged.id.as_str());
    let ids: HashSet<&str> = config.sources.iter().map(|source| source.id.as_str()).chain(merged).collect();
    current.sort_unstable();
    let known = publish.read(inventory::PATH).unwrap_or_default();
    let (mut others, mut unrenewed) = (Vec::new(), BTreeSet::new());
    for path in inventory::read(&known) {
        let is_current = current.binary_search_by(|(own, _)| own.as_str().cmp(path)).is_ok();
        if is_current || path == inventory::PATH {
            continue;
        }
        let Some(size) = publish.size(path) else { continue };
        let off = twins::is_twin(path) && !config.precompress;
        let configured = !off && inventory::feed_of(path).is_some_and(|id| ids.contains(id));
        if !configured && (off || stale == Stale::Remove) {
            publish.remove(path)?;
            continue;
        }
        if !configured {
            unrenewed.insert(path.to_owned());
        }
        others.push((path.to_owned(), size));
    }
    drop(known);
    current.append(&mut others);
    current.sort_unstable();
    current.dedup_by(|one, other| one.0 == other.0);
    let list = inventory::write(current.iter().map(|(path, _)| path.as_str()));
    publish.write(&list)?;
    current.push((list.path, u64::try_from(list.bytes.len()).unwrap_or(u64::MAX)));
    let mut findings = hosting::weigh(config.host, current);
    findings.extend(inventory::stale(&unrenewed));
    Ok(findings)
}
