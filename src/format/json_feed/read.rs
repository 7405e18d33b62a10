//! JSON Feed, read back.
//!
//! Reads files that feedmill published, and bears with those of others: unknown fields are passed over, a field of the
//! wrong type counts as absent, and an item without an address or any time is left out. Addresses that are not
//! http(s) are dropped, and HTML goes through the sanitiser again, since files may have been changed in between.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Map, Value};
use url::Url;

use crate::model::{
    Attribution, Comments, Enclosure, Entry, EntryId, Image, Person, Precision, SafeHtml, Timestamp, Title,
};
use crate::normalise;

/// The extension object.
const EXTENSION: &str = "_feedmill";

/// What a file says of the feed itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The name for people.
    pub title: Option<Title>,
    /// A sentence about it.
    pub description: Option<String>,
    /// Language tag as written.
    pub language: Option<String>,
    /// A picture.
    pub icon: Option<Url>,
    /// The page it was made from.
    pub home: Option<Url>,
    /// Where copied pictures come from, by the name of the file.
    pub media: BTreeMap<String, Url>,
    /// Who holds which rights.
    pub rights: Option<String>,
    /// The e-mail address of whoever answers for the content.
    pub editor: Option<String>,
    /// Where readers can subscribe to be told of changes.
    pub hub: Option<Url>,
    /// How often it may change, in minutes, where that is known.
    pub refresh: Option<u32>,
    /// The number of the newest archive that goes with it, or of the archive that it is.
    pub archive: Option<u32>,
}

/// Reads a JSON Feed of version 1 or 1.1; entries in the order of the file.
///
/// An item without our extension gets its time of publication as `first_seen` and its place in the file as `position`.
/// The error says why the bytes are no JSON Feed at all.
pub fn read(bytes: &[u8]) -> Result<(Header, Vec<Entry>), String> {
    read_with(bytes, &normalise::html::sanitise)
}

/// [`read`] with the sanitiser as an argument.
pub(crate) fn read_with(
    bytes: &[u8],
    sanitise: &dyn Fn(&str, &Url) -> Option<SafeHtml>,
) -> Result<(Header, Vec<Entry>), String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let whole: Value = serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
    let whole = whole.as_object().ok_or("not a JSON object")?;
    if !text(whole, "version").is_some_and(|version| version.contains("jsonfeed.org/version/1")) {
        return Err("not a JSON Feed: no version".to_owned());
    }
    let items = whole.get("items").and_then(Value::as_array).ok_or("not a JSON Feed: no list of items")?;
    let nothing = Map::new();
    let ours = object(whole, EXTENSION).unwrap_or(&nothing);
    let small = |name| number(ours, name).and_then(|number| u32::try_from(number).ok());
    let header = Header {
        title: text(whole, "title").and_then(Title::new),
        description: owned(whole, "description"),
        language: owned(whole, "language"),
        icon: address(whole, "icon"),
        home: address(whole, "home_page_url"),
        media: media(whole),
        rights: owned(ours, "rights"),
        editor: owned(ours, "editor"),
        hub: list(whole, "hubs").iter().filter_map(Value::as_object).find_map(|hub| address(hub, "url")),
        refresh: small("refresh"),
        archive: small("archive").or_else(|| small("newest_archive")),
    };
    let everybody = people(whole);
    let entries = items.iter().zip(0..).filter_map(|(item, place)| {
        let mut entry = entry(item.as_object()?, place, sanitise)?;
        if entry.authors.is_empty() {
            entry.authors.clone_from(&everybody);
        }
        Some(entry)
    });
    Ok((header, entries.collect()))
}

/// The names become parts of paths, so that nothing but the names that feedmill gives is taken.
fn media(whole: &Map<String, Value>) -> BTreeMap<String, Url> {
    let Some(names) = object(whole, EXTENSION).and_then(|ours| object(ours, "media")) else {
        return BTreeMap::new();
    };
    let is_name = |name: &str| {
        name.split_once('.').is_some_and(|(stem, ending)| {
            let plain = |part: &str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            stem.len() == 32 && plain(stem) && (3..=4).contains(&ending.len()) && plain(ending)
        })
    };
    let names = names.keys().filter(|name| is_name(name)).map(|name| (name.clone(), address(names, name)));
    names.filter_map(|(name, url)| Some((name, url?))).collect()
}

