//! Feeds to bytes.
//!
//! Pure: no file is touched and no clock is read, so the same feed always gives the same bytes. One file a format, one
//! line in [`FORMATS`]. Beside the formats stand the pages for people, [`html_page`], the list of all feeds, [`opml`], and
//! `xml`, through which every text goes that an XML writer gets to see.

mod again;
pub mod atom;
pub mod html_page;
pub mod json_feed;
pub mod opml;
pub mod rss;
pub mod status_page;
pub(crate) mod xml;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use url::Url;

pub use again::Layout;
pub(crate) use again::{Published, artifacts_after, mark};

use crate::model::{Artifact, Entry, Feed, FeedId, Part, archive_stem};

/// A way to write a feed.
pub trait Format: Sync {
    /// `rss`, `atom`, `json`: the ending of the file and the name in messages.
    fn extension(&self) -> &'static str;
    /// The name for people: `RSS`, `Atom`, `JSON Feed`.
    fn name(&self) -> &'static str;
    /// The media type of the file.
    fn media_type(&self) -> &'static str;
    /// How entries stand in the file.
    fn layout(&self) -> Layout;
    /// Writes `feed` with only these of its entries; what is said of the feed is said of all of them. `address` is where
    /// the file will be, if known (rel=self).
    fn render_some(&self, feed: &Feed, entries: &[&Entry], address: Option<&Url>) -> Vec<u8>;
    /// Writes `feed`.
    fn render(&self, feed: &Feed, address: Option<&Url>) -> Vec<u8> {
        self.render_some(feed, &feed.entries().iter().collect::<Vec<_>>(), address)
    }
}

/// Every format, in the order in which files are published: JSON Feed first, since history is rebuilt from it.
pub const FORMATS: &[&dyn Format] = &[&json_feed::JsonFeed, &atom::Atom, &rss::Rss];

/// The files of one document of a feed; `base` is the address of the output folder, if known.
pub fn artifacts(feed: &Feed, base: Option<&Url>) -> Vec<Artifact> {
    let entries: Vec<&Entry> = feed.entries().iter().collect();
    let file = |document: Document<'_>| Artifact {
        bytes: (document.write)(&entries),
        path: document.path,
        media_type: document.media_type,
    };
    documents(feed, base).into_iter().map(file).collect()
}

/// A file that is to be written.
struct Document<'a> {
    path: String,
    media_type: &'static str,
    layout: Layout,
    /// Writes it with some of the entries.
    write: Box<Write<'a>>,
}

/// Writes a file with some of the entries of its feed.
type Write<'a> = dyn Fn(&[&Entry]) -> Vec<u8> + 'a;

/// The files of [`artifacts`], not written yet.
fn documents<'a>(feed: &'a Feed, base: Option<&'a Url>) -> Vec<Document<'a>> {
    let file = |format: &&'static dyn Format| {
        let format = *format;
        let path = format!("{}.{}", feed.stem(), format.extension());
        let address = base.and_then(|base| base.join(&path).ok());
        let write = Box::new(move |entries: &[&Entry]| format.render_some(feed, entries, address.as_ref()));
        Document { path, media_type: format.media_type(), layout: format.layout(), write }
    };
    let page = || Document {
        path: format!("{}.html", feed.id),
        media_type: "text/html",
        layout: html_page::LAYOUT,
        write: Box::new(move |entries: &[&Entry]| html_page::feed_page_some(feed, entries, base)),
    };
    // People read what is new; archives are for readers.
    let page = matches!(feed.part, Part::Current { .. }).then(page);
    FORMATS.iter().map(file).chain(page).collect()
}

/// The files that every feed has, in the order of [`artifacts`].
pub(crate) fn paths(id: &FeedId) -> impl Iterator<Item = String> {
    let endings = FORMATS.iter().map(|format| format.extension()).chain(["html"]);
    endings.map(move |ending| format!("{id}.{ending}"))
}

/// `items` by category: first those without, then the categories in the order in which they first appear.
fn grouped<T>(items: &[T], category: impl Fn(&T) -> Option<&str>) -> Vec<(Option<&str>, Vec<&T>)> {
    let mut groups: Vec<(Option<&str>, Vec<&T>)> = vec![(None, Vec::new())];
    let mut places = HashMap::from([(None, 0)]);
    for item in items {
        let category = category(item);
        let place = *places.entry(category).or_insert_with(|| {
            groups.push((category, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(place) {
            group.push(item);
        }
    }
    groups.retain(|(_, group)| !group.is_empty());
    groups
}

/// A size for people: `912 bytes`, `14 kB`, `1.2 MB`; units of a thousand.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            // One digit behind the point below ten, so that two figures are always there.
            let tenths = bytes / (unit / 10);
            return if tenths < 100 {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            } else {
                format!("{} {name}", tenths / 10)
            };
        }
    }
    format!("{bytes} bytes")
}

/// Where the file at `path` in the output folder is, for a reader of a document of `feed` that stands at `address`:
/// absolute, or relative to the document where its own address is not known.
fn reach(feed: &Feed, address: Option<&Url>, path: &str) -> String {
    let up = match feed.part {
        Part::Current { .. } => "",
        Part::Archive { .. } => "../../",
    };
    let relative = format!("{up}{path}");
    address.and_then(|address| address.join(&relative).ok()).map_or(relative, String::from)
}

/// The documents beside a document of `feed`, by their relation (RFC 5005, section 4), as paths without the ending.
///
/// An archive names the one that will follow it, though it may not be there yet: the name is known, and an archive never
/// changes. Until then its entries are followed by those of `current`.
fn relations(feed: &Feed) -> Vec<(&'static str, String)> {
    let archive = |number: u32| archive_stem(&feed.id, number);
    match feed.part {
        Part::Current { newest_archive } => {
            newest_archive.map(|number| ("prev-archive", archive(number))).into_iter().collect()
        }
        Part::Archive { number } => {
            let older = number.checked_sub(1).filter(|number| *number > 0);
            let older = older.map(|number| ("prev-archive", archive(number)));
            let others = [("next-archive", archive(number.saturating_add(1))), ("current", feed.id.to_string())];
            older.into_iter().chain(others).collect()
        }
    }
}

/// The feed's own address and its neighbours as `(relation, address)`, for a format with this ending.
fn links(feed: &Feed, address: Option<&Url>, ending: &str) -> Vec<(&'static str, String)> {
    let itself = address.map(|address| ("self", address.to_string()));
    let hub = feed.hub.as_ref().map(|hub| ("hub", xml::uri(hub)));
    let others = relations(feed).into_iter().map(|(relation, stem)| {
        let path = format!("{stem}.{ending}");
        (relation, reach(feed, address, &path))
    });
    itself.into_iter().chain(hub).chain(others).collect()
}
