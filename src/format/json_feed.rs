//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>), and the memory of last resort.
//!
//! What the standard has no field for stands in the extension object `_feedmill`, so that [`read`] gives back exactly
//! the entries that were written: if the state of a feed is lost, it is rebuilt from its published file. Extension
//! fields that say nothing are left out; fields stand in a fixed order and are indented, so that differences are small.

mod read;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::Serialize;
use url::Url;

use crate::format::{self, Format, Layout, xml};
use crate::model::{
    Attribution, Comments, Enclosure, Entry, Feed, Image, Parent, Part, Person, Precision, REFRESH, SafeHtml,
};

#[cfg(test)]
pub(crate) use read::read_with;
pub use read::{Header, read};

/// JSON Feed 1.1.
pub struct JsonFeed;

/// The version of the extension object; [`read`] reads every version so far.
const EXTENSION_VERSION: u32 = 1;
/// A lead picture that is known to be this wide, in pixels, is a banner, too.
const BANNER_WIDTH: u32 = 800;

impl Format for JsonFeed {
    fn extension(&self) -> &'static str {
        "json"
    }

    fn name(&self) -> &'static str {
        "JSON Feed"
    }

    fn media_type(&self) -> &'static str {
        "application/feed+json"
    }

    fn layout(&self) -> Layout {
        Layout { list: "\n  \"items\": [", entry: "\n    {\n", between: ",", end: "\n  ]\n}\n" }
    }

    fn render_some(&self, feed: &Feed, entries: &[&Entry], address: Option<&Url>) -> Vec<u8> {
        let whole = Whole {
            version: "https://jsonfeed.org/version/1.1",
            title: feed.title.as_str(),
            home_page_url: &feed.home,
            feed_url: address,
            next_url: address.and(older(feed)).map(|stem| format::reach(feed, address, &format!("{stem}.json"))),
            description: feed.description.as_deref(),
            icon: feed.icon.as_ref(),
            language: feed.language.as_deref(),
            hubs: feed.hub.iter().map(|url| Hub { r#type: "WebSub", url }).collect(),
            extension: extension(feed),
            items: entries.iter().map(|entry| item(entry)).collect(),
        };
        // Texts, numbers and lists always serialise.
        let mut bytes = serde_json::to_vec_pretty(&whole).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// The document with the entries that follow.
fn older(feed: &Feed) -> Option<String> {
    let older = format::relations(feed).into_iter().find(|(relation, _)| *relation == "prev-archive");
    older.map(|(_, stem)| stem)
}

fn extension(feed: &Feed) -> FeedExtension<'_> {
    let (archive, newest_archive) = match feed.part {
        Part::Current { newest_archive } => (None, newest_archive),
        Part::Archive { number } => (Some(number), None),
    };
    FeedExtension {
        version: EXTENSION_VERSION,
        media: &feed.media,
        archive,
        newest_archive,
        rights: feed.rights.as_deref(),
        editor: feed.editor.as_deref(),
        refresh: Some(feed.refresh).filter(|refresh| *refresh != REFRESH),
    }
}

/// The top-level object.
#[derive(Serialize)]
struct Whole<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    #[serde(rename = "_feedmill")]
    extension: FeedExtension<'a>,
    items: Vec<Item<'a>>,
}

/// Where readers can subscribe to be told of changes.
#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a Url,
}

/// `_feedmill` of the feed.
#[derive(Serialize)]
struct FeedExtension<'a> {
    version: u32,
    /// Where copied pictures come from, by the name of the file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    media: &'a BTreeMap<String, Url>,
    /// The number of this document, if it is an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<u32>,
    /// The number of the newest archive of the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    newest_archive: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    editor: Option<&'a str>,
    /// How often the feed may change, in minutes, where that is not every hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<u32>,
}

/// One item. The standard asks for one of `content_html` and `content_text`.
#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a Url>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a Url>,
    /// The same picture where the entry has one that is wide enough to stand above the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    banner_image: Option<&'a Url>,
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "<[Person]>::is_empty")]
    authors: &'a [Person],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_feedmill")]
    extension: ItemExtension<'a>,
}

/// One file of an item.
#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a Url,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

