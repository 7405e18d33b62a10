//! One block of a listing → [`Teaser`]: what stands in it besides the link.
//!
//! Used by detection for its blocks and by the configured selectors for every field that has none. Says nothing of the
//! address and picks the title only from headings; the callers know which link is the story's.

use std::borrow::Cow;
use std::sync::LazyLock;

use ego_tree::NodeRef;
use html5ever::{LocalName, local_name};
use regex::Regex;
use scraper::{ElementRef, Node};
use url::Url;

use super::class::{Classes, Facts, Marks};
use super::outline::cut;
use super::{DateText, Teaser, when, words};
use crate::page::document::{attribute, is_named};
use crate::page::join::Base;
use crate::page::{Document, document};

/// The longest summary, in bytes.
const MAX_SUMMARY: usize = 2_000;
/// The longest title, in bytes.
const MAX_TITLE: usize = 600;
/// The longest name of a person or subject, in bytes.
const MAX_NAME: usize = 120;
/// The most names that are kept of one block.
const MAX_NAMES: usize = 12;
/// The most elements of one block that are looked at.
const MAX_ELEMENTS: usize = 3_000;

/// Reads a block: one element, or several siblings that belong together.
pub(super) fn describe<'a>(roots: &[ElementRef<'a>], document: &Document, classes: &mut Classes<'a>) -> Teaser {
    let mut found = Finds::of(document);
    for root in roots {
        for node in document::nodes(**root).take(MAX_ELEMENTS) {
            match node.value() {
                Node::Text(text) => found.text(node, text, classes),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(node) {
                        found.element(element, classes);
                    }
                }
                _ => {}
            }
        }
    }
    found.teaser()
}