fn entry(item: &Map<String, Value>, place: u32, sanitise: &dyn Fn(&str, &Url) -> Option<SafeHtml>) -> Option<Entry> {
    let nothing = Map::new();
    let known = object(item, EXTENSION);
    let ours = known.unwrap_or(&nothing);
    let url = address(item, "url").or_else(|| address(item, "external_url")).or_else(|| address(item, "id"))?;
    let first_seen = time(ours, "first_seen").map(|instant| instant.to_utc());
    let instant = time(item, "date_published").or_else(|| time(item, "date_modified"));
    let instant = instant.or_else(|| first_seen.map(|instant| instant.fixed_offset()))?;
    let published = in_offset(instant, ours, "published_offset");
    let updated = time(item, "date_modified").map_or(published, |instant| in_offset(instant, ours, "updated_offset"));
    let precision = parsed::<Precision>(ours, "precision").unwrap_or(Precision::Exact);
    let notice = text(ours, "notice");
    let html = text(item, "content_html").map(|html| match notice {
        Some(notice) => html.strip_suffix(notice).unwrap_or(html),
        None => html,
    });
    let content = html.and_then(|html| sanitise(html, &url));
    // Ours repeats the summary or the title in `content_text`; elsewhere it is the text.
    let words = text(item, "content_text").filter(|_| known.is_none() && content.is_none());
    let summary = text(item, "summary").or(words);
    let tags = Some(list(ours, "tags")).filter(|tags| !tags.is_empty()).unwrap_or_else(|| list(item, "tags"));
    let title = [text(item, "title"), summary, Some(url.as_str())].into_iter().flatten().find_map(Title::new)?;
    Some(Entry {
        id: entry_id(item, &url),
        title,
        published: Timestamp::from_parts(published, precision),
        updated,
        authors: people(item),
        summary: summary.map(str::to_owned),
        image: image(item, ours),
        categories: tags.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        enclosures: list(item, "attachments").iter().filter_map(enclosure).collect(),
        language: owned(item, "language"),
        source: source(item, ours),
        comments: object(ours, "comments")
            .map(|comments| Comments { count: number(comments, "count"), url: address(comments, "url") }),
        notice: notice.filter(|_| content.is_some()).and_then(|notice| sanitise(notice, &url)),
        parent: parsed(ours, "feed"),
        content,
        first_seen: first_seen.unwrap_or_else(|| DateTime::<Utc>::from(published)),
        position: number(ours, "position").and_then(|position| u32::try_from(position).ok()).unwrap_or(place),
        url,
    })
}

/// The id as written; a number counts as text (JSON Feed says so), and without one the address gives the id.
fn entry_id(item: &Map<String, Value>, url: &Url) -> EntryId {
    let written = match item.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    };
    if written.is_empty() { normalise::id::entry_id(normalise::id::key(url, url)) } else { EntryId::from_key(written) }
}

/// `authors` (1.1), else `author` (1.0), with a name each.
fn people(object: &Map<String, Value>) -> Vec<Person> {
    let single: Vec<&Value> = object.get("author").into_iter().collect();
    let several: Vec<&Value> = list(object, "authors").iter().collect();
    let people = if several.is_empty() { single } else { several };
    let person = |value: &Value| {
        let person = value.as_object()?;
        Some(Person { name: owned(person, "name")?, url: address(person, "url") })
    };
    people.into_iter().filter_map(person).collect()
}

fn image(item: &Map<String, Value>, ours: &Map<String, Value>) -> Option<Image> {
    let nothing = Map::new();
    let words = object(ours, "image").unwrap_or(&nothing);
    let pixels = |name| number(words, name).and_then(|pixels| u32::try_from(pixels).ok());
    Some(Image {
        url: address(item, "image")?,
        alt: owned(words, "alt"),
        caption: owned(words, "caption"),
        width: pixels("width"),
        height: pixels("height"),
    })
}

fn enclosure(value: &Value) -> Option<Enclosure> {
    let attachment = value.as_object()?;
    Some(Enclosure {
        url: address(attachment, "url")?,
        media_type: owned(attachment, "mime_type")?,
        length: number(attachment, "size_in_bytes"),
        title: owned(attachment, "title"),
    })
}

fn source(item: &Map<String, Value>, ours: &Map<String, Value>) -> Option<Attribution> {
    match object(ours, "source") {
        Some(source) => Some(Attribution { name: owned(source, "name"), url: address(source, "url") }),
        None => address(item, "external_url").map(|url| Attribution { name: None, url: Some(url) }),
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

fn owned(object: &Map<String, Value>, name: &str) -> Option<String> {
    text(object, name).map(str::to_owned)
}

/// An absolute http(s) address.
fn address(object: &Map<String, Value>, name: &str) -> Option<Url> {
    let url = Url::parse(text(object, name)?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn number(object: &Map<String, Value>, name: &str) -> Option<u64> {
    object.get(name).and_then(Value::as_u64)
}

fn object<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    object.get(name).and_then(Value::as_object)
}

fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn parsed<T: serde::de::DeserializeOwned>(object: &Map<String, Value>, name: &str) -> Option<T> {
    serde_json::from_value(object.get(name)?.clone()).ok()
}

fn time(object: &Map<String, Value>, name: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text(object, name)?.trim()).ok()
}

/// `instant` in the offset that the extension names in seconds, if it names one.
fn in_offset(instant: DateTime<FixedOffset>, ours: &Map<String, Value>, name: &str) -> DateTime<FixedOffset> {
    let offset = ours.get(name).and_then(Value::as_i64).and_then(|seconds| i32::try_from(seconds).ok());
    offset.and_then(FixedOffset::east_opt).map_or(instant, |offset| instant.with_timezone(&offset))
}
