//! RSS 2.0, as the RSS Advisory Board's specification and Best Practices Profile describe it.
//!
//! Titles and names are plain text, escaped once. `description` is HTML in RSS, so the plain summary is written as
//! HTML text, and where there is none the beginning of the text stands in, since readers show it in their lists. What
//! RSS has no element for is written in the namespaces that readers know: Atom, Content, Dublin Core, Feed History, Media
//! RSS, Slash and Syndication. Never writes a time of its own: `lastBuildDate` is when an entry last changed.

mod itunes;

use std::collections::BTreeMap;

use quick_xml::escape::partial_escape;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item, Source};
use url::Url;

use crate::format::{self, Format, Layout, xml};
use crate::model::{Attribution, Comments, Enclosure, Entry, Feed, Image, Parent, Part, SafeHtml, one_line};
use crate::normalise::html::{self, Limit};

/// RSS 2.0.
pub struct Rss;

/// The prefixes in use; all of them are always declared, so that one entry more changes no other line.
const NAMESPACES: [(&str, &str); 7] = [
    ("atom", "http://www.w3.org/2005/Atom"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("fh", "http://purl.org/syndication/history/1.0"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("slash", "http://purl.org/rss/1.0/modules/slash/"),
    ("sy", "http://purl.org/rss/1.0/modules/syndication/"),
];

/// How much of a text stands in for a summary, in characters.
const DESCRIPTION: usize = 300;

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

    fn layout(&self) -> Layout {
        Layout { list: "<channel>", entry: "\n    <item>", between: "", end: "\n  </channel>" }
    }

    fn render_some(&self, feed: &Feed, entries: &[&Entry], address: Option<&Url>) -> Vec<u8> {
        // Writing to memory cannot fail.
        let mut bytes = channel(feed, entries, address).pretty_write_to(Vec::new(), b' ', 2).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

fn channel(feed: &Feed, entries: &[&Entry], address: Option<&Url>) -> Channel {
    let title = xml::some_line(feed.title.as_str()).unwrap_or_else(|| feed.id.to_string());
    let link = xml::uri(&feed.home);
    let links = format::links(feed, address, Rss.extension());
    let links = links.into_iter().map(|(relation, href)| Link {
        href,
        rel: relation.to_owned(),
        mime_type: (relation != "hub").then(|| Rss.media_type().to_owned()),
        ..Link::default()
    });
    Channel {
        description: feed.description.as_deref().and_then(xml::some_words).unwrap_or_else(|| title.clone()),
        language: feed.language.as_deref().and_then(xml::language).map(str::to_owned),
        copyright: feed.rights.as_deref().and_then(xml::some_line),
        managing_editor: feed.editor.as_deref().and_then(|editor| xml::email(editor, &title)),
        last_build_date: feed.updated().map(xml::rfc_822),
        generator: Some("feedmill".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        ttl: Some(feed.refresh.max(1).to_string()),
        // The profile asks that title and link of the picture are those of the channel.
        image: feed.icon.as_ref().map(|icon| rss::Image {
            url: xml::uri(icon),
            title: title.clone(),
            link: link.clone(),
            ..rss::Image::default()
        }),
        extensions: head(feed),
        atom_ext: Some(AtomExtension { links: links.collect() }),
        namespaces: NAMESPACES
            .iter()
            .chain(itunes::namespace(feed))
            .map(|(prefix, name)| ((*prefix).to_owned(), (*name).to_owned()))
            .collect(),
        items: entries.iter().map(|entry| item(entry, feed, address)).collect(),
        title,
        link,
        ..Channel::default()
    }
}

/// `fh:archive` of an archive (RFC 5005, section 4), and how often the feed may change (the Syndication module).
fn head(feed: &Feed) -> ExtensionMap {
    let mut extensions = ExtensionMap::new();
    if matches!(feed.part, Part::Archive { .. }) {
        add(&mut extensions, "fh", element("fh:archive", None, []));
        return extensions;
    }
    let minutes = feed.refresh.max(1);
    let (period, length) = match minutes {
        ..=60 => ("hourly", 60),
        61..=1440 => ("daily", 1440),
        _ => ("weekly", 10_080),
    };
    add(&mut extensions, "sy", element("sy:updatePeriod", Some(period.to_owned()), []));
    add(&mut extensions, "sy", element("sy:updateFrequency", Some((length / minutes).max(1).to_string()), []));
    itunes::add_channel(&mut extensions, feed);
    extensions
}

fn item(entry: &Entry, feed: &Feed, address: Option<&Url>) -> Item {
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
        // It stands below the content.
        notice: _,
        parent,
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
    itunes::add_item(&mut extensions, entry, feed);
    if *updated != published.instant() {
        add(&mut extensions, "atom", element("atom:updated", Some(xml::rfc_3339(*updated)), []));
    }
    let (source, origin, via) = sources(source.as_ref(), parent.as_ref(), feed, address);
    if let Some(via) = via {
        add(&mut extensions, "atom", via);
    }
    let creators = authors.iter().filter_map(|author| xml::some_line(&author.name)).collect();
    let described = summary.as_deref().and_then(xml::some_text);
    let described = described.or_else(|| content.as_ref().and_then(beginning));
    Item {
        title: Some(xml::some_line(title.as_str()).unwrap_or_else(|| xml::guarded(&xml::uri(url)).into_owned())),
        link: Some(xml::uri(url)),
        guid: Some(Guid { value: xml::line(id.as_str()).into_owned(), permalink: id.as_str() == xml::uri(url) }),
        pub_date: Some(xml::rfc_822(published.instant())),
        description: described.map(|text| partial_escape(&*text).into_owned()),
        content: entry.content_with_notice().and_then(|html| xml::some_text(&html)),
        categories: categories
            .iter()
            .filter_map(|name| xml::some_line(name))
            .map(|name| Category { name, domain: None })
            .collect(),
        enclosure,
        source,
        comments: comments.as_ref().and_then(|comments| comments.url.as_ref()).map(xml::uri),
        dublin_core_ext: Some(DublinCoreExtension {
            creators,
            sources: origin.into_iter().collect(),
            ..DublinCoreExtension::default()
        }),
        extensions,
        ..Item::default()
    }
}

/// The beginning of a text as plain words.
pub(super) fn beginning(content: &SafeHtml) -> Option<String> {
    let words = one_line(&html::plain_text(content), content.as_str().len() + 1);
    xml::some_text(&html::cut(&words, Limit::Characters(DESCRIPTION)).unwrap_or(words))
}

fn enclosure(enclosure: &Enclosure) -> rss::Enclosure {
    // Media RSS could carry the title, but then the file would be offered twice.
    let Enclosure { url, media_type, length, title: _ } = enclosure;
    rss::Enclosure {
        url: xml::uri(url),
        length: length.unwrap_or(0).to_string(),
        mime_type: xml::media_type(media_type).unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
    }
}

/// What an item says of where it comes from: `source`, `dc:source` and `atom:link rel="via"`, one of which is enough for
/// each fact, since validators warn of items that say both `source` and `dc:source`.
///
/// `source` is the feed that an entry of a merged feed was taken from; elsewhere it is the publication of a reprint,
/// whose attribute is an address and whose text is a name, so both have to be known.
fn sources(
    source: Option<&Attribution>,
    parent: Option<&Parent>,
    feed: &Feed,
    address: Option<&Url>,
) -> (Option<Source>, Option<String>, Option<Extension>) {
    let name = source.and_then(|source| source.name.as_deref()).and_then(xml::some_line);
    let url = source.and_then(|source| source.url.as_ref());
    let Some(Parent { id, title, home: _ }) = parent else {
        return match (name, url) {
            (Some(name), Some(url)) => (Some(Source { url: xml::uri(url), title: Some(name) }), None, None),
            (name, url) => (None, url.map(xml::uri).or(name), None),
        };
    };
    let via = url.map(|url| {
        element("atom:link", None, [("rel", Some("via".to_owned())), ("href", Some(xml::uri(url))), ("title", name)])
    });
    let title = xml::some_line(title).unwrap_or_else(|| id.clone());
    // The attribute has to be absolute.
    match address {
        Some(_) => {
            let url = format::reach(feed, address, &format!("{id}.{}", Rss.extension()));
            (Some(Source { url, title: Some(title) }), None, via)
        }
        None => (None, Some(title), via),
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
        let address = ("url", Some(xml::uri(url)));
        let mut picture = element("media:content", None, [address.clone(), ("medium", Some("image".to_owned()))]);
        picture.attrs.extend(attributes(size.clone()));
        for (name, words) in [("media:description", caption), ("media:title", alt)] {
            if let Some(words) = words.as_deref().and_then(xml::some_words) {
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
            ("url", Some(xml::uri(url))),
            ("type", xml::media_type(media_type)),
            ("fileSize", length.map(|n| n.to_string())),
        ];
        let mut file = element("media:content", None, shape);
        if let Some(title) = title.as_deref().and_then(xml::some_words) {
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
