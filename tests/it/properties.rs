//! What holds for every input: properties of the library over strings and tag soup made to break it.
//!
//! The cases are the same in every run, so that a failure is one for everybody.

use std::process::{Command, Stdio};

use chrono::{DateTime, FixedOffset, Utc};
use feedmill::format::{FORMATS, json_feed};
use feedmill::model::{
    Attribution, Comments, Enclosure, Entry, Feed, FeedId, Image, Person, Precision, SafeHtml, Timestamp, Title,
    one_line,
};
use feedmill::normalise::{html, id};
use feedmill::page::{self, Page};
use feedmill::{article, assemble, config, listing};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use url::Url;

use crate::fuzz::targets::{ATTRIBUTES, ELEMENTS};

/// Runs `test` on `cases` values of `strategy`, always the same ones.
pub(crate) fn check<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    match TestRunner::new_with_rng(config, rng).run(&strategy, test) {
        Ok(()) => {}
        Err(TestError::Fail(why, value)) => panic!("{why}\nfor {value:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Any string, rich in what breaks XML, HTML, lines and terminals.
pub(crate) fn words() -> impl Strategy<Value = String> {
    const NASTY: &str = "]]>|<![CDATA[|<|>|&|&amp;|&#0;|&#x1F;|\"|'|\0|\u{1}|\u{8}|\u{B}|\u{C}|\r|\n|\r\n|\t|\u{7F}|\u{85}\
        |\u{9B}|\u{A0}|\u{AD}|\u{2028}|\u{202E}|\u{2066}|\u{FEFF}|\u{FFFD}|\u{FFFE}|\u{FFFF}|\u{1F514}|\u{10FFFF}|<!--|-->\
        |<?xml|<script>| |  |word|слово|字|مرحبا|\\u0000";
    let piece = prop_oneof![3 => select(NASTY.split('|').collect::<Vec<_>>()).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Markup that no person would write.
fn tag_soup() -> impl Strategy<Value = String> {
    const SOUP: &str = r#"<p>|</p>|<div>|</div>|<b>|</b>|<i>|<a href='/x'>|<a href=javascript:alert(1)>|</a>
|<a href=' &#106;avascript:x'>|<a href='data:text/html,x'>|<table>|<tr>|<td>|</td>|</table>|<caption>|<col>|<svg>
|</svg>|<math>|<mtext>|<mglyph>|<annotation-xml encoding=text/html>|<foreignObject>|<style>|</style>|<script>|</script>
|<!--|-->|<![CDATA[|]]>|<noscript>|</noscript>|<img src=/i.png alt='a"b' onerror=x>|<img src=javascript:x>
|<img srcset='a 1x'>|<template>|</template>|<select>|<option>|<form action=/f>|<input>|<button>|<textarea>|</textarea>
|<title>|</title>|<h1>|<h2>|</h2>|<ul>|<li>|</ul>|<dl>|<dt>|<dd>|<details>|<summary>|<pre>|</pre>|<br>|</br>|<hr>
|<video src=//v.example/a.mp4>|<audio src=a.mp3 autoplay>|<iframe srcdoc='<script>'>|<object data=x>|<embed>
|<base href=//evil.example/>|<meta http-equiv=refresh content=0>|<body onload=x>|<html lang=xx>|<frameset>|<plaintext>
|<ruby>|<rt>|<font color=red>|<x-y z=1>|<p style=x onclick=y id=z>|<blockquote cite=javascript:x>
|<time datetime=2026-11-02>|<article>|</article>|<li><a href=/n/1>A headline of some length</a>
|<li><a href=/n/2>Another headline, which is long</a>|<li><a href=/n/3>And a third one, just as long</a>
|<script type=application/ld+json>{"@type":"NewsArticle","headline":[1],"author":{"name":|}}
|<meta property=og:title content=x>|words that say something, in a sentence. |&lt;script&gt;|&#x1;|&|<|"|'|=|/>|<b|</"#;
    let piece = prop_oneof![12 => select(SOUP.split('|').collect::<Vec<_>>()).prop_map(str::to_owned), 1 => words()];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

pub(crate) fn base() -> Url {
    Url::parse("https://site.example/news/story.html").unwrap()
}

fn address() -> impl Strategy<Value = Url> {
    words().prop_map(|words| {
        let mut url = base();
        url.set_query(Some(&words));
        url
    })
}

/// Markup that went through the sanitiser, around `words` that always stay.
fn safe(soup: &str) -> Option<SafeHtml> {
    html::sanitise(&format!("<p>kept</p>{soup}"), &base())
}

fn instant() -> impl Strategy<Value = DateTime<FixedOffset>> {
    (0_i64..4_000_000_000, -14_i32 * 60..=14 * 60).prop_map(|(seconds, minutes)| {
        let offset = FixedOffset::east_opt(minutes * 60).unwrap();
        DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&offset)
    })
}

fn image() -> impl Strategy<Value = Image> {
    (address(), option::of(words()), option::of(words()), option::of(any::<u32>()), option::of(any::<u32>()))
        .prop_map(|(url, alt, caption, width, height)| Image { url, alt, caption, width, height })
}

fn enclosure() -> impl Strategy<Value = Enclosure> {
    (address(), words(), option::of(any::<u64>()), option::of(words()))
        .prop_map(|(url, media_type, length, title)| Enclosure { url, media_type, length, title })
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    let precision = select(&[Precision::Exact, Precision::Day, Precision::FirstSeen][..]);
    let texts = (words(), words(), vec(words(), 0..3), option::of(words()), tag_soup(), vec(words(), 0..3));
    let times = (instant(), instant(), instant(), precision, any::<u32>());
    let parts = (
        address(),
        option::of(image()),
        vec(enclosure(), 0..3),
        option::of((words(), option::of(address()))),
        option::of((option::of(any::<u64>()), option::of(address()))),
        option::of(select(&["de", "zh-CN", "ar"][..])),
    );
    (texts, times, parts).prop_map(|(texts, times, parts)| {
        let (guid, title, authors, summary, soup, categories) = texts;
        let (published, updated, first_seen, precision, position) = times;
        let (url, image, enclosures, source, comments, language) = parts;
        let key = id::guid_key(&guid, &FeedId::new("a").unwrap(), &url);
        Entry {
            id: id::entry_id(key),
            title: Title::new(&title).unwrap_or_else(|| Title::new("untitled").unwrap()),
            published: Timestamp::from_parts(published, precision),
            updated: updated.max(published),
            authors: authors.into_iter().map(|name| Person { name, url: None }).collect(),
            summary,
            content: safe(&soup),
            image,
            categories,
            enclosures,
            language: language.map(str::to_owned),
            source: source.map(|(name, url)| Attribution { name: Some(name), url }),
            comments: comments.map(|(count, url)| Comments { count, url }),
            notice: None,
            parent: None,
            first_seen: first_seen.with_timezone(&Utc),
            position,
            url,
        }
    })
}

fn feed() -> impl Strategy<Value = Feed> {
    (words(), option::of(words()), vec(entry(), 1..4)).prop_map(|(title, description, entries)| {
        let title = Title::new(&title).unwrap_or_else(|| Title::new("a").unwrap());
        let mut feed = Feed::new(FeedId::new("a").unwrap(), title, base());
        feed.description = description;
        feed.language = Some("en".to_owned());
        feed.with_entries(entries, 10)
    })
}

/// What XML 1.0 (section 2.2) lets through of `text`, as a parser gives it back (section 2.11), without the characters
/// that it discourages and without word joiners, which the formats add where words look like markup.
fn allowed(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}'], "\n").replace('\u{FFFD}', "?");
    let nonsense =
        |c: &char| matches!(c, '\u{7F}'..='\u{9F}' | '\u{FDD0}'..='\u{FDEF}') || *c as u32 % 0x1_0000 >= 0xFFFE;
    text.chars().filter(|c| matches!(c, '\t' | '\n' | ' '..='\u{205F}' | '\u{2061}'..) && !nonsense(c)).collect()
}

/// [`allowed`] as one line.
fn allowed_line(text: &str) -> String {
    one_line(&allowed(text), usize::MAX - 8)
}

/// The not empty ones of `lines`.
fn allowed_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    lines.map(allowed_line).filter(|line| !line.is_empty()).collect()
}

/// [`allowed`], unless nothing of it is visible.
fn allowed_text(text: Option<&str>) -> Option<String> {
    text.map(allowed).filter(|text| !text.trim().is_empty())
}

/// An address with only the characters of RFC 3986.
fn uri(url: &Url) -> String {
    let odd = r#""<>[\]^`{|} "#;
    let piece = |c: char| if odd.contains(c) { format!("%{:02X}", c as u32) } else { c.to_string() };
    url.as_str().chars().map(piece).collect()
}

type Node<'a> = roxmltree::Node<'a, 'a>;

fn text(node: Node<'_>) -> String {
    let text: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    text.replace('\u{2060}', "")
}

fn children<'a>(node: Node<'a>, name: &'a str) -> impl Iterator<Item = Node<'a>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn texts(node: Node<'_>, name: &str) -> Vec<String> {
    children(node, name).map(text).collect()
}

fn same_rss(file: &str, feed: &Feed) -> Result<(), TestCaseError> {
    let document = roxmltree::Document::parse(file).map_err(|error| TestCaseError::fail(format!("{error}\n{file}")))?;
    let items: Vec<_> = document.descendants().filter(|node| node.has_tag_name("item")).collect();
    prop_assert_eq!(items.len(), feed.entries().len());
    for (item, entry) in items.into_iter().zip(feed.entries()) {
        let one = |name: &str| texts(item, name).into_iter().next();
        prop_assert_eq!(
            one("title"),
            Some(allowed_line(entry.title.as_str())).filter(|t| !t.is_empty()).or(Some(uri(&entry.url)))
        );
        prop_assert_eq!(one("link"), Some(uri(&entry.url)));
        prop_assert_eq!(one("guid"), Some(entry.id.as_str().to_owned()));
        // `description` is HTML: the text is escaped once more.
        let summary =
            one("description").map(|html| html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
        if allowed_text(entry.summary.as_deref()).is_some() || entry.content.is_none() {
            prop_assert_eq!(summary, allowed_text(entry.summary.as_deref()));
        }
        prop_assert_eq!(one("encoded"), allowed_text(entry.content.as_ref().map(SafeHtml::as_str)));
        prop_assert_eq!(texts(item, "creator"), allowed_lines(entry.authors.iter().map(|author| author.name.as_str())));
        prop_assert_eq!(texts(item, "category"), allowed_lines(entry.categories.iter().map(String::as_str)));
        let words = |name: &str| {
            let media = children(item, "content").find(|node| node.attribute("medium") == Some("image"));
            media.and_then(|media| texts(media, name).into_iter().next())
        };
        let image = entry.image.as_ref();
        prop_assert_eq!(words("title"), allowed_text(image.and_then(|image| image.alt.as_deref())));
        prop_assert_eq!(words("description"), allowed_text(image.and_then(|image| image.caption.as_deref())));
    }
    Ok(())
}

fn same_atom(file: &str, feed: &Feed) -> Result<(), TestCaseError> {
    let document = roxmltree::Document::parse(file).map_err(|error| TestCaseError::fail(format!("{error}\n{file}")))?;
    let entries: Vec<_> = children(document.root_element(), "entry").collect();
    prop_assert_eq!(entries.len(), feed.entries().len());
    for (node, entry) in entries.into_iter().zip(feed.entries()) {
        let one = |name: &str| texts(node, name).into_iter().next();
        prop_assert_eq!(one("id"), Some(entry.id.as_str().to_owned()));
        prop_assert_eq!(
            one("title"),
            Some(allowed_line(entry.title.as_str())).filter(|t| !t.is_empty()).or(Some(uri(&entry.url)))
        );
        let summary = allowed_text(entry.summary.as_deref());
        prop_assert_eq!(one("summary"), summary.or_else(|| one("title").filter(|_| entry.content.is_none())));
        let content = children(node, "content").find(|node| node.attribute("type") == Some("html")).map(text);
        prop_assert_eq!(content, allowed_text(entry.content.as_ref().map(SafeHtml::as_str)));
        let names: Vec<String> = children(node, "author").flat_map(|author| texts(author, "name")).collect();
        prop_assert_eq!(names, allowed_lines(entry.authors.iter().map(|author| author.name.as_str())));
        let terms: Vec<String> =
            children(node, "category").filter_map(|node| node.attribute("term").map(allowed)).collect();
        prop_assert_eq!(terms, allowed_lines(entry.categories.iter().map(String::as_str)));
        let published = one("published").and_then(|time| DateTime::parse_from_rfc3339(&time).ok());
        prop_assert_eq!(published, Some(entry.published.instant()));
        let source = entry.source.as_ref().and_then(|source| source.name.as_deref());
        let contributors: Vec<String> = children(node, "contributor").flat_map(|one| texts(one, "name")).collect();
        prop_assert_eq!(contributors, allowed_lines(source.into_iter()));
    }
    Ok(())
}

#[test]
fn any_words_make_feeds_that_strict_readers_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let written = std::cell::Cell::new(0_u32);
    check(150, feed(), |feed| {
        for format in FORMATS {
            let bytes = format.render(&feed, Some(&base()));
            let file = String::from_utf8(bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let same = match format.extension() {
                "rss" => same_rss,
                "atom" => same_atom,
                _ => {
                    let (header, entries) = json_feed::read(file.as_bytes()).map_err(TestCaseError::fail)?;
                    prop_assert_eq!(header.title.as_ref(), Some(&feed.title));
                    prop_assert_eq!(&header.description, &feed.description);
                    prop_assert_eq!(&entries[..], feed.entries());
                    continue;
                }
            };
            same(&file, &feed)?;
            let path = folder.path().join(format!("{}.xml", written.get()));
            std::fs::write(&path, file).unwrap();
            if let Some(read) = through_libxml2(&path) {
                same(&read, &feed)?;
            }
            written.set(written.get() + 1);
        }
        Ok(())
    });
    assert!(written.get() >= 300);
}

/// What libxml2 reads from a file, written by it in canonical form; `None` where it is not installed, which CI refuses.
fn through_libxml2(path: &std::path::Path) -> Option<String> {
    match Command::new("xmllint").args(["--c14n", "--huge"]).arg(path).stdin(Stdio::null()).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "xmllint is needed in CI: {error}");
            None
        }
    }
}

