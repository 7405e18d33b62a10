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
pub(crate) mod xml;

#[cfg(test)]
mod tests;

use url::Url;

use crate::model::{Artifact, Feed};

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

/// The files of one feed; `base` is the address of the output folder, if known.
pub fn artifacts(feed: &Feed, base: Option<&Url>) -> Vec<Artifact> {
    let file = |format: &&dyn Format| {
        let path = format!("{}.{}", feed.id, format.extension());
        let address = base.and_then(|base| base.join(&path).ok());
        Artifact { bytes: format.render(feed, address.as_ref()), media_type: format.media_type(), path }
    };
    FORMATS.iter().map(file).collect()
}
