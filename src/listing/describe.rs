//! One block of a listing → [`Teaser`]: what stands in it besides the link.
//!
//! Used by detection for its blocks and by the configured selectors for every field that has none. Says nothing of the
//! address and picks the title only from headings; the callers know which link is the story's.

use std::sync::LazyLock;

use ego_tree::NodeRef;
use html5ever::local_name;
use regex::Regex;
use scraper::{ElementRef, Node};
use url::Url;

use super::class::{Classes, Facts, Marks};
use super::outline::truncate;
use super::{DateText, Teaser, when, words};
use crate::page::document::attribute;
use crate::page::{Document, document};

/// The longest summary, in bytes.
const MAX_SUMMARY: usize = 2_000;
/// The longest title, in bytes.
const MAX_TITLE: usize = 600;
/// The longest name of a person or subject, in bytes.
const MAX_NAME: usize = 120;
/// The most names that are kept of one block.
const MAX_NAMES: usize = 12;
/// Where the address of a picture stands, scripts that load it late first.
const SOURCES: [&str; 6] = ["data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "src"];
/// The same where there are several of them, the first of which is taken.
const SETS: [&str; 2] = ["data-srcset", "srcset"];
/// The most elements of one block that are looked at.
const MAX_ELEMENTS: usize = 3_000;

/// Reads a block: one element, or several siblings that belong together.
pub(super) fn describe<'a>(roots: &[ElementRef<'a>], document: &Document, classes: &mut Classes<'a>) -> Teaser {
    let mut found = Finds::default();
    for root in roots {
        for node in root.descendants().take(MAX_ELEMENTS) {
            match node.value() {
                Node::Text(text) => found.text(node, text, classes),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(node) {
                        found.element(element, document, classes);
                    }
                }
                _ => {}
            }
        }
    }
    found.teaser(document)
}

/// What was found so far; for dates and summaries with a rank, the greatest first seen wins.
#[derive(Default)]
struct Finds {
    title: Option<(u8, String)>,
    published: Option<(u8, String)>,
    updated: Option<String>,
    summary: Option<(u8, String)>,
    image: Option<(u8, Url)>,
    authors: Vec<(u8, String)>,
    categories: Vec<String>,
    enclosures: Vec<Url>,
}

