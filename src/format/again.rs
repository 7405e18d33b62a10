//! The files of a feed made out of those before them: of entries that are as they were nothing is written again.
//!
//! A listing that changed has one new story as a rule, beside dozens that are known. Pure like all of `format`: the
//! caller brings the bytes of the last publication, and knows that nothing but entries changed since. Steps, for each
//! file:
//! 1. It is cut at the marks with which entries begin; where there are not as many marks as entries, a text looks like
//!    a mark, and the file is written as a whole. So it is if an entry does not have the id that it should have.
//! 2. The head, the new entries and the tail are written, and cut in the same way.
//! 3. Old and new entries are put together in the order of the feed.

use std::collections::{HashMap, HashSet};

use twox_hash::XxHash3_128;
use url::Url;

use super::{Document, artifacts, documents};
use crate::model::{Artifact, Entry, EntryId, Feed};

/// The last publication of a feed.
#[derive(Debug)]
pub(crate) struct Published {
    /// The files, in the order of [`artifacts`].
    pub(crate) files: Vec<Vec<u8>>,
    /// The entries in them, in their order.
    pub(crate) entries: Vec<EntryId>,
    /// Those of them that are not as they were.
    pub(crate) changed: HashSet<EntryId>,
}

/// How entries stand in a file.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// What stands before all entries; what is before its first place holds none.
    pub(super) list: &'static str,
    /// How each entry begins.
    pub(super) entry: &'static str,
    /// What stands between two.
    pub(super) between: &'static str,
    /// How what follows the last of them begins.
    pub(super) end: &'static str,
}

/// A file in its parts.
struct Parts<'a> {
    head: &'a [u8],
    entries: Vec<&'a [u8]>,
    tail: &'a [u8],
}

impl Layout {
    /// Cuts `file`, in which `count` entries stand.
    ///
    /// Every entry begins with its mark, so that there are as many marks as entries only if no text looks like one.
    fn cut<'a>(&self, file: &'a [u8], count: usize) -> Option<Parts<'a>> {
        let list = memchr::memmem::find(file, self.list.as_bytes())? + self.list.len();
        let end = memchr::memmem::rfind(file, self.end.as_bytes())?;
        let begins: Vec<usize> =
            memchr::memmem::find_iter(file.get(list..end)?, self.entry.as_bytes()).map(|at| list + at).collect();
        let first = *begins.first().filter(|_| begins.len() == count)?;
        let ends = begins.iter().skip(1).copied().chain([end]);
        let alone = |(begin, stop): (&usize, usize)| {
            let entry = file.get(*begin..stop)?;
            if stop == end { Some(entry) } else { entry.strip_suffix(self.between.as_bytes()) }
        };
        let entries = begins.iter().zip(ends).map(alone).collect::<Option<_>>()?;
        Some(Parts { head: file.get(..first)?, entries, tail: file.get(end..)? })
    }
}

/// The files of `feed` as [`artifacts`] makes them, where nothing may have changed since `before` but which entries
/// there are, and those that it names.
pub(crate) fn artifacts_after(feed: &Feed, base: Option<&Url>, before: &Published) -> Vec<Artifact> {
    woven(feed, base, before).unwrap_or_else(|| artifacts(feed, base))
}

/// A fingerprint of `files`, by which they are known again: of the fingerprints of each, for a file in one piece is read
/// several times as fast as a stream.
pub(crate) fn mark<'a>(files: impl Iterator<Item = &'a [u8]>) -> String {
    let each: Vec<u8> = files.flat_map(|file| XxHash3_128::oneshot(file).to_le_bytes()).collect();
    format!("{:032x}", XxHash3_128::oneshot(&each))
}

