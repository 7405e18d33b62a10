//! Atom 1.0 (RFC 4287), with the number of comments of RFC 4685 and pictures of Media RSS.
//!
//! Titles and summaries are `type="text"`, content is `type="html"`; XHTML is never written, since the writer would
//! put it down as it is. The id of a feed comes from its home page and its name, so it survives a move of the files; its
//! archives (RFC 5005) have the same. `updated` has a fraction of a second that tells entries apart (`xml::distinct`).

use std::collections::BTreeMap;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Generator, Link, Person, Text, WriteConfig};
use chrono::{DateTime, FixedOffset};
use quick_xml::escape::escape;
use url::Url;

use crate::format::{self, Format, Layout, xml};
use crate::model::{self, Attribution, Comments, Enclosure, Entry, Feed, Image, Parent, Part};
use crate::normalise::id;

/// Atom 1.0.
pub struct Atom;

/// The prefixes in use beside Atom's own; always declared, so that one entry more changes no other line.
const NAMESPACES: [(&str, &str); 3] = [
    ("fh", "http://purl.org/syndication/history/1.0"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("thr", "http://purl.org/syndication/thread/1.0"),
];

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

    fn layout(&self) -> Layout {
        Layout { list: "<feed", entry: "\n  <entry", between: "", end: "\n</feed>" }
    }

    fn render_some(&self, feed: &Feed, entries: &[&Entry], address: Option<&Url>) -> Vec<u8> {
        let config = WriteConfig { write_document_declaration: false, indent_size: Some(2) };
        let start = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec();
        // Writing to memory cannot fail.
        let mut bytes = whole(feed, entries, address).write_with_config(start, config).unwrap_or_default();
        bytes.push(b'\n');
        completed(bytes, feed, entries)
    }
}

/// The permanent id of the feed `name` of the page `home`: the key of the page with the name as the fragment. It is an
/// IRI, and neither the folder in which the files are served nor `http` instead of `https` changes it.
fn feed_id(home: &Url, name: &str) -> String {
    let mut page = home.clone();
    page.set_fragment(None);
    format!("{}#feedmill-{name}", id::canonical(id::key(&page, &page)))
}

/// What the writer has no place for: `fh:archive` before the entries (RFC 5005, section 4; the schema of RFC 4287 lets
/// nothing but entries follow), and `xml:lang` on those that have a language of their own. The writer escapes `<`
/// everywhere, so that the tag of an entry cannot stand in a text.
fn completed(bytes: Vec<u8>, feed: &Feed, entries: &[&Entry]) -> Vec<u8> {
    const ENTRY: &str = "<entry>";
    let archive = matches!(feed.part, Part::Archive { .. }) && !entries.is_empty();
    if !archive && entries.iter().all(|entry| entry.language.is_none()) {
        return bytes;
    }
    let text = String::from_utf8(bytes).unwrap_or_default();
    let mut parts = text.split(ENTRY);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    if archive {
        whole.push_str("<fh:archive/>\n  ");
    }
    for (part, entry) in parts.zip(entries) {
        match entry.language.as_deref().and_then(xml::language) {
            Some(language) => whole.extend(["<entry xml:lang=\"", language, "\">"]),
            None => whole.push_str(ENTRY),
        }
        whole.push_str(part);
    }
    whole.into_bytes()
}

fn whole(feed: &Feed, entries: &[&Entry], address: Option<&Url>) -> atom_syndication::Feed {
    let title = xml::some_line(feed.title.as_str()).unwrap_or_else(|| feed.id.to_string());
    let alternate = link("alternate", xml::uri(&feed.home), Some("text/html"));
    let mut links: Vec<Link> = format::links(feed, address, Atom.extension())
        .into_iter()
        .map(|(relation, href)| link(relation, href, (relation != "hub").then_some(Atom.media_type())))
        .collect();
    links.insert(usize::from(address.is_some()), alternate);
    let changes = feed.entries().iter().map(|entry| xml::distinct(entry.updated, entry.id.as_str()));
    atom_syndication::Feed {
        id: xml::line(&feed_id(&feed.home, feed.id.as_str())).into_owned(),
        // A feed without entries is not published; the beginning of time keeps it valid all the same.
        updated: changes.max().unwrap_or_else(|| DateTime::UNIX_EPOCH.fixed_offset()),
        // Atom asks for an author of the feed where an entry names none (section 4.1.1).
        authors: vec![Person { name: title.clone(), ..Person::default() }],
        generator: Some(Generator { value: "feedmill".to_owned(), ..Generator::default() }),
        icon: feed.icon.as_ref().map(xml::uri),
        rights: feed.rights.as_deref().and_then(xml::some_line).map(Text::plain),
        links,
        subtitle: feed.description.as_deref().and_then(xml::some_words).map(Text::plain),
        lang: feed.language.as_deref().and_then(xml::language).map(str::to_owned),
        namespaces: NAMESPACES.iter().map(|(prefix, name)| ((*prefix).to_owned(), (*name).to_owned())).collect(),
        entries: entries.iter().map(|own| entry(own, feed, address)).collect(),
        title: Text::plain(title),
        ..atom_syndication::Feed::default()
    }
}

