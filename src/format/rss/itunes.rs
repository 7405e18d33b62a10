//! What podcast apps and directories read: the iTunes namespace, for feeds whose entries are recordings.
//!
//! Written only where feeds.toml has a `podcast` table, because directories want a category and an address that no page
//! states, and a feed with half of it is refused (<https://help.apple.com/itc/podcasts_connect/#/itcb54353390>). How long
//! a recording is, pages do not say either, and it is left out.

use rss::extension::ExtensionMap;

use super::{add, element};
use crate::format::xml;
use crate::model::{Entry, Feed, Part, Podcast};

/// The prefix and its name.
const NAMESPACE: (&str, &str) = ("itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd");

/// The table, where it applies: archives are not for directories.
fn podcast(feed: &Feed) -> Option<&Podcast> {
    let podcast = feed.podcast.as_ref()?;
    let applies = matches!(feed.part, Part::Current { .. }) && feed.entries().iter().any(is_recording);
    applies.then_some(podcast)
}

fn is_recording(entry: &Entry) -> bool {
    let is_media = |kind: &str| kind.starts_with("audio/") || kind.starts_with("video/");
    entry.enclosures.first().is_some_and(|file| is_media(&file.media_type))
}

/// The namespace to declare.
pub(super) fn namespace(feed: &Feed) -> Option<&'static (&'static str, &'static str)> {
    podcast(feed).map(|_| &NAMESPACE)
}

/// The elements of the channel.
pub(super) fn add_channel(extensions: &mut ExtensionMap, feed: &Feed) {
    let Some(Podcast { category, email, author, explicit }) = podcast(feed) else { return };
    let author = author.as_deref().unwrap_or(feed.title.as_str());
    let author = xml::some_words(&crate::model::one_line(author, 250));
    add(extensions, "itunes", element("itunes:author", author.clone(), []));
    add(extensions, "itunes", element("itunes:category", None, [("text", Some(category.clone()))]));
    add(extensions, "itunes", element("itunes:explicit", Some(explicit.to_string()), []));
    let mut owner = element("itunes:owner", None, []);
    for (name, value) in [("itunes:name", author), ("itunes:email", Some(email.clone()))] {
        let mut child = element(name, value, []);
        child.value.get_or_insert_default();
        owner.children.insert(name.to_owned(), vec![child]);
    }
    add(extensions, "itunes", owner);
    if let Some(icon) = feed.icon.as_ref().map(xml::uri).filter(|icon| is_cover(icon)) {
        add(extensions, "itunes", element("itunes:image", None, [("href", Some(icon))]));
    }
}

/// Directories take JPEG and PNG.
fn is_cover(address: &str) -> bool {
    [".jpg", ".jpeg", ".png"].iter().any(|ending| address.ends_with(ending))
}

/// The elements of an item that is a recording.
pub(super) fn add_item(extensions: &mut ExtensionMap, entry: &Entry, feed: &Feed) {
    if podcast(feed).is_none() || !is_recording(entry) {
        return;
    }
    let names: Vec<&str> = entry.authors.iter().map(|author| author.name.as_str()).collect();
    if let Some(names) = xml::some_words(&crate::model::one_line(&names.join(", "), 250)) {
        add(extensions, "itunes", element("itunes:author", Some(names), []));
    }
    if let Some(image) = entry.image.as_ref().map(|image| xml::uri(&image.url)).filter(|image| is_cover(image)) {
        add(extensions, "itunes", element("itunes:image", None, [("href", Some(image))]));
    }
}
