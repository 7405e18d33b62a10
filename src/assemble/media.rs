//! Pictures that are published beside the feeds: which ones a feed shows, and what it says where they have been copied.
//!
//! Pure. The state keeps the addresses that the site gave; ours stand in what is published alone, so that pictures can
//! be switched on and off, and a folder can move, without a change to any entry.

use std::collections::{BTreeMap, HashSet};

use url::Url;

use crate::model::{Entry, Feed, FeedId};
use crate::normalise::html;

/// Names of copied files by the address of the picture.
pub type Names = BTreeMap<Url, String>;

/// The path of a copied picture in the output folder.
pub fn path(id: &FeedId, name: &str) -> String {
    format!("media/{id}/{name}")
}

/// The pictures of `entries` in their order, each once: the lead picture of an entry first, then those of its text.
pub fn pictures<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Url> {
    let mut seen = HashSet::new();
    let mut pictures = Vec::new();
    for entry in entries {
        let text = entry.content.iter().flat_map(html::images).map(|image| image.url);
        pictures.extend(entry.image.iter().map(|image| image.url.clone()).chain(text));
    }
    pictures.retain(|url| seen.insert(url.clone()));
    pictures
}

/// `feed` with every picture in `names` at its place below `base`; what it then names stands in [`Feed::media`], so
/// that the published feed alone tells where each came from.
#[must_use]
pub fn mirrored(feed: Feed, names: &Names, base: &Url) -> Feed {
    if names.is_empty() {
        return feed;
    }
    let id = feed.id.clone();
    let ours = |address: &Url| names.get(address).and_then(|name| base.join(&path(&id, name)).ok());
    let shown: HashSet<Url> = pictures(feed.entries().iter()).into_iter().collect();
    let mut feed = feed.map_entries(|entry| exchanged(entry, &ours));
    feed.media =
        names.iter().filter(|(url, _)| shown.contains(url)).map(|(url, name)| (name.clone(), url.clone())).collect();
    feed
}

/// `entry` of the published feed `id` with its pictures where the site has them, as `media` says.
#[must_use]
pub fn original(entry: Entry, id: &FeedId, media: &BTreeMap<String, Url>) -> Entry {
    let below = format!("/media/{id}/");
    let theirs = |address: &Url| {
        let (folder, name) = address.path().rsplit_once('/')?;
        let ours = format!("{folder}/").ends_with(&below) && address.query().is_none();
        ours.then(|| media.get(name).cloned()).flatten()
    };
    if media.is_empty() { entry } else { exchanged(entry, &theirs) }
}

fn exchanged(mut entry: Entry, other: &dyn Fn(&Url) -> Option<Url>) -> Entry {
    if let Some(image) = &mut entry.image
        && let Some(url) = other(&image.url)
    {
        image.url = url;
    }
    let in_text = |address: &str| Url::parse(address).ok().and_then(|url| other(&url));
    entry.content = entry.content.map(|content| html::with_pictures(&content, &in_text));
    entry
}
