//! The vocabulary: what a feed, an entry and their parts are.
//!
//! Nothing here does I/O, knows a wire format or reads a page. The words are Atom's (RFC 4287); each field says what
//! the three formats call it. A value of these types is trusted: addresses are absolute, titles are plain text, HTML
//! went through the sanitiser, and a [`Feed`] has no two entries with one id.

mod artifact;
mod line;
mod timestamp;
mod zone;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

pub use artifact::{Artifact, Sheet};
pub use line::one_line;
pub(crate) use line::plain_run;
pub use timestamp::{Precision, Timestamp};
pub use zone::Zone;

/// The longest title kept, in bytes; longer ones are cut at a character with an ellipsis.
pub const MAX_TITLE_BYTES: usize = 1024;
/// The longest summary kept, in bytes.
pub const MAX_SUMMARY_BYTES: usize = 8 * 1024;

/// The name of a feed: the key in feeds.toml and the stem of its files.
///
/// One to 100 characters of `a-z`, `0-9`, `-`, `_` and `.`, beginning with a letter or digit, without `..`, and not a
/// device name of Windows: safe as a file name everywhere and as a part of an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId(Arc<str>);

impl FeedId {
    /// Checks the alphabet; the error says what is wrong with `text`.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "index", "status", "404"];
        // Files about all feeds begin with these.
        const COMMON: [&str; 2] = ["feeds", "health"];
        let stem = text.split('.').next().unwrap_or_default();
        let numbered_device = stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(|c: char| c.is_ascii_digit());
        if text.is_empty() || text.len() > 100 {
            Err("an id has 1 to 100 characters")
        } else if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b)) {
            Err("an id has only a-z, 0-9, '-', '_' and '.'")
        } else if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            Err("an id begins with a letter or a digit")
        } else if text.contains("..") || text.ends_with('.') {
            Err("an id has no '..' and no '.' at its end")
        } else if DEVICES.contains(&stem) || numbered_device || COMMON.contains(&text) {
            Err("this name is reserved")
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The id of the feed about all feeds, which no feed of feeds.toml can have.
    pub(crate) fn health() -> Self {
        Self("health".into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FeedId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The permanent name of an entry (Atom `id`, RSS `guid`, JSON Feed `id`): an absolute IRI.
///
/// Made by `normalise::id` from the canonical address or the site's own id, never from position, time or title.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryId(String);

impl EntryId {
    /// Wraps an IRI made by `normalise::id` or read back from the state or a published feed.
    pub(crate) fn from_key(key: String) -> Self {
        Self(key)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A title: plain text, one line, not empty, at most [`MAX_TITLE_BYTES`] (Atom `title type="text"`, required).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title(String);

impl Title {
    /// Folds white space, drops control characters and cuts; `None` if nothing is left.
    ///
    /// `text` is already plain: markup and entities were resolved when the page was parsed.
    pub fn new(text: &str) -> Option<Self> {
        let line = one_line(text, MAX_TITLE_BYTES);
        (!line.is_empty()).then_some(Self(line))
    }

    /// The title as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// HTML that the sanitiser wrote: allow-listed elements and attributes, absolute http(s) links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// For `normalise::html` alone; the architecture test names the callers.
    pub(crate) fn from_sanitiser(html: String) -> Self {
        Self(html)
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody who wrote an entry (Atom `author`, RSS `dc:creator`, JSON Feed `authors`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name, plain text, one line.
    pub name: String,
    /// The person's page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
}

/// A picture (RSS `media:content`, JSON Feed `image`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Absolute http(s) address.
    pub url: Url,
    /// The alternative text, plain.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub alt: Option<String>,
    /// The caption beneath the picture, plain.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub caption: Option<String>,
    /// Width in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub width: Option<u32>,
    /// Height in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub height: Option<u32>,
}

/// A file that belongs to an entry (RSS `enclosure`, Atom `link rel="enclosure"`, JSON Feed `attachments`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute http(s) address.
    pub url: Url,
    /// Media type, such as `application/pdf` (required by RSS and JSON Feed).
    pub media_type: String,
    /// Size in bytes, where known; RSS writes 0 for unknown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub length: Option<u64>,
    /// A title for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
}

/// Where a reprinted story comes from (RSS `source`/`dc:source`, Atom `link rel="via"` and `contributor`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// The publication named on the page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The address of the original.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
}

/// The comments on an entry (RSS `comments` and `slash:comments`, Atom `link rel="replies"`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comments {
    /// How many the page says there are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u64>,
    /// Where they stand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Url>,
}

/// The feed that an entry of a merged feed was taken from (Atom and RSS `source`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The stem of its files.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// The page that it was made from.
    pub home: Url,
}

/// One story (Atom `entry`, RSS and JSON Feed `item`).
///
/// Formats take this apart without `..`, so that a new field is a compile error in each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The permanent name.
    pub id: EntryId,
    /// The page for people (Atom `link rel="alternate"`, RSS `link`, JSON Feed `url`).
    pub url: Url,
    /// The headline.
    pub title: Title,
    /// When it was published, as the site said, or first seen.
    pub published: Timestamp,
    /// When it last changed (Atom `updated`, required; JSON Feed `date_modified`); never before `published` was known.
    pub updated: DateTime<FixedOffset>,
    /// Who wrote it, in the order of the page.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub authors: Vec<Person>,
    /// A short text, plain (Atom `summary`, RSS `description`, JSON Feed `summary`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub summary: Option<String>,
    /// The full text (Atom `content type="html"`, RSS `content:encoded`, JSON Feed `content_html`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content: Option<SafeHtml>,
    /// The lead picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image: Option<Image>,
    /// Subjects (Atom `category term`, RSS `category`, JSON Feed `tags`).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub categories: Vec<String>,
    /// Files that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub enclosures: Vec<Enclosure>,
    /// BCP 47 language tag, where it differs from the feed's or the feed has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// The publication it was reprinted from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<Attribution>,
    /// Its comments.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comments: Option<Comments>,
    /// What stands below the text and is none of it: the link from an excerpt to the whole, the credit line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notice: Option<SafeHtml>,
    /// The feed it comes from, in a merged one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<Parent>,
    /// When feedmill first saw it; orders entries without a time, and never moves.
    pub first_seen: DateTime<Utc>,
    /// Its place in the listing when first seen, from 0; orders entries of one day.
    pub position: u32,
}

impl Entry {
    /// The order of a feed: never the same for two entries with different ids.
    pub(crate) fn newest_first(&self, other: &Self) -> std::cmp::Ordering {
        let newest = other.published.instant().cmp(&self.published.instant());
        newest
            .then_with(|| other.first_seen.cmp(&self.first_seen))
            .then_with(|| self.position.cmp(&other.position))
            .then_with(|| self.id.cmp(&other.id))
    }

    /// The text with what stands below it.
    pub fn content_with_notice(&self) -> Option<Cow<'_, str>> {
        let content = self.content.as_ref()?.as_str();
        Some(match &self.notice {
            Some(notice) => Cow::Owned(format!("{content}{}", notice.as_str())),
            None => Cow::Borrowed(content),
        })
    }
}