impl Finds {
    fn element<'a>(&mut self, element: ElementRef<'a>, document: &Document, classes: &mut Classes<'a>) {
        let name = element.value().name();
        match name {
            "script" | "style" | "template" | "svg" | "select" | "option" | "path" => return,
            "img" | "source" => self.picture(element, document),
            "audio" | "video" => {
                let source = attribute(element, "src").and_then(|source| document.resolve(source));
                self.enclosures.extend(source.filter(|_| self.enclosures.len() < MAX_NAMES));
            }
            _ => {}
        }
        let marks = Marks::of(element);
        let facts = classes.facts(marks.class);
        if name == "time" {
            self.time(element, facts);
        }
        if marks.is_heading(element, facts) {
            let rank = heading_rank(name);
            if self.title.as_ref().is_none_or(|(known, _)| *known < rank) {
                let text = document::text(element);
                if !words::is_generic(&text) && !words::is_date_like(&text) {
                    self.title = Some((rank, text));
                }
            }
        }
        if !marks.style.is_empty() {
            let url = background(marks.style).and_then(|url| document.resolve(url));
            self.offer_image(1, url.filter(|url| !is_placeholder(url.as_str())));
        }
        self.marked(element, &marks, document);
        self.class(element, facts);
        if matches!(name, "p" | "div" | "dd" | "td" | "li" | "blockquote" | "section") {
            self.paragraph(element, if name == "p" { 2 } else { 1 });
        }
    }

    /// What `rel` and `itemprop` say.
    fn marked(&mut self, element: ElementRef<'_>, marks: &Marks<'_>, document: &Document) {
        for rel in marks.rel.split_ascii_whitespace() {
            match rel {
                "author" => self.author(4, element),
                "tag" | "category" => self.category(element),
                _ => {}
            }
        }
        for property in marks.itemprop.split_ascii_whitespace() {
            match property {
                "datePublished" | "dateCreated" => self.date(6, element),
                "dateModified" => self.updated = self.updated.take().or_else(|| value(element)),
                "author" | "creator" => self.author(3, element),
                "articleSection" | "keywords" => self.category(element),
                "description" => self.paragraph(element, 4),
                "image" => {
                    let url = attribute(element, "content").or_else(|| attribute(element, "src"));
                    self.offer_image(3, url.and_then(|url| document.resolve(url)));
                }
                _ => {}
            }
        }
    }

    /// What classes say.
    fn class(&mut self, element: ElementRef<'_>, facts: Facts) {
        if facts.author > 0 {
            self.author(facts.author, element);
        }
        if facts.date {
            self.date(4, element);
        }
        if facts.category {
            self.category(element);
        }
        if facts.summary {
            self.paragraph(element, 3);
        }
    }

    fn time(&mut self, element: ElementRef<'_>, facts: Facts) {
        if facts.updated {
            self.updated = self.updated.take().or_else(|| value(element));
            self.offer_date(2, value(element));
        } else {
            self.offer_date(if attribute(element, "datetime").is_some() { 5 } else { 4 }, value(element));
        }
    }

    fn date(&mut self, rank: u8, element: ElementRef<'_>) {
        if self.has_date(rank) {
            return;
        }
        let text = value(element).filter(|text| words::is_date_like(text));
        self.offer_date(rank, text);
    }

    /// Whether a date is known that one of this rank would not replace.
    fn has_date(&self, rank: u8) -> bool {
        self.published.as_ref().is_some_and(|(known, _)| *known >= rank)
    }

    fn offer_date(&mut self, rank: u8, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.is_empty())
            && !self.has_date(rank)
        {
            self.published = Some((rank, text));
        }
    }

    /// A text on its own that may be a date.
    fn text<'a>(&mut self, node: NodeRef<'a, Node>, text: &str, classes: &mut Classes<'a>) {
        if self.published.is_some() || text.len() > 400 || !words::may_hold_date(text) {
            return;
        }
        let above = node.parent().and_then(ElementRef::wrap);
        let hides = |above: ElementRef<'a>, classes: &mut Classes<'a>| {
            document::is_unseen(&above.value().name.local) || classes.is_heading(above, &Marks::of(above))
        };
        if above.is_none_or(|above| hides(above, classes) || classes.facts(Marks::of(above).class).duration) {
            return;
        }
        let text = words::dateline(text).unwrap_or(text);
        let pieces = text.split(['|', '·', '•', '/', '\n']).chain([text]);
        let in_link = above.is_some_and(|above| above.value().name() == "a");
        let piece = pieces.map(str::trim).find(|piece| {
            words::is_date_like(piece)
                && !words::is_long_clock(piece)
                && words::words(piece) < if in_link { 5.0 } else { 9.0 }
        });
        self.offer_date(1, piece.map(fold));
    }

    fn paragraph(&mut self, element: ElementRef<'_>, rank: u8) {
        if self.summary.as_ref().is_some_and(|(known, _)| *known > rank) || !is_line(element) {
            return;
        }
        let mut text = self.without_read_more(element);
        let enough = if rank >= 3 { 4.0 } else { 7.0 };
        if words::words(&text) < enough || rank < 3 && text.len() < 100 && words::is_date_like(&text) {
            return;
        }
        if self.title.as_ref().is_some_and(|(_, title)| *title == text) {
            return;
        }
        let longer =
            self.summary.as_ref().is_none_or(|(known, old)| *known < rank || old.len() < text.len() && rank < 3);
        if longer {
            truncate(&mut text, MAX_SUMMARY);
            self.summary = Some((rank, text));
        }
    }

    /// The text of `element` without the link at its end that leads to the rest: "more", "Continue reading <headline>".
    fn without_read_more(&self, element: ElementRef<'_>) -> String {
        let mut text = document::text(element);
        let links = element.descendent_elements().filter(|inner| inner.value().name() == "a");
        let Some(words) = links.last().map(document::text).filter(|words| !words.is_empty()) else { return text };
        let rest = match &self.title {
            Some((_, title)) => words.replace(title.as_str(), ""),
            None => words.clone(),
        };
        if text.len() > words.len() && text.ends_with(words.as_str()) && words::is_generic(&rest) {
            text.truncate(text.len() - words.len());
            text.truncate(text.trim_end().len());
        }
        text
    }

    fn author(&mut self, rank: u8, element: ElementRef<'_>) {
        let Some(text) = value(element) else { return };
        let text = without_by(&text);
        if text.is_empty() || text.len() > MAX_NAME || words::words(text) > 12.0 || words::is_date_like(text) {
            return;
        }
        let best = self.authors.iter().map(|(rank, _)| *rank).max().unwrap_or(0);
        if rank > best {
            self.authors.clear();
        }
        let known = self.authors.iter().any(|(_, known)| known.contains(text) || text.contains(known.as_str()));
        if rank >= best && !known && self.authors.len() < MAX_NAMES {
            self.authors.push((rank, text.to_owned()));
        }
    }

    fn category(&mut self, element: ElementRef<'_>) {
        if !is_line(element) || self.categories.len() >= MAX_NAMES {
            return;
        }
        let Some(text) = value(element) else { return };
        let wrong = text.len() > MAX_NAME || words::words(&text) > 6.0 || words::is_date_like(&text);
        if !wrong && !words::is_generic(&text) && !self.categories.contains(&text) {
            self.categories.push(text);
        }
    }

    fn picture(&mut self, element: ElementRef<'_>, document: &Document) {
        let rank = if element.value().name() == "img" { 2 } else { 1 };
        if self.image.as_ref().is_some_and(|(known, _)| *known >= rank) {
            return;
        }
        let (mut plain, mut sets) = ([None; SOURCES.len()], [None; SETS.len()]);
        for (name, value) in element.value().attrs() {
            let is_word = |word: &str| matches!(word, "avatar" | "icon" | "logo" | "emoji");
            match name {
                "class" | "alt" if value.split([' ', '-', '_']).any(is_word) => return,
                "width" | "height" if value.parse::<u32>().is_ok_and(|size| size < 40) => return,
                _ => {
                    let place = |names: &[&str]| names.iter().position(|known| *known == name);
                    if let Some(slot) = place(&SOURCES).and_then(|at| plain.get_mut(at)) {
                        *slot = Some(value);
                    } else if let Some(slot) = place(&SETS).and_then(|at| sets.get_mut(at)) {
                        *slot = value.split_whitespace().next();
                    }
                }
            }
        }
        let found = plain.into_iter().chain(sets).flatten().find(|text| !is_placeholder(text));
        self.offer_image(rank, found.and_then(|text| document.resolve(text)));
    }

    fn offer_image(&mut self, rank: u8, url: Option<Url>) {
        if let Some(url) = url
            && self.image.as_ref().is_none_or(|(known, _)| *known < rank)
        {
            self.image = Some((rank, url));
        }
    }

    fn teaser(self, document: &Document) -> Teaser {
        let title = self.title.map(|(_, mut text)| {
            truncate(&mut text, MAX_TITLE);
            text
        });
        let summary = self.summary.map(|(_, text)| text).filter(|text| title.as_ref() != Some(text));
        let date = |text| DateText { text: when::plain(text, document), format: None };
        Teaser {
            published: self.published.map(|(_, text)| date(text)),
            updated: self.updated.map(date),
            image: self.image.map(|(_, url)| url),
            authors: self.authors.into_iter().map(|(_, name)| name).collect(),
            categories: self.categories,
            enclosures: self.enclosures,
            title,
            summary,
            ..Teaser::default()
        }
    }
}