#[test]
fn sanitised_markup_is_stable_and_on_the_list() {
    let elements: Vec<&str> = ELEMENTS.split_whitespace().collect();
    let attributes: Vec<&str> = ATTRIBUTES.split_whitespace().collect();
    check(400, tag_soup(), |soup| {
        let Some(once) = html::sanitise(&soup, &base()) else { return Ok(()) };
        let twice = html::sanitise(once.as_str(), &base());
        prop_assert_eq!(twice.as_ref().map(SafeHtml::as_str), Some(once.as_str()));
        let tree = scraper::Html::parse_fragment(once.as_str());
        for node in tree.tree.nodes() {
            prop_assert!(!node.value().is_comment());
        }
        for element in tree.root_element().descendent_elements().skip(1) {
            let name = element.value().name();
            prop_assert!(elements.contains(&name), "<{}> in {}", name, once.as_str());
            for (attribute, value) in element.value().attrs() {
                prop_assert!(attributes.contains(&attribute), "{} in {}", attribute, once.as_str());
                if ["href", "src"].contains(&attribute) {
                    let url = Url::parse(value).map_err(|error| TestCaseError::fail(format!("{value}: {error}")))?;
                    prop_assert!(["http", "https", "mailto"].contains(&url.scheme()), "{}", url);
                }
            }
        }
        Ok(())
    });
}