/// `_feedmill` of an item.
#[derive(Serialize)]
struct ItemExtension<'a> {
    first_seen: String,
    position: u32,
    /// Left out for a time that is exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<Precision>,
    /// The offset of `date_published` in seconds, where it is not whole minutes and RFC 3339 cannot write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_offset: Option<i32>,
    /// The same of `date_modified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_offset: Option<i32>,
    /// The subjects as they were, where some stand twice, which the standard forbids for `tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a Attribution>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comments: Option<&'a Comments>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<ImageWords<'a>>,
    /// The end of `content_html` that is no part of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'a str>,
    /// The feed it was taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<&'a Parent>,
}

/// What is known of the lead picture beside its address.
#[derive(Serialize)]
struct ImageWords<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
}

fn item(entry: &Entry) -> Item<'_> {
    let Entry {
        id,
        url,
        title,
        published,
        updated,
        authors,
        summary,
        content,
        image,
        categories,
        enclosures,
        language,
        source,
        comments,
        notice,
        parent,
        first_seen,
        position,
    } = entry;
    let instant = published.instant();
    let changed = instant != *updated || instant.offset() != updated.offset();
    let tags = once_each(categories);
    Item {
        id: id.as_str(),
        url,
        external_url: source.as_ref().and_then(|source| source.url.as_ref()).filter(|url| is_page(url)),
        title: title.as_str(),
        content_html: entry.content_with_notice(),
        content_text: content.is_none().then(|| summary.as_deref().unwrap_or(title.as_str())),
        summary: summary.as_deref(),
        image: image.as_ref().map(|image| &image.url),
        banner_image: image.as_ref().filter(|image| image.width >= Some(BANNER_WIDTH)).map(|image| &image.url),
        date_published: date(instant),
        date_modified: changed.then(|| date(*updated)),
        authors,
        extension: ItemExtension {
            tags: (tags.len() < categories.len()).then_some(categories),
            first_seen: xml::in_whole_minutes(first_seen.fixed_offset())
                .to_utc()
                .to_rfc3339_opts(SecondsFormat::AutoSi, true),
            position: *position,
            precision: Some(published.precision()).filter(|precision| *precision != Precision::Exact),
            published_offset: odd_offset(instant),
            updated_offset: odd_offset(*updated).filter(|_| changed),
            source: source.as_ref(),
            comments: comments.as_ref(),
            image: image.as_ref().and_then(image_words),
            notice: notice.as_ref().filter(|_| content.is_some()).map(SafeHtml::as_str),
            feed: parent.as_ref(),
        },
        tags,
        language: language.as_deref(),
        attachments: enclosures.iter().map(attachment).collect(),
    }
}

/// Whether an address names a page of a site: the front page of a publication is not where a story comes from.
pub(super) fn is_page(url: &Url) -> bool {
    url.path() != "/" || url.query().is_some()
}

/// Every word of `words` where it first stands.
fn once_each(words: &[String]) -> Vec<&str> {
    let mut seen = HashSet::new();
    words.iter().map(String::as_str).filter(|word| seen.insert(*word)).collect()
}

fn attachment(enclosure: &Enclosure) -> Attachment<'_> {
    let Enclosure { url, media_type, length, title } = enclosure;
    Attachment { url, mime_type: media_type, title: title.as_deref(), size_in_bytes: *length }
}

fn image_words(image: &Image) -> Option<ImageWords<'_>> {
    // The address is the item's `image`.
    let Image { url: _, alt, caption, width, height } = image;
    let known = alt.is_some() || caption.is_some() || width.is_some() || height.is_some();
    known.then_some(ImageWords { alt: alt.as_deref(), caption: caption.as_deref(), width: *width, height: *height })
}

/// `instant` as RFC 3339, with fractions of a second only where there are some.
fn date(instant: DateTime<FixedOffset>) -> String {
    xml::in_whole_minutes(instant).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// The offset of `instant` in seconds, if RFC 3339 cannot write it.
fn odd_offset(instant: DateTime<FixedOffset>) -> Option<i32> {
    Some(instant.offset().local_minus_utc()).filter(|seconds| seconds % 60 != 0)
}