/// Which document of a feed this is (RFC 5005, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The one to subscribe to, with the newest entries.
    Current {
        /// The number of the newest archive, if there is one.
        newest_archive: Option<u32>,
    },
    /// An archive, which never changes once it is written.
    Archive {
        /// From 1, the oldest, upwards.
        number: u32,
    },
}

/// A feed, ready to be written: entries newest first, ids unique, at most as many as the source allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The file stem.
    pub id: FeedId,
    /// The name for people.
    pub title: Title,
    /// A sentence about it.
    pub description: Option<String>,
    /// The page it was made from (Atom `link rel="alternate"`, RSS `link`, JSON Feed `home_page_url`).
    pub home: Url,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// A picture for the feed.
    pub icon: Option<Url>,
    /// Where the copied pictures that the entries name come from, by the name of the file (see `assemble::media`).
    pub media: BTreeMap<String, Url>,
    /// Who holds which rights, plain (RSS `copyright`, Atom `rights`).
    pub rights: Option<String>,
    /// The e-mail address of whoever answers for the content (RSS `managingEditor`).
    pub editor: Option<String>,
    /// Where readers can subscribe to be told of changes (W3C `WebSub`, `link rel="hub"`).
    pub hub: Option<Url>,
    /// How often it may change, in minutes (RSS `ttl` and `sy:updatePeriod`).
    pub refresh: u32,
    /// What podcast directories want to know, where the entries are recordings.
    pub podcast: Option<Podcast>,
    /// Which document of the feed this is.
    pub part: Part,
    entries: Vec<Entry>,
}