#[test]
fn an_address_in_other_clothes_has_the_same_key() {
    let path = vec("[a-zA-Z0-9._~-]{1,8}", 1..4).prop_filter("`index.html` is a folder's other name", |parts| {
        parts.iter().all(|part| !part.starts_with('.') && !part.starts_with("index.") && part != "www")
    });
    let query = option::of("id=[0-9]{1,6}");
    let clothes = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let listing = Url::parse("https://site.example/").unwrap();
    check(500, (path, query, clothes), move |(path, query, (plain, www, slash, tracked, anchor))| {
        let path = path.join("/");
        let dressed = |plain: bool, www: bool, slash: bool, tracked: bool, anchor: bool| {
            let tracking = if tracked { Some("utm_source=x&fbclid=7") } else { None };
            let query: Vec<&str> = query.as_deref().into_iter().chain(tracking).collect();
            let mut address = format!(
                "{}://{}site.example/{path}{}",
                if plain { "http" } else { "https" },
                if www { "www." } else { "" },
                if slash { "/" } else { "" },
            );
            if !query.is_empty() {
                address = format!("{address}?{}", query.join("&"));
            }
            if anchor {
                address.push_str("#comments");
            }
            id::key(&Url::parse(&address).unwrap(), &listing)
        };
        let bare = dressed(false, false, false, false, false);
        prop_assert_eq!(&dressed(plain, www, slash, tracked, anchor), &bare);
        // A key is the key of itself.
        prop_assert_eq!(id::key(&Url::parse(&bare).unwrap(), &listing), bare);
        Ok(())
    });
}

