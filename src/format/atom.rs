//! Atom 1.0 (RFC 4287), with the number of comments of RFC 4685 and pictures of Media RSS.
//!
//! Titles and summaries are `type="text"`, content is `type="html"`; XHTML is never written, since the writer would
//! put it down as it is. The id of a feed comes from its home page and its name, so it survives a move of the files.

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Generator, Link, Person, Text, WriteConfig};
use chrono::DateTime;
use quick_xml::escape::escape;
use url::Url;

use crate::format::{Format, xml};
use crate::model::{self, Attribution, Comments, Enclosure, Entry, Feed, Image};
use crate::normalise::id;

/// Atom 1.0.
pub struct Atom;

/// The prefixes in use beside Atom's own; always declared, so that one entry more changes no other line.
const NAMESPACES: [(&str, &str); 2] =
    [("media", "http://search.yahoo.com/mrss/"), ("thr", "http://purl.org/syndication/thread/1.0")];

impl Format for Atom {
    fn extension(&self) -> &'static str {
        "atom"
    }

    fn name(&self) -> &'static str {
        "Atom"
    }

    fn media_type(&self) -> &'static str {
        "application/atom+xml"
    }

    fn render(&self, feed: &Feed, address: Option<&Url>) -> Vec<u8> {
        let config = WriteConfig { write_document_declaration: false, indent_size: Some(2) };
        let start = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec();
        // Writing to memory cannot fail.
        let mut bytes = whole(feed, address).write_with_config(start, config).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// The permanent id of `feed`: the key of its home page with the name of the feed as the fragment. It is an IRI, and
/// neither the folder in which the files are served nor `http` instead of `https` changes it.
fn feed_id(feed: &Feed) -> String {
    let mut page = feed.home.clone();
    page.set_fragment(None);
    format!("{}#feedmill-{}", id::key(&page, &page), feed.id)
}

fn whole(feed: &Feed, address: Option<&Url>) -> atom_syndication::Feed {
    let title = xml::some_line(feed.title.as_str()).unwrap_or_else(|| feed.id.to_string());
    let itself = address.map(|address| link("self", address, Some(Atom.media_type())));
    atom_syndication::Feed {
        id: xml::line(&feed_id(feed)).into_owned(),
        // A feed without entries is not published; the beginning of time keeps it valid all the same.
        updated: xml::writable(feed.updated().unwrap_or_else(|| DateTime::UNIX_EPOCH.fixed_offset())),
        // Atom asks for an author of the feed where an entry names none (section 4.1.1).
        authors: vec![Person { name: title.clone(), ..Person::default() }],
        generator: Some(Generator { value: "feedmill".to_owned(), ..Generator::default() }),
        icon: feed.icon.as_ref().map(Url::to_string),
        links: itself.into_iter().chain([link("alternate", &feed.home, Some("text/html"))]).collect(),
        subtitle: feed.description.as_deref().and_then(xml::some_text).map(Text::plain),
        lang: feed.language.as_deref().and_then(xml::language).map(str::to_owned),
        namespaces: NAMESPACES.iter().map(|(prefix, name)| ((*prefix).to_owned(), (*name).to_owned())).collect(),
        entries: feed.entries().iter().map(entry).collect(),
        title: Text::plain(title),
        ..atom_syndication::Feed::default()
    }
}

fn entry(entry: &Entry) -> atom_syndication::Entry {
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
        // Ordering is feedmill's own business; the JSON file carries it.
        first_seen: _,
        position: _,
    } = entry;
    // The writer has no language for an entry, so its texts say theirs.
    let lang = language.as_deref().and_then(xml::language).map(str::to_owned);
    let plain = |text: String| Text { lang: lang.clone(), ..Text::plain(text) };
    let html = |html: String| Content {
        value: Some(html),
        content_type: Some("html".to_owned()),
        lang: lang.clone(),
        ..Content::default()
    };
    let name = source.as_ref().and_then(|source| source.name.as_deref()).and_then(xml::some_line);
    atom_syndication::Entry {
        id: xml::line(id.as_str()).into_owned(),
        title: plain(xml::some_line(title.as_str()).unwrap_or_else(|| url.to_string())),
        published: Some(xml::writable(published.instant())),
        updated: xml::writable(*updated),
        authors: authors.iter().filter_map(person).collect(),
        contributors: name.map(|name| Person { name, ..Person::default() }).into_iter().collect(),
        categories: categories
            .iter()
            .filter_map(|term| xml::some_line(term))
            .map(|term| Category { term, ..Category::default() })
            .collect(),
        links: links(url, enclosures, source.as_ref(), comments.as_ref()),
        summary: summary.as_deref().and_then(xml::some_text).map(plain),
        content: content.as_ref().and_then(|content| xml::some_text(content.as_str())).map(html),
        extensions: extensions(image.as_ref(), comments.as_ref()),
        ..atom_syndication::Entry::default()
    }
}