/// What was found so far; for dates and summaries with a rank, the greatest first seen wins.
struct Finds<'a, 'd> {
    document: &'d Document,
    base: Option<Base<'d>>,
    title: Option<(u8, Cow<'a, str>)>,
    published: Option<(u8, Cow<'a, str>)>,
    updated: Option<Cow<'a, str>>,
    summary: Option<(u8, Cow<'a, str>)>,
    image: Option<(u8, Picture<'a>)>,
    authors: Vec<(u8, String)>,
    categories: Vec<String>,
    enclosures: Vec<Url>,
}

/// Where a picture is.
enum Picture<'a> {
    /// As it is written; an address for sure.
    Plain(&'a str),
    At(Url),
}

impl<'a, 'd> Finds<'a, 'd> {
    fn of(document: &'d Document) -> Self {
        Self {
            document,
            base: Base::of(document.base()),
            title: None,
            published: None,
            updated: None,
            summary: None,
            image: None,
            authors: Vec::new(),
            categories: Vec::new(),
            enclosures: Vec::new(),
        }
    }

    fn element(&mut self, element: ElementRef<'a>, classes: &mut Classes<'a>) {
        let name = &element.value().name.local;
        match *name {
            local_name!("script")
            | local_name!("style")
            | local_name!("template")
            | local_name!("svg")
            | local_name!("select")
            | local_name!("option")
            | local_name!("path") => return,
            local_name!("img") | local_name!("source") => self.picture(element),
            local_name!("audio") | local_name!("video") => {
                let source = attribute(element, "src").and_then(|source| self.document.resolve(source));
                self.enclosures.extend(source.filter(|_| self.enclosures.len() < MAX_NAMES));
            }
            _ => {}
        }
        let marks = Marks::of(element);
        let facts = classes.facts(marks.class());
        if *name == local_name!("time") {
            self.time(element, &marks, facts);
        }
        if marks.is_heading(element, facts) {
            let rank = heading_rank(name);
            if self.title.as_ref().is_none_or(|(known, _)| *known < rank) {
                let text = document::line(element);
                if !words::is_generic(&text) && !words::is_date_like(&text) {
                    self.title = Some((rank, text));
                }
            }
        }
        if let Some(style) = marks.style.get() {
            let url = background(style).and_then(|url| self.document.resolve(url));
            if let Some(url) = url.filter(|url| !is_placeholder(url.as_str()) && !self.has_image(1)) {
                self.image = Some((1, Picture::At(url)));
            }
        }
        self.marked(element, &marks);
        self.class(element, &marks, facts);
        match *name {
            local_name!("p") => self.paragraph(element, 2),
            local_name!("div")
            | local_name!("dd")
            | local_name!("td")
            | local_name!("li")
            | local_name!("blockquote")
            | local_name!("section") => self.paragraph(element, 1),
            _ => {}
        }
    }

    /// What `rel` and `itemprop` say.
    fn marked(&mut self, element: ElementRef<'a>, marks: &Marks<'a>) {
        if let Some(rel) = marks.rel.get() {
            for word in rel.split_ascii_whitespace() {
                match word {
                    "author" => self.author(4, element, marks),
                    "tag" | "category" => self.category(element, marks),
                    _ => {}
                }
            }
        }
        if let Some(itemprop) = marks.itemprop.get() {
            for property in itemprop.split_ascii_whitespace() {
                self.property(property, element, marks);
            }
        }
    }

    fn property(&mut self, property: &str, element: ElementRef<'a>, marks: &Marks<'a>) {
        match property {
            "datePublished" | "dateCreated" => self.date(6, element, marks),
            "dateModified" => self.updated = self.updated.take().or_else(|| value(element, marks)),
            "author" | "creator" => self.author(3, element, marks),
            "articleSection" | "keywords" => self.category(element, marks),
            "description" => self.paragraph(element, 4),
            "image" => self.offer_image(3, marks.content.get().or_else(|| attribute(element, "src"))),
            _ => {}
        }
    }

    /// What classes say.
    fn class(&mut self, element: ElementRef<'a>, marks: &Marks<'a>, facts: Facts) {
        if facts.author > 0 {
            self.author(facts.author, element, marks);
        }
        if facts.date {
            self.date(4, element, marks);
        }
        if facts.category {
            self.category(element, marks);
        }
        if facts.summary {
            self.paragraph(element, 3);
        }
    }

    fn time(&mut self, element: ElementRef<'a>, marks: &Marks<'a>, facts: Facts) {
        if facts.updated {
            self.updated = self.updated.take().or_else(|| value(element, marks));
            self.offer_date(2, value(element, marks));
        } else {
            self.offer_date(if marks.datetime.get().is_some() { 5 } else { 4 }, value(element, marks));
        }
    }

    fn date(&mut self, rank: u8, element: ElementRef<'a>, marks: &Marks<'a>) {
        if self.has_date(rank) {
            return;
        }
        let text = value(element, marks).filter(|text| words::is_date_like(text));
        self.offer_date(rank, text);
    }

    /// Whether a date is known that one of this rank would not replace.
    fn has_date(&self, rank: u8) -> bool {
        self.published.as_ref().is_some_and(|(known, _)| *known >= rank)
    }

    fn offer_date(&mut self, rank: u8, text: Option<Cow<'a, str>>) {
        if let Some(text) = text.filter(|text| !text.is_empty())
            && !self.has_date(rank)
        {
            self.published = Some((rank, text));
        }
    }

    /// A text on its own that may be a date.
    fn text(&mut self, node: NodeRef<'a, Node>, text: &'a str, classes: &mut Classes<'a>) {
        if self.published.is_some() || text.len() > 400 || !words::may_hold_date(text) {
            return;
        }
        let above = node.parent().and_then(ElementRef::wrap);
        let hides = |above: ElementRef<'a>, classes: &mut Classes<'a>| {
            document::is_invisible(&above.value().name.local) || classes.is_heading(above, &Marks::of(above))
        };
        if above.is_none_or(|above| hides(above, classes) || classes.facts(Marks::of(above).class()).duration) {
            return;
        }
        let text = words::dateline(text).unwrap_or(text);
        let pieces = text.split(['|', '·', '•', '/', '\n']).chain([text]);
        let in_link = above.is_some_and(|above| above.value().name() == "a");
        let piece = pieces.map(document::trim).find(|piece| {
            words::is_date_like(piece)
                && !words::is_long_clock(piece)
                && words::words(piece) < if in_link { 5.0 } else { 9.0 }
        });
        self.offer_date(1, piece.map(document::folded));
    }

    fn paragraph(&mut self, element: ElementRef<'a>, rank: u8) {
        if self.summary.as_ref().is_some_and(|(known, _)| *known > rank) {
            return;
        }
        // Most paragraphs hold nothing but their text.
        let bare = element.children().all(|child| child.value().is_text());
        if !bare && !is_line(element) {
            return;
        }
        let mut text = if bare { document::line(element) } else { self.without_read_more(element) };
        let enough = if rank >= 3 { 4 } else { 7 };
        if !words::has_words(&text, enough) || rank < 3 && text.len() < 100 && words::is_date_like(&text) {
            return;
        }
        if self.title.as_ref().is_some_and(|(_, title)| *title == text) {
            return;
        }
        let longer =
            self.summary.as_ref().is_none_or(|(known, old)| *known < rank || old.len() < text.len() && rank < 3);
        if longer {
            cut(&mut text, MAX_SUMMARY);
            self.summary = Some((rank, text));
        }
    }

    /// The text of `element` without the link at its end that leads to the rest: "more", "Continue reading <headline>".
    fn without_read_more(&self, element: ElementRef<'a>) -> Cow<'a, str> {
        let mut text = document::line(element);
        let links = document::elements_below(element).filter(|inner| inner.value().name() == "a");
        let Some(words) = links.last().map(document::line).filter(|words| !words.is_empty()) else { return text };
        let rest = match &self.title {
            Some((_, title)) => Cow::Owned(words.replace(&**title, "")),
            None => words.clone(),
        };
        if text.len() > words.len() && text.ends_with(&*words) && words::is_generic(&rest) {
            let kept = text.get(..text.len() - words.len()).unwrap_or_default().trim_end().len();
            cut(&mut text, kept);
        }
        text
    }

    fn author(&mut self, rank: u8, element: ElementRef<'a>, marks: &Marks<'a>) {
        let Some(text) = value(element, marks) else { return };
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

    fn category(&mut self, element: ElementRef<'a>, marks: &Marks<'a>) {
        if self.categories.len() >= MAX_NAMES || !is_line(element) {
            return;
        }
        let Some(text) = value(element, marks) else { return };
        let wrong = text.len() > MAX_NAME || words::words(&text) > 6.0 || words::is_date_like(&text);
        if !wrong && !words::is_generic(&text) && !self.categories.iter().any(|known| *known == text) {
            self.categories.push(text.into_owned());
        }
    }

    fn picture(&mut self, element: ElementRef<'a>) {
        let rank = if element.value().name.local == local_name!("img") { 2 } else { 1 };
        if self.has_image(rank) {
            return;
        }
        let mut found: [Option<&'a str>; 8] = [None; 8];
        for (name, value) in element.value().attrs() {
            // Scripts that load a picture late keep its address elsewhere; of a set the first is taken.
            let [late, original, lazy_source, lazy, address, source, late_set, set] = &mut found;
            let first = |set: &'a str| set.split_whitespace().next();
            match name {
                "class" | "alt" if says_no_picture(value) => return,
                "width" | "height" if value.parse::<u32>().is_ok_and(|size| size < 40) => return,
                "data-src" => *late = Some(value),
                "data-original" => *original = Some(value),
                "data-lazy-src" => *lazy_source = Some(value),
                "data-lazy" => *lazy = Some(value),
                "data-url" => *address = Some(value),
                "src" => *source = Some(value),
                "data-srcset" => *late_set = first(value),
                "srcset" => *set = first(value),
                _ => {}
            }
        }
        let found = found.into_iter().flatten().find(|text| !is_placeholder(text));
        self.offer_image(rank, found);
    }

    /// Whether a picture is known that one of this rank would not replace.
    fn has_image(&self, rank: u8) -> bool {
        self.image.as_ref().is_some_and(|(known, _)| *known >= rank)
    }

    fn offer_image(&mut self, rank: u8, written: Option<&'a str>) {
        let Some(written) = written.filter(|_| !self.has_image(rank)) else { return };
        let picture = if self.base.is_some_and(|base| base.joins(document::trim(written))) {
            Some(Picture::Plain(written))
        } else {
            self.document.resolve(written).map(Picture::At)
        };
        if let Some(picture) = picture {
            self.image = Some((rank, picture));
        }
    }

    fn teaser(self) -> Teaser {
        let document = self.document;
        let title = self.title.map(|(_, mut text)| {
            cut(&mut text, MAX_TITLE);
            text.into_owned()
        });
        let summary = self.summary.map(|(_, text)| text).filter(|text| title.as_deref() != Some(&**text));
        let date = |text: Cow<'_, str>| DateText { text: when::plain(text.into_owned(), document), format: None };
        let image = self.image.and_then(|(_, picture)| match picture {
            Picture::Plain(written) => document.resolve(written),
            Picture::At(url) => Some(url),
        });
        Teaser {
            published: self.published.map(|(_, text)| date(text)),
            updated: self.updated.map(date),
            image,
            authors: self.authors.into_iter().map(|(_, name)| name).collect(),
            categories: self.categories,
            enclosures: self.enclosures,
            title,
            summary: summary.map(Cow::into_owned),
            ..Teaser::default()
        }
    }
}

/// Whether a word of a picture's class or description says that it does not belong to the story.
fn says_no_picture(words: &str) -> bool {
    let mut words = words.as_bytes().split(|byte| matches!(byte, b' ' | b'-' | b'_'));
    words.any(|word| matches!(word, b"avatar" | b"icon" | b"logo" | b"emoji"))
}

/// Real headings before elements that only look like one.
fn heading_rank(name: &LocalName) -> u8 {
    if is_named!(name; "h1" "h2" "h3") {
        3
    } else if is_named!(name; "h4" "h5" "h6") {
        2
    } else {
        1
    }
}

/// What an element says to machines, or else its text; one line.
fn value<'a>(element: ElementRef<'a>, marks: &Marks<'a>) -> Option<Cow<'a, str>> {
    let machine = marks.datetime.get().or(marks.content.get());
    let titled = || {
        let is_date = is_named!(&element.value().name.local; "abbr" "time");
        marks.title.get().filter(|title| is_date && words::is_date_like(title))
    };
    let mut text = match machine.filter(|text| !document::trim(text).is_empty()).or_else(titled) {
        Some(text) => document::folded(text),
        None => document::line(element),
    };
    cut(&mut text, MAX_TITLE);
    (!text.is_empty()).then_some(text)
}

/// Whether an element holds text and nothing but inline elements around it.
fn is_line(element: ElementRef<'_>) -> bool {
    document::elements_below(element).all(|inner| {
        let name = &inner.value().name.local;
        document::is_inline(name) || is_named!(name; "br" "img" "svg" "path" "picture" "source")
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