#[test]
fn no_page_makes_reading_it_panic() {
    let source = config::parse(
        "[feeds.a]\nurl = \"https://site.example/news/\"\n[feeds.a.listing]\ndate = \"time\"\nauthor = \".by\"\n",
        "feeds.toml",
        &|_| None,
    );
    let source = source.map_err(|_| "the configuration is right").unwrap().sources.remove(0);
    let now = DateTime::from_timestamp(crate::support::NOON, 0).unwrap();
    check(200, tag_soup(), |soup| {
        let page = Page {
            requested: base(),
            url: base(),
            media_type: Some("text/html".to_owned()),
            charset: None,
            body: soup.into_bytes(),
        };
        let Ok(document) = page::open(&page, None) else { return Ok(()) };
        let detected = listing::read(&document.value, &listing::Rules::default());
        let configured = listing::read(&document.value, &source.listing);
        let claims = article::read(&document.value, &source.article);
        let reading = assemble::Reading { source: &source, language: None, site: "Site", now };
        for (position, teaser) in detected.teasers.into_iter().chain(configured.teasers).enumerate() {
            let keys = assemble::keys(&teaser, &source);
            let position = u32::try_from(position).unwrap();
            let job = assemble::Job { teaser, position, keys, previous: None, why: assemble::Why::New };
            let _ = assemble::entry(&job, Some((&claims, &page.url)), reading);
        }
        Ok(())
    });
}
