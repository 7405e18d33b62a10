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
use crate::hosting::{self, Files, inventory, twins};

/// Brings the list of own files up to date. `current` are the files that the state and this run know; those that stay
/// beside them are added to it. Returns the path and the size in bytes of the list, and what is to be told.
pub(super) fn settle<P: Publish>(
    config: &Config,
    stale: Stale,
    current: &mut Files,
    publish: &P,
) -> Result<((String, u64), Vec<Finding>), PublishError> {
    let merged = config.merged.iter().map(|merged| merged.id.as_str());
    let ids: HashSet<&str> = config.sources.iter().map(|source| source.id.as_str()).chain(merged).collect();
    current.sort();
    let known = publish.read(inventory::PATH).unwrap_or_default();
    let (mut others, mut unrenewed) = (Vec::new(), BTreeSet::new());
    for path in inventory::read(&known).filter(|path| *path != inventory::PATH && !current.contains(path)) {
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
        others.push((path, size));
    }
    for (path, size) in others {
        current.push(path, size);
    }
    drop(known);
    current.sort();
    let list = inventory::write(current.iter().map(|(path, _)| path));
    publish.write(&list)?;
    let list = (list.path, u64::try_from(list.bytes.len()).unwrap_or(u64::MAX));
    current.push(&list.0, list.1);
    let mut findings = hosting::weigh(config.host, current);
    findings.extend(inventory::stale(&unrenewed));
    Ok((list, findings))
}
