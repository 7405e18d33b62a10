//! What was read, beside what was known: new entries, changed ones, and further addresses of known ones.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::assemble::Why;
use crate::model::EntryId;
use crate::normalise::id::entry_id;
use crate::pipeline::ports::Kept;

/// For so long after a story was first seen its page is asked for again in every run, if it could not be read; later
/// only when the listing changes.
const RETRY: TimeDelta = TimeDelta::hours(24);

/// Whether the page of a young story could not be read and is worth another visit, though the listing may stand still.
pub(super) fn waits(kept: &Kept, now: DateTime<Utc>) -> bool {
    kept.pending && now - kept.entry.first_seen < RETRY
}

/// What the stories that were read change.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) entries: Vec<Kept>,
    pub(super) seen: Vec<(String, EntryId)>,
    pub(super) new: usize,
    pub(super) changed: usize,
}

/// A story that was read.
pub(super) struct Story {
    pub(super) why: Why,
    pub(super) link: url::Url,
    pub(super) kept: Kept,
}

/// Sorts what was read into new entries, changed ones, and further addresses of known ones: a story whose canonical
/// address is known already is no new entry.
pub(super) fn merge(read: Vec<Story>, kept: &[Kept], known: &HashMap<String, EntryId>) -> Merged {
    let mut ids: HashMap<String, EntryId> = known.clone();
    let mut titles: HashMap<EntryId, String> = HashMap::new();
    let mut before: HashMap<&EntryId, &Kept> = HashMap::new();
    for kept in kept {
        ids.extend(kept.keys.iter().map(|key| (key.clone(), kept.entry.id.clone())));
        titles.insert(kept.entry.id.clone(), kept.entry.title.as_str().to_owned());
        before.insert(&kept.entry.id, kept);
    }
    let mut merged = Merged::default();
    for Story { why, link, kept: mut story } in read {
        if why != Why::New {
            if before.get(&story.entry.id).is_none_or(|before| **before != story) {
                let same = before.get(&story.entry.id).is_some_and(|before| before.entry == story.entry);
                merged.changed += usize::from(!same);
                merged.entries.push(story);
            }
            continue;
        }
        let twin = titles.contains_key(&story.entry.id).then(|| story.entry.id.clone());
        let twin = twin.or_else(|| story.keys.iter().find_map(|key| ids.get(key)).cloned());
        let another =
            twin.as_ref().and_then(|id| titles.get(id)).is_some_and(|title| title != story.entry.title.as_str());
        match twin {
            Some(id) if !another => merged.seen.extend(story.keys.into_iter().map(|key| (key, id.clone()))),
            _ => {
                if another {
                    trust_the_link(&mut story, &link);
                }
                ids.extend(story.keys.iter().map(|key| (key.clone(), story.entry.id.clone())));
                titles.insert(story.entry.id.clone(), story.entry.title.as_str().to_owned());
                merged.new += 1;
                merged.entries.push(story);
            }
        }
    }
    merged
}

/// Takes back the address that a page calls its own: another story with another headline calls itself the same, so
/// the site names one address for all of its pages.
fn trust_the_link(story: &mut Kept, link: &url::Url) {
    story.keys.truncate(1);
    if let Some(key) = story.keys.first() {
        story.entry.id = entry_id(key.clone());
    }
    story.entry.url = crate::normalise::url::clean(link);
}