fn entry(entry: &Entry, feed: &Feed, address: Option<&Url>) -> atom_syndication::Entry {
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
        // `completed` writes it.
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
    let html =
        |html: String| Content { value: Some(html), content_type: Some("html".to_owned()), ..Content::default() };
    let name = source.as_ref().and_then(|source| source.name.as_deref()).and_then(xml::some_line);
    let title = xml::some_line(title.as_str()).unwrap_or_else(|| xml::guarded(&xml::uri(url)).into_owned());
    let updated = xml::distinct(*updated, id.as_str());
    // An entry without any text says its title again rather than nothing: readers show such entries as broken.
    let repeated = || content.is_none().then(|| title.clone());
    atom_syndication::Entry {
        id: xml::line(id.as_str()).into_owned(),
        published: Some(xml::writable(published.instant())),
        updated,
        authors: authors.iter().filter_map(person).collect(),
        contributors: name.map(|name| Person { name, ..Person::default() }).into_iter().collect(),
        categories: categories
            .iter()
            .filter_map(|term| xml::some_line(term))
            .map(|term| Category { term, ..Category::default() })
            .collect(),
        links: links(url, enclosures, source.as_ref()),
        source: parent.as_ref().map(|parent| taken_from(parent, updated, feed, address)),
        summary: summary.as_deref().and_then(xml::some_words).or_else(repeated).map(Text::plain),
        content: entry.content_with_notice().and_then(|content| xml::some_text(&content)).map(html),
        extensions: extensions(image.as_ref(), comments.as_ref()),
        title: Text::plain(title),
        ..atom_syndication::Entry::default()
    }
}

/// The feed that an entry was taken from (section 4.2.11), as it was when the entry changed: later changes of it are
/// none of the entry.
fn taken_from(
    parent: &Parent,
    updated: DateTime<FixedOffset>,
    feed: &Feed,
    address: Option<&Url>,
) -> atom_syndication::Source {
    let Parent { id, title, home } = parent;
    let title = xml::some_line(title).unwrap_or_else(|| id.clone());
    let file = format::reach(feed, address, &format!("{id}.{}", Atom.extension()));
    let itself = address.map(|_| link("self", file, Some(Atom.media_type())));
    atom_syndication::Source {
        id: xml::line(&feed_id(home, id)).into_owned(),
        authors: vec![Person { name: title.clone(), ..Person::default() }],
        title: Text::plain(title),
        updated,
        links: itself.into_iter().chain([link("alternate", xml::uri(home), Some("text/html"))]).collect(),
        ..atom_syndication::Source::default()
    }
}

fn person(author: &model::Person) -> Option<Person> {
    let model::Person { name, url } = author;
    Some(Person { name: xml::some_line(name)?, uri: url.as_ref().map(xml::uri), ..Person::default() })
}

fn link(rel: &str, href: String, media_type: Option<&str>) -> Link {
    Link { href, rel: rel.to_owned(), mime_type: media_type.and_then(xml::media_type), ..Link::default() }
}

fn links(url: &Url, enclosures: &[Enclosure], source: Option<&Attribution>) -> Vec<Link> {
    let file = enclosures.iter().find(|enclosure| enclosure.url == *url);
    let media_type = file.map_or("text/html", |file| file.media_type.as_str());
    let mut links = vec![link("alternate", xml::uri(url), Some(media_type))];
    for Enclosure { url, media_type, length, title } in enclosures {
        links.push(Link {
            length: length.map(|bytes| bytes.to_string()),
            title: title.as_deref().and_then(xml::some_line),
            ..link("enclosure", xml::uri(url), Some(media_type))
        });
    }
    if let Some(Attribution { name, url: Some(url) }) = source {
        let title = name.as_deref().and_then(xml::some_line);
        links.push(Link { title, ..link("via", xml::uri(url), None) });
    }
    links
}

/// The comments (RFC 4685, sections 4 and 5) and the lead picture as `media:content`.
///
/// `link rel="replies"` stands here because the writer lets no foreign attribute, such as `thr:count`, stand on its links.
fn extensions(image: Option<&Image>, comments: Option<&Comments>) -> ExtensionMap {
    let mut extensions = ExtensionMap::new();
    if let Some(Comments { count, url }) = comments {
        let count = count.map(|count| count.to_string());
        if let Some(url) = url {
            let shape = [
                ("rel", Some("replies".to_owned())),
                ("href", Some(xml::uri(url))),
                ("type", Some("text/html".to_owned())),
                ("thr:count", count.clone()),
            ];
            add(&mut extensions, "", element("link", None, shape));
        }
        if let Some(count) = count {
            add(&mut extensions, "thr", element("thr:total", Some(count), []));
        }
    }
    if let Some(Image { url, alt, caption, width, height }) = image {
        let shape = [
            ("url", Some(xml::uri(url))),
            ("medium", Some("image".to_owned())),
            ("width", width.map(|pixels| pixels.to_string())),
            ("height", height.map(|pixels| pixels.to_string())),
        ];
        let mut picture = element("media:content", None, shape);
        for (name, words) in [("media:description", caption), ("media:title", alt)] {
            if let Some(words) = words.as_deref().and_then(xml::some_words) {
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
