//! Which entries go to which archive (RFC 5005, section 4).
//!
//! A feed never holds more than `max_entries`, an archive never changes once it is written, and every entry that was
//! ever in the feed stays reachable. So an archive is closed just before the first of its entries leaves the feed: with
//! all that leave and are in no archive yet, and the next to leave, up to half a feed. Feed and archive overlap, as RFC
//! 5005 foresees: of two versions readers take the one that changed last. An entry that changed after it was archived
//! goes to a later archive as well.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::config::Source;
use crate::model::{Entry, Feed, Part};
use crate::pipeline::{Archives, Channel};

/// The most entries of one archive.
const MAX_PAGE: usize = 100;

/// Stands for this version of an entry: an archive that has it need not be followed by another one with it.
pub fn mark(entry: &Entry) -> String {
    let mut hasher = Sha256::new();
    hasher.update(entry.id.as_str());
    hasher.update(entry.updated.timestamp().to_be_bytes());
    hasher.finalize()[..8].iter().fold(String::with_capacity(16), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// All `entries` in the order of a feed, those that do not fit into it last.
pub fn in_order(source: &Source, channel: &Channel, entries: Vec<Entry>) -> Vec<Entry> {
    super::empty(source, channel).with_entries(entries, usize::MAX).into_entries()
}

/// The entries of the next archive, newest first; `None` if every entry that leaves the feed is in one. `ordered` are
/// all entries, newest first, of which the first `max` stay.
pub fn next_page(ordered: &[Entry], max: usize, archives: &Archives) -> Option<Vec<Entry>> {
    let open = |entry: &&Entry| !is_archived(entry, archives);
    ordered.get(max..)?.iter().find(open)?;
    let size = max.div_ceil(2).min(MAX_PAGE);
    let mut page: Vec<Entry> = ordered.iter().rev().filter(open).take(size).cloned().collect();
    page.reverse();
    Some(page)
}

/// The archive `number` with `page`, as it is published.
pub fn archive(source: &Source, channel: &Channel, page: Vec<Entry>, number: u32) -> Feed {
    let mut feed = super::empty(source, channel);
    feed.part = Part::Archive { number };
    feed.with_entries(page, usize::MAX).map_entries(|entry| super::shown(entry, source, channel))
}

/// Whether an archive has `entry` as it is.
pub fn is_archived(entry: &Entry, archives: &Archives) -> bool {
    !archives.marks.is_empty() && archives.marks.contains(&mark(entry))
}

/// The marks that are still needed if only the entries `left` are kept.
pub fn remaining<'e>(left: impl Iterator<Item = &'e Entry>, archives: &Archives) -> BTreeSet<String> {
    if archives.marks.is_empty() {
        return BTreeSet::new();
    }
    left.map(mark).filter(|mark| archives.marks.contains(mark)).collect()
}
