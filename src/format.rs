//! Feeds to bytes.
//!
//! Pure: no file is touched and no clock is read, so the same feed always gives the same bytes. One file a format, one
//! line in [`FORMATS`]. Beside the formats stand the files about all feeds, [`opml`] and [`html_page`], and `xml`,
//! through which every text goes that an XML writer gets to see.

pub mod atom;
pub mod html_page;
pub mod json_feed;
pub mod opml;
pub mod rss;
pub mod status_page;
pub(crate) mod xml;

#[cfg(test)]
mod tests;

use url::Url;

use crate::model::{Artifact, Feed, Part, archive_stem};

/// A way to write a feed.
pub trait Format: Sync {
    /// `rss`, `atom`, `json`: the ending of the file and the name in messages.
    fn extension(&self) -> &'static str;
    /// The name for people: `RSS`, `Atom`, `JSON Feed`.
    fn name(&self) -> &'static str;
    /// The media type of the file.
    fn media_type(&self) -> &'static str;
    /// Writes `feed`; `address` is where the file will be, if known (rel=self).
    fn render(&self, feed: &Feed, address: Option<&Url>) -> Vec<u8>;
}

/// Every format, in the order in which files are published: JSON Feed first, since history is rebuilt from it.
pub const FORMATS: &[&dyn Format] = &[&json_feed::JsonFeed, &atom::Atom, &rss::Rss];

/// The files of one document of a feed; `base` is the address of the output folder, if known.
pub fn artifacts(feed: &Feed, base: Option<&Url>) -> Vec<Artifact> {
    let file = |format: &&dyn Format| {
        let path = format!("{}.{}", feed.stem(), format.extension());
        let address = base.and_then(|base| base.join(&path).ok());
        Artifact { bytes: format.render(feed, address.as_ref()), media_type: format.media_type(), path }
    };
    FORMATS.iter().map(file).collect()
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
