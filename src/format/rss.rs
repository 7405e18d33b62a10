//! RSS 2.0, as the RSS Advisory Board's specification and Best Practices Profile describe it.
//!
//! Titles and names are plain text, escaped once. `description` is HTML in RSS, so the plain summary is written as
//! HTML text. What RSS has no element for is written in the namespaces that readers know: Atom, Content, Dublin Core,
//! Media RSS and Slash. Never writes a time of its own: `lastBuildDate` is when an entry last changed.

use std::collections::BTreeMap;

use quick_xml::escape::partial_escape;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item, Source};
use url::Url;

use crate::format::{Format, xml};
use crate::model::{Attribution, Comments, Enclosure, Entry, Feed, Image};

/// RSS 2.0.
pub struct Rss;

/// The prefixes in use; all of them are always declared, so that one entry more changes no other line.
const NAMESPACES: [(&str, &str); 5] = [
    ("atom", "http://www.w3.org/2005/Atom"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("slash", "http://purl.org/rss/1.0/modules/slash/"),
];

/// The media type of a file whose type is not known (RFC 2046, section 4.5.1).
const UNKNOWN_TYPE: &str = "application/octet-stream";

impl Format for Rss {
    fn extension(&self) -> &'static str {
        "rss"
    }

    fn name(&self) -> &'static str {
        "RSS"
    }

    fn media_type(&self) -> &'static str {
        "application/rss+xml"
    }

    fn render(&self, feed: &Feed, address: Option<&Url>) -> Vec<u8> {
        // Writing to memory cannot fail.
        let mut bytes = channel(feed, address).pretty_write_to(Vec::new(), b' ', 2).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

fn channel(feed: &Feed, address: Option<&Url>) -> Channel {
    let title = xml::some_line(feed.title.as_str()).unwrap_or_else(|| feed.id.to_string());
    let link = feed.home.to_string();
    let itself = |address: &Url| Link {
        href: address.to_string(),
        rel: "self".to_owned(),
        mime_type: Some(Rss.media_type().to_owned()),
        ..Link::default()
    };
    Channel {
        description: feed.description.as_deref().and_then(xml::some_text).unwrap_or_else(|| title.clone()),
        language: feed.language.as_deref().and_then(xml::language).map(str::to_owned),
        last_build_date: feed.updated().map(xml::rfc_822),
        generator: Some("feedmill".to_owned()),
        // The profile asks that title and link of the picture are those of the channel.
        image: feed.icon.as_ref().map(|icon| rss::Image {
            url: icon.to_string(),
            title: title.clone(),
            link: link.clone(),
            ..rss::Image::default()
        }),
        atom_ext: address.map(|address| AtomExtension { links: vec![itself(address)] }),
        namespaces: NAMESPACES.iter().map(|(prefix, name)| ((*prefix).to_owned(), (*name).to_owned())).collect(),
        items: feed.entries().iter().map(item).collect(),
        title,
        link,
        ..Channel::default()
    }
}

fn item(entry: &Entry) -> Item {
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
        // RSS has a language for the channel only.
        language: _,
        source,
        comments,
        // Ordering is feedmill's own business; the JSON file carries it.
        first_seen: _,
        position: _,
    } = entry;
    let mut enclosures = enclosures.iter();
    // The profile asks for one enclosure an item; the others follow as media:content.
    let enclosure = enclosures.next().map(enclosure);
    let mut extensions = ExtensionMap::new();
    add_media(&mut extensions, image.as_ref(), enclosures);
    add_comments(&mut extensions, comments.as_ref());
    if *updated != published.instant() {
        add(&mut extensions, "atom", element("atom:updated", Some(xml::rfc_3339(*updated)), []));
    }
    let creators = authors.iter().filter_map(|author| xml::some_line(&author.name)).collect();
    let sources = source.as_ref().and_then(origin).into_iter().collect();
    Item {
        title: Some(xml::some_line(title.as_str()).unwrap_or_else(|| url.to_string())),
        link: Some(url.to_string()),
        guid: Some(Guid { value: xml::line(id.as_str()).into_owned(), permalink: false }),
        pub_date: Some(xml::rfc_822(published.instant())),
        description: summary.as_deref().and_then(xml::some_text).map(|text| partial_escape(&*text).into_owned()),
        content: content.as_ref().and_then(|html| xml::some_text(html.as_str())),
        categories: categories
            .iter()
            .filter_map(|name| xml::some_line(name))
            .map(|name| Category { name, domain: None })
            .collect(),
        enclosure,
        source: source.as_ref().and_then(named_source),
        comments: comments.as_ref().and_then(|comments| comments.url.as_ref()).map(Url::to_string),
        dublin_core_ext: Some(DublinCoreExtension { creators, sources, ..DublinCoreExtension::default() }),
        extensions,
        ..Item::default()
    }
}