/// Real headings before elements that only look like one.
fn heading_rank(name: &str) -> u8 {
    match name {
        "h1" | "h2" | "h3" => 3,
        "h4" | "h5" | "h6" => 2,
        _ => 1,
    }
}

/// What an element says to machines, or else its text; one line.
fn value(element: ElementRef<'_>) -> Option<String> {
    let machine = attribute(element, "datetime").or_else(|| attribute(element, "content"));
    let titled = || {
        attribute(element, "title")
            .filter(|title| matches!(element.value().name(), "abbr" | "time") && words::is_date_like(title))
    };
    let mut text = match machine.filter(|text| !text.trim().is_empty()).or_else(titled) {
        Some(text) => fold(text),
        None => document::text(element),
    };
    truncate(&mut text, MAX_TITLE);
    (!text.is_empty()).then_some(text)
}

fn fold(text: &str) -> String {
    let mut out = String::new();
    document::push_folded(&mut out, text.trim());
    out
}

/// Whether an element holds text and nothing but inline elements around it.
fn is_line(element: ElementRef<'_>) -> bool {
    element.descendent_elements().skip(1).all(|inner| {
        let name = &inner.value().name.local;
        document::flows(name)
            || matches!(
                *name,
                local_name!("br")
                    | local_name!("img")
                    | local_name!("svg")
                    | local_name!("path")
                    | local_name!("picture")
                    | local_name!("source")
            )
    })
}

fn without_by(text: &str) -> &str {
    const BEFORE: [&str; 12] =
        ["written by ", "posted by ", "by ", "by: ", "von ", "par ", "por ", "di ", "作者：", "作者:", "door ", "av "];
    let text = text.trim();
    for word in BEFORE {
        if let (Some(head), Some(rest)) = (text.get(..word.len()), text.get(word.len()..))
            && head.eq_ignore_ascii_case(word)
        {
            return rest.trim();
        }
    }
    text
}

/// Whether an address is that of a picture which only keeps the place of another one.
fn is_placeholder(address: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        let parts = r"placeholder|blank\.|spacer|pixel|1x1|loading\.|transparent|/avatar|gravatar\.com";
        Regex::new(&format!("(?i-u)^$|^data:|{parts}")).expect("a pattern of our own")
    });
    PLACEHOLDER.is_match(address.trim())
}

/// The address in `background: url(…)`.
fn background(style: &str) -> Option<&str> {
    let (_, rest) = style.split_once("background").and_then(|(_, rest)| rest.split_once("url("))?;
    let (inside, _) = rest.split_once(')')?;
    Some(inside.trim().trim_matches(['"', '\'']))
}
