//! Feeds to bytes.
//!
//! Pure. One file a format, one line in [`FORMATS`].

use url::Url;

use crate::model::{Artifact, Feed};

/// A way to write a feed.
pub trait Format: Sync {
    /// `rss`, `atom`, `json`: the ending of the file and the name in messages.
    fn extension(&self) -> &'static str;
    /// The media type of the file.
    fn media_type(&self) -> &'static str;
    /// Writes `feed`; `address` is where the file will be, if known (rel=self).
    fn render(&self, feed: &Feed, address: Option<&Url>) -> Vec<u8>;
}

/// Every format, in the order in which files are published.
pub const FORMATS: &[&dyn Format] = &[];

/// The files of one feed; `base` is the address of the output folder, if known.
pub fn artifacts(feed: &Feed, base: Option<&Url>) -> Vec<Artifact> {
    let file = |format: &&dyn Format| {
        let path = format!("{}.{}", feed.id, format.extension());
        let address = base.and_then(|base| base.join(&path).ok());
        Artifact { bytes: format.render(feed, address.as_ref()), media_type: format.media_type(), path }
    };
    FORMATS.iter().map(file).collect()
}