fn enclosure(enclosure: &Enclosure) -> rss::Enclosure {
    // Media RSS could carry the title, but then the file would be offered twice.
    let Enclosure { url, media_type, length, title: _ } = enclosure;
    rss::Enclosure {
        url: url.to_string(),
        length: length.unwrap_or(0).to_string(),
        mime_type: xml::media_type(media_type).unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
    }
}

/// `source`, whose attribute is an address and whose text is a name: written only where both are known.
fn named_source(source: &Attribution) -> Option<Source> {
    let Attribution { name, url } = source;
    Some(Source { url: url.as_ref()?.to_string(), title: Some(name.as_deref().and_then(xml::some_line)?) })
}

/// `dc:source`: the address of the original or the name of the publication, where only one of them is known. Validators
/// warn of items that say both `source` and `dc:source`.
fn origin(source: &Attribution) -> Option<String> {
    let Attribution { name, url } = source;
    let name = name.as_deref().and_then(xml::some_line);
    match (name, url) {
        (Some(_), Some(_)) => None,
        (name, url) => url.as_ref().map(Url::to_string).or(name),
    }
}

fn add_comments(extensions: &mut ExtensionMap, comments: Option<&Comments>) {
    // The address is RSS's own `comments`.
    let Some(Comments { count: Some(count), url: _ }) = comments else { return };
    add(extensions, "slash", element("slash:comments", Some(count.to_string()), []));
}

/// The lead picture as `media:content` with its words and as `media:thumbnail`, and further files as `media:content`
/// (Media RSS 1.5.1).
fn add_media<'a>(
    extensions: &mut ExtensionMap,
    image: Option<&Image>,
    enclosures: impl Iterator<Item = &'a Enclosure>,
) {
    if let Some(Image { url, alt, caption, width, height }) = image {
        let size = [("width", width.map(|n| n.to_string())), ("height", height.map(|n| n.to_string()))];
        let address = ("url", Some(url.to_string()));
        let mut picture = element("media:content", None, [address.clone(), ("medium", Some("image".to_owned()))]);
        picture.attrs.extend(attributes(size.clone()));
        for (name, words) in [("media:description", caption), ("media:title", alt)] {
            if let Some(words) = words.as_deref().and_then(xml::some_text) {
                let child = element(name, Some(words), [("type", Some("plain".to_owned()))]);
                picture.children.insert(name.to_owned(), vec![child]);
            }
        }
        add(extensions, "media", picture);
        let mut thumbnail = element("media:thumbnail", None, [address]);
        thumbnail.attrs.extend(attributes(size));
        add(extensions, "media", thumbnail);
    }
    for Enclosure { url, media_type, length, title } in enclosures {
        let shape = [
            ("url", Some(url.to_string())),
            ("type", xml::media_type(media_type)),
            ("fileSize", length.map(|n| n.to_string())),
        ];
        let mut file = element("media:content", None, shape);
        if let Some(title) = title.as_deref().and_then(xml::some_text) {
            let child = element("media:title", Some(title), [("type", Some("plain".to_owned()))]);
            file.children.insert("media:title".to_owned(), vec![child]);
        }
        add(extensions, "media", file);
    }
}

fn element<const N: usize>(name: &str, value: Option<String>, attrs: [(&str, Option<String>); N]) -> Extension {
    Extension { name: name.to_owned(), value, attrs: attributes(attrs).collect(), children: BTreeMap::new() }
}

fn attributes<const N: usize>(attrs: [(&str, Option<String>); N]) -> impl Iterator<Item = (String, String)> {
    attrs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn add(extensions: &mut ExtensionMap, prefix: &str, mut element: Extension) {
    if element.children.is_empty() {
        // An empty text keeps the indentation out of the element.
        element.value.get_or_insert_default();
    }
    let namespace = extensions.entry(prefix.to_owned()).or_default();
    namespace.entry(element.name.clone()).or_default().push(element);
}