pub(super) fn woven(feed: &Feed, base: Option<&Url>, before: &Published) -> Option<Vec<Artifact>> {
    let known = before.entries.iter().enumerate().filter(|(_, id)| !before.changed.contains(id));
    let known: HashMap<&EntryId, usize> = known.map(|(place, id)| (id, place)).collect();
    let places: Vec<Option<usize>> = feed.entries().iter().map(|entry| known.get(&entry.id).copied()).collect();
    let fresh = feed.entries().iter().zip(&places).filter(|(_, place)| place.is_none());
    let fresh: Vec<&Entry> = fresh.map(|(entry, _)| entry).collect();
    // Without a new entry there would be no mark to cut at, and for many new ones it is not worth it.
    if fresh.is_empty() || fresh.len() * 2 > places.len() {
        return None;
    }
    let documents = documents(feed, base);
    if documents.len() != before.files.len() {
        return None;
    }
    let first = before.files.first()?;
    let names = documents.first()?.layout.cut(first, before.entries.len())?;
    if !names.entries.iter().zip(&before.entries).all(|(entry, id)| is_named(entry, id)) {
        return None;
    }
    let weave = |(document, old): (Document<'_>, &Vec<u8>)| {
        let new = (document.write)(&fresh);
        let bytes = weave(document.layout, &new, fresh.len(), old, before.entries.len(), &places)?;
        Some(Artifact { path: document.path, media_type: document.media_type, bytes })
    };
    documents.into_iter().zip(&before.files).map(weave).collect()
}

/// Whether `entry` of a JSON Feed has this id.
fn is_named(entry: &[u8], id: &EntryId) -> bool {
    let words = std::str::from_utf8(entry).ok().and_then(|entry| entry.trim_start().strip_prefix('{'));
    let id = serde_json::to_string(id).unwrap_or_default();
    words.and_then(|words| words.trim_start().strip_prefix("\"id\": ")).is_some_and(|words| words.starts_with(&id))
}

/// `places` says for every entry of the feed where it stands among the `known` of `old`; the `fresh` ones of `new`
/// follow each other.
fn weave(
    layout: Layout,
    new: &[u8],
    fresh: usize,
    old: &[u8],
    known: usize,
    places: &[Option<usize>],
) -> Option<Vec<u8>> {
    let (new_parts, old_parts) = (layout.cut(new, fresh)?, layout.cut(old, known)?);
    let mut new_entries = new_parts.entries.iter();
    let mut bytes = Vec::with_capacity(old.len() + new.len());
    bytes.extend_from_slice(new_parts.head);
    for (number, place) in places.iter().enumerate() {
        if number > 0 {
            bytes.extend_from_slice(layout.between.as_bytes());
        }
        bytes.extend_from_slice(match place {
            Some(place) => old_parts.entries.get(*place)?,
            None => new_entries.next()?,
        });
    }
    bytes.extend_from_slice(new_parts.tail);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout { list: "<l>", entry: "\n<e>", between: ",", end: "\n</l>" };

    #[test]
    fn a_file_is_put_together_of_old_and_new_entries() {
        let old = b"head <l>\n<e>1,\n<e>2,\n<e>3\n</l> tail";
        let new = b"new head <l>\n<e>0,\n<e>4\n</l> new tail";
        let woven = weave(LAYOUT, new, 2, old, 3, &[None, Some(0), Some(2), None]).unwrap();
        assert_eq!(String::from_utf8(woven).unwrap(), "new head <l>\n<e>0,\n<e>1,\n<e>3,\n<e>4\n</l> new tail");
    }

    #[test]
    fn a_file_with_other_marks_than_entries_is_not_cut() {
        for (file, count) in [
            ("<l>\n<e>1,\n<e>2\n</l>", 3),
            ("<l>\n<e>1, \n<e> in a text,\n<e>2\n</l>", 2),
            ("<l>\n<e>1\n<e>2\n</l>", 2),
            ("<l>\n</l>", 0),
            ("<l>\n<e>1", 1),
            ("\n<e>1\n</l>", 1),
            ("\n</l><l>\n<e>1", 1),
            ("", 0),
        ] {
            assert!(LAYOUT.cut(file.as_bytes(), count).is_none(), "{file}");
        }
    }

    #[test]
    fn entries_are_known_by_their_ids() {
        let id = EntryId::from_key("https://site.example/\"1\"".to_owned());
        assert!(is_named(b"\n    {\n      \"id\": \"https://site.example/\\\"1\\\"\",\n", &id));
        assert!(!is_named(b"\n    {\n      \"id\": \"https://site.example/\",\n", &id));
        assert!(!is_named(b"", &id));
    }
}