/// What podcast directories want to know of a feed of recordings (the iTunes namespace of RSS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Podcast {
    /// A category of Apple's directory.
    pub category: String,
    /// Where whoever answers for the feed is reached.
    pub email: String,
    /// Who speaks; else the title of the feed.
    pub author: Option<String>,
    /// Whether it is not for children.
    pub explicit: bool,
}

/// How often a feed may change where nothing is known of it, in minutes.
pub const REFRESH: u32 = 60;

impl Feed {
    /// A feed without entries.
    pub fn new(id: FeedId, title: Title, home: Url) -> Self {
        Self {
            id,
            title,
            description: None,
            home,
            language: None,
            icon: None,
            media: BTreeMap::new(),
            rights: None,
            editor: None,
            hub: None,
            podcast: None,
            refresh: REFRESH,
            part: Part::Current { newest_archive: None },
            entries: Vec::new(),
        }
    }

    /// Orders `entries` (newest first; within one moment the newest discovery first, then by place in the listing,
    /// then by id), drops every second entry with the same id, and keeps the first `max`.
    #[must_use]
    pub fn with_entries(mut self, mut entries: Vec<Entry>, max: usize) -> Self {
        entries.sort_by(Entry::newest_first);
        let mut ids = HashSet::new();
        entries.retain(|entry| ids.insert(entry.id.clone()));
        entries.truncate(max);
        self.entries = entries;
        self
    }

    /// The feed with `change` made to every entry; it keeps their ids and times, and so their order.
    #[must_use]
    pub(crate) fn map_entries(mut self, change: impl FnMut(Entry) -> Entry) -> Self {
        self.entries = self.entries.into_iter().map(change).collect();
        self
    }

    /// The path of the document's files in the output folder, without their ending.
    pub fn stem(&self) -> String {
        match self.part {
            Part::Current { .. } => self.id.to_string(),
            Part::Archive { number } => archive_stem(&self.id, number),
        }
    }

    /// The entries, newest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries, newest first, without the feed.
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// When the feed last changed: the latest `updated` of its entries (Atom `updated`, RSS `lastBuildDate`).
    /// A feed without entries has none, and is not written.
    pub fn updated(&self) -> Option<DateTime<FixedOffset>> {
        self.entries.iter().map(|entry| entry.updated).max()
    }
}

/// The path of archive `number` of a feed in the output folder, without the ending.
pub fn archive_stem(id: &FeedId, number: u32) -> String {
    format!("archive/{id}/{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_file_names() {
        for good in ["a", "acme", "1", "a-b_c.d"] {
            assert!(FeedId::new(good).is_ok(), "{good}");
        }
        for bad in [
            "", "../x", "/etc", "a/b", "a..b", "CON", "con", "com1", "x\0", "%2e", "é", "-a", ".a", "a.", "feeds",
            "index",
        ] {
            assert!(FeedId::new(bad).is_err(), "{bad}");
        }
        assert!(FeedId::new(&"a".repeat(101)).is_err());
    }

    #[test]
    fn a_title_is_one_short_line() {
        assert_eq!(Title::new(" a\n\t b\u{1}c \u{202E}").map(|t| t.0), Some("a b c".to_owned()));
        assert_eq!(Title::new(" \u{0} "), None);
        let long = Title::new(&"ü".repeat(5_000_000)).map(|t| t.0).unwrap_or_default();
        assert!(long.len() <= MAX_TITLE_BYTES && long.ends_with('…'));
    }
}