fn person(author: &model::Person) -> Option<Person> {
    let model::Person { name, url } = author;
    Some(Person { name: xml::some_line(name)?, uri: url.as_ref().map(Url::to_string), ..Person::default() })
}

fn link(rel: &str, href: &Url, media_type: Option<&str>) -> Link {
    Link {
        href: href.to_string(),
        rel: rel.to_owned(),
        mime_type: media_type.and_then(xml::media_type),
        ..Link::default()
    }
}

fn links(url: &Url, enclosures: &[Enclosure], source: Option<&Attribution>, comments: Option<&Comments>) -> Vec<Link> {
    let mut links = vec![link("alternate", url, Some("text/html"))];
    for Enclosure { url, media_type, length, title } in enclosures {
        links.push(Link {
            length: length.map(|bytes| bytes.to_string()),
            title: title.as_deref().and_then(xml::some_line),
            ..link("enclosure", url, Some(media_type))
        });
    }
    if let Some(Attribution { name, url: Some(url) }) = source {
        links.push(Link { title: name.as_deref().and_then(xml::some_line), ..link("via", url, None) });
    }
    // The number is an element of its own, since the writer lets no foreign attribute stand on a link.
    if let Some(Comments { count: _, url: Some(url) }) = comments {
        links.push(link("replies", url, Some("text/html")));
    }
    links
}

/// `thr:total` (RFC 4685, section 5) and the lead picture as `media:content`.
fn extensions(image: Option<&Image>, comments: Option<&Comments>) -> ExtensionMap {
    let mut extensions = ExtensionMap::new();
    if let Some(Comments { count: Some(count), url: _ }) = comments {
        add(&mut extensions, "thr", element("thr:total", Some(count.to_string()), []));
    }
    if let Some(Image { url, alt, caption, width, height }) = image {
        let shape = [
            ("url", Some(url.to_string())),
            ("medium", Some("image".to_owned())),
            ("width", width.map(|pixels| pixels.to_string())),
            ("height", height.map(|pixels| pixels.to_string())),
        ];
        let mut picture = element("media:content", None, shape);
        for (name, words) in [("media:description", caption), ("media:title", alt)] {
            if let Some(words) = words.as_deref().and_then(xml::some_text) {
                let child = element(name, Some(words), [("type", Some("plain".to_owned()))]);
                picture.children.insert(name.to_owned(), vec![child]);
            }
        }
        add(&mut extensions, "media", picture);
    }
    extensions
}

/// An element of another namespace. The writer escapes its text but not its attributes, so that is done here.
fn element<const N: usize>(name: &str, value: Option<String>, attrs: [(&str, Option<String>); N]) -> Extension {
    let escaped = |(name, value): (&str, Option<String>)| Some((name.to_owned(), escape(value?.as_str()).into_owned()));
    Extension {
        name: name.to_owned(),
        value,
        attrs: attrs.into_iter().filter_map(escaped).collect(),
        children: BTreeMap::new(),
    }
}

fn add(extensions: &mut ExtensionMap, prefix: &str, mut element: Extension) {
    if element.children.is_empty() {
        // An empty text keeps the indentation out of the element.
        element.value.get_or_insert_default();
    }
    let namespace = extensions.entry(prefix.to_owned()).or_default();
    namespace.entry(element.name.clone()).or_default().push(element);
}
