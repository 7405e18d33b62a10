//! One walk over a page's tree that writes down, in document order, its elements and its links.
//!
//! Everything that detection asks later (who is inside whom, which links stand in a box, how much text) is answered
//! from these two arrays, so that no subtree is walked twice.

use std::borrow::Cow;

use ego_tree::NodeRef;
use hashbrown::HashMap;
use html5ever::{LocalName, local_name};
use scraper::{ElementRef, Node};
use url::Url;

use super::addresses::Addresses;
use super::class::{Classes, Facts, Marks, is_showcase, least, lower, mix, zone};
use super::next;
use super::words::{self, Look};
use crate::page::document::{attribute, is_named};
use crate::page::{Document, document};

/// The most links that are looked at.
const MAX_LINKS: usize = 8_000;
/// So many links a listing usually has; there is room for more.
const LINKS: usize = 512;
/// The longest link text that is kept, in bytes.
const MAX_TEXT: usize = 600;

/// So many words of the class around a link are looked at.
const WORDS_AROUND: u8 = 8;

/// A text that so many addresses share is no headline, if it is short.
const REPEATED: usize = 3;
/// What is short, in words.
const REPEATED_WORDS: f32 = 4.5;

/// One element and what is known of it.
pub(super) struct Part<'a> {
    /// The element in the tree.
    pub(super) element: ElementRef<'a>,
    /// The index of the enclosing element.
    pub(super) parent: Option<usize>,
    /// One past the index of the last element inside.
    pub(super) end: usize,
    /// The first link inside (or at) this element.
    pub(super) links_from: usize,
    /// One past the last link inside.
    pub(super) links_to: usize,
    /// Bytes of visible text inside.
    pub(super) text: usize,
    /// Fingerprint of the elements from the root to this one: their names and, in table rows, their columns.
    path: u64,
    /// Fingerprint of the element's stable classes.
    classes: u64,
    /// How likely stories are here: 1 in the main part, less in menus, side bars and footers.
    zone: f32,
    /// Whether this is a heading.
    heading: bool,
    /// Whether this is a heading or inside one.
    in_heading: bool,
    /// What its class says of "next"; see [`Facts::next`].
    next: u8,
    children: u16,
}

impl Part<'_> {
    /// Whether this is a paragraph of running text.
    pub(super) fn is_prose(&self) -> bool {
        self.text >= 80 && self.element.value().name() == "p" && self.links_to - self.links_from < 4 && self.zone > 0.5
    }
}

/// One link to a page.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of each other")]
pub(super) struct Link<'a> {
    /// The index of its element.
    pub(super) at: usize,
    /// The index of its address.
    pub(super) address: usize,
    /// Its visible text on one line, or its label where the text says nothing.
    pub(super) text: Cow<'a, str>,
    /// The visible text, where `text` is a label.
    pub(super) unlabelled: Option<Cow<'a, str>>,
    /// The number of its text: links with the same text have the same.
    pub(super) wording: usize,
    /// How many words `text` has.
    pub(super) words: f32,
    /// Whether `text` has what a date could be made of.
    pub(super) may_hold_date: bool,
    /// What its `title` says.
    pub(super) title: Option<&'a str>,
    /// What its `aria-label` says.
    pub(super) label: Option<&'a str>,
    /// Whether it says that it leads to the next page (`rel=next`).
    pub(super) next: bool,
    /// Whether its class, or that of the element around it, says "next".
    pub(super) points: bool,
    /// Whether the text cannot be a headline: empty, generic, a reference, or a short text of several addresses.
    pub(super) nameless: bool,
    /// Whether it is in a heading or a heading is in it.
    pub(super) heading: bool,
    /// How likely stories are here.
    pub(super) zone: f32,
    /// Fingerprint of the place: elements up to the root and the nearest classes.
    pub(super) place: u64,
}

/// The elements and links of a page.
pub(super) struct Outline<'a> {
    /// In document order.
    pub(super) elements: Vec<Part<'a>>,
    /// In document order.
    pub(super) links: Vec<Link<'a>>,
    /// The different addresses, in the order of their first links.
    pub(super) addresses: Addresses<'a>,
    /// Whether this is the front page of a site, which shows several lists; others have one.
    pub(super) front: bool,
    /// The elements `<h1>` to `<h3>`.
    pub(super) headings: Vec<usize>,
    /// The elements that microdata calls articles.
    pub(super) articles: Vec<usize>,
    /// The elements that microformats call entries.
    pub(super) entries: Vec<usize>,
    /// What the classes of the page say.
    pub(super) classes: Classes<'a>,
}

impl<'a> Outline<'a> {
    /// Walks the page.
    pub(super) fn of(document: &'a Document) -> Self {
        let mut outline = Self {
            // Half of the nodes of a page are elements, or a few more.
            elements: Vec::with_capacity(document.html().tree.values().len() * 5 / 8),
            links: Vec::with_capacity(LINKS),
            addresses: Addresses::of(document),
            front: is_front(document.url()),
            headings: Vec::new(),
            articles: Vec::new(),
            entries: Vec::new(),
            classes: Classes::default(),
        };
        let root: NodeRef<'a, Node> = *document.root();
        let mut above = None;
        let mut next = Some(root);
        while let Some(node) = next {
            let opened = outline.visit(node, above);
            if let Some(first) = opened.and_then(|_| node.first_child()) {
                (next, above) = (Some(first), opened);
                continue;
            }
            if let Some(index) = opened {
                outline.close(index);
            }
            let mut last = node;
            next = last.next_sibling().filter(|_| last != root);
            while next.is_none()
                && let Some(index) = above
                && let Some(parent) = last.parent()
            {
                outline.close(index);
                above = outline.elements.get(index).and_then(|part| part.parent);
                last = parent;
                next = last.next_sibling().filter(|_| last != root);
            }
        }
        outline.finish();
        outline
    }

    /// Notes a node inside the element at `above`; gives the index of an element that is to be looked into.
    fn visit(&mut self, node: NodeRef<'a, Node>, above: Option<usize>) -> Option<usize> {
        match node.value() {
            Node::Text(text) => {
                if let Some(above) = above.and_then(|above| self.elements.get_mut(above)) {
                    above.text += document::trim(text).len();
                }
                None
            }
            Node::Element(element) if !hides(&element.name.local) => {
                let element = ElementRef::wrap(node)?;
                let marks = Marks::of(element);
                let at = self.elements.len();
                self.open(element, &marks, above);
                if let Some(href) = marks.href.get()
                    && element.value().name.local == local_name!("a")
                {
                    self.link(href, &marks);
                }
                Some(at)
            }
            _ => None,
        }
    }

    fn open(&mut self, element: ElementRef<'a>, marks: &Marks<'a>, parent: Option<usize>) {
        let name = &element.value().name.local;
        let at = self.elements.len();
        let facts = self.classes.facts(marks.class());
        let heading = marks.is_heading(element, facts);
        if is_named!(name; "h1" "h2" "h3") {
            self.headings.push(at);
        }
        if marks.is_article() {
            self.articles.push(at);
        }
        if facts.entry {
            self.entries.push(at);
        }
        let mut shape = name.get_hash();
        let (mut outside, mut in_heading, mut path) = (1.0, false, 0);
        if let Some(above) = parent.and_then(|parent| self.elements.get_mut(parent)) {
            (outside, in_heading, path) = (above.zone, above.in_heading, above.path);
            if is_named!(name; "td" "th") {
                shape = mix(shape, u64::from(above.children));
            }
            above.children = above.children.saturating_add(1);
        }
        self.elements.push(Part {
            element,
            parent,
            end: 0,
            links_from: self.links.len(),
            links_to: 0,
            text: 0,
            path: mix(path, shape),
            classes: facts.stable,
            zone: f32::min(outside, zone_of(element, marks, facts, outside, self.front)),
            heading,
            in_heading: in_heading || heading,
            next: facts.next,
            children: 0,
        });
    }

    fn close(&mut self, index: usize) {
        let (end, links_to) = (self.elements.len(), self.links.len());
        let Some(element) = self.elements.get_mut(index) else { return };
        element.end = end;
        element.links_to = links_to;
        let (text, parent) = (element.text, element.parent);
        if let Some(above) = parent.and_then(|parent| self.elements.get_mut(parent)) {
            above.text += text;
        }
    }

    /// Notes the element that was opened last, a link, if it leads to another page.
    fn link(&mut self, href: &str, marks: &Marks<'a>) {
        let at = self.elements.len() - 1;
        let Some(last) = self.elements.last() else { return };
        let (heading, zone) = (last.in_heading, last.zone);
        let around = last.parent.and_then(|parent| self.elements.get(parent)).map_or(0, |around| around.next);
        let points = last.next > 0 || (1..=WORDS_AROUND).contains(&around);
        if self.links.len() >= MAX_LINKS || document::trim(href).starts_with('#') {
            return;
        }
        let Some(address) = self.addresses.number(href) else { return };
        let (title, label, next) = (marks.title.get(), marks.label.get(), marks.rel.get().is_some_and(next::is_next));
        self.links.push(Link { at, address, title, label, next, points, heading, zone, ..Link::default() });
    }

    /// Fills in what needs the whole tree.
    fn finish(&mut self) {
        for index in 0..self.links.len() {
            let Some((at, title)) = self.links.get(index).map(|link| (link.at, link.title)) else { continue };
            let Some(element) = self.elements.get(at) else { continue };
            let inside = self.elements.get(at + 1..element.end).unwrap_or_default();
            let heading = inside.iter().take(40).find(|inner| inner.heading);
            let mut text = match heading {
                Some(heading) => document::line(heading.element),
                None => headline_inside(inside).unwrap_or_else(|| document::line(element.element)),
            };
            let mut look = Look::of(&text);
            let mut generic = words::is_generic_at(&text, look);
            let mut unlabelled = None;
            if generic && let Some(label) = label(title, inside) {
                unlabelled = Some(std::mem::replace(&mut text, label));
                generic = false;
                look = Look::of(&text);
            }
            if text.len() > MAX_TEXT {
                cut(&mut text, MAX_TEXT);
                look = Look::of(&text);
            }
            let place = self.place(at);
            let found = heading.is_some();
            if let Some(link) = self.links.get_mut(index) {
                link.words = look.words();
                link.may_hold_date = look.may_hold_date;
                link.nameless = generic || words::is_code_at(&text, look);
                link.text = text;
                link.unlabelled = unlabelled;
                link.heading |= found;
                link.place = place;
            }
        }
        self.name();
    }

    /// Numbers the texts, and finds the links whose text names nothing: the short ones that several addresses share.
    fn name(&mut self) {
        let wordings = wordings(&self.links);
        for (link, wording) in self.links.iter_mut().zip(wordings) {
            link.wording = wording;
        }
        let short = self.links.iter().filter(|link| !link.nameless && link.words < REPEATED_WORDS);
        let mut users: Vec<(usize, usize)> = short.map(|link| (link.wording, link.address)).collect();
        users.sort_unstable();
        users.dedup();
        let mut shared = vec![false; self.links.len()];
        for users in users.chunk_by(|a, b| a.0 == b.0).filter(|users| users.len() >= REPEATED) {
            if let Some(shared) = users.first().and_then(|(wording, _)| shared.get_mut(*wording)) {
                *shared = true;
            }
        }
        for link in &mut self.links {
            link.nameless |= shared.get(link.wording).copied().unwrap_or(false);
        }
    }

    /// The fingerprint of a place: the elements up to the root, the nearest classes and the zone.
    fn place(&self, at: usize) -> u64 {
        let Some(own) = self.elements.get(at) else { return 0 };
        let mut place = mix(own.path, u64::from(own.zone.to_bits()));
        let mut here = Some(own);
        for _ in 0..3 {
            let Some(element) = here else { break };
            place = mix(place, element.classes);
            here = element.parent.and_then(|parent| self.elements.get(parent));
        }
        place
    }
}

/// A number for the text of each link; links with the same text have the same.
fn wordings(links: &[Link<'_>]) -> Vec<usize> {
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(links.len());
    let numbered = links.iter().map(|link| {
        let next = known.len();
        *known.entry(&*link.text).or_insert(next)
    });
    numbered.collect()
}

/// The headline of a link that wraps a whole block without a heading: of its pieces of text, the one that is neither a
/// date nor a word or two.
fn headline_inside<'a>(inside: &[Part<'a>]) -> Option<Cow<'a, str>> {
    /// A subject or a place stands above many headlines.
    const FEW: f32 = 2.5;
    let mut pieces: Vec<Cow<'a, str>> = Vec::new();
    let mut is_block = false;
    for part in inside.iter().take(40) {
        let name = part.element.value().name();
        let leaf = part.element.children().all(|child| !child.value().is_element());
        if leaf && part.text > 0 && matches!(name, "p" | "div" | "span" | "time" | "dt" | "dd" | "strong" | "b") {
            is_block |= matches!(name, "p" | "div" | "time" | "dt" | "dd");
            pieces.push(document::line(part.element));
        }
    }
    let all: usize = pieces.iter().map(|piece| piece.len()).sum();
    let whole =
        inside.first().and_then(|first| first.parent).map(|_| inside.iter().filter(|part| is_top(part, inside)));
    let shown: usize = whole.into_iter().flatten().map(|part| part.text).sum();
    if pieces.len() < 2 || !is_block || all * 10 < shown * 9 {
        return None;
    }
    pieces.retain(|text| !words::is_date_like(text) && !words::is_generic(text));
    let telling = pieces.iter().position(|text| words::words(text) >= FEW);
    (!pieces.is_empty()).then(|| pieces.swap_remove(telling.unwrap_or(0)))
}

/// Whether a part stands at the top of the parts `inside` a link.
fn is_top(part: &Part<'_>, inside: &[Part<'_>]) -> bool {
    part.parent == inside.first().and_then(|first| first.parent)
}

/// What a link without telling text says in its `title` or in the description of its picture.
fn label<'a>(title: Option<&'a str>, inside: &[Part<'a>]) -> Option<Cow<'a, str>> {
    let is_picture = |inner: &&Part<'a>| inner.element.value().name.local == local_name!("img");
    let pictures = inside.iter().take(20).filter(is_picture);
    let mut labels = title.into_iter().chain(pictures.filter_map(|picture| attribute(picture.element, "alt")));
    labels.find_map(|text| Some(document::folded(text)).filter(|text| !words::is_generic(text)))
}

/// Cuts `text` at a character boundary at or before `limit` bytes.
pub(super) fn truncate(text: &mut String, limit: usize) {
    text.truncate(text.floor_char_boundary(limit));
}

/// The same for a text that may be borrowed.
pub(super) fn cut(text: &mut Cow<'_, str>, limit: usize) {
    match text {
        Cow::Borrowed(text) => *text = text.get(..text.floor_char_boundary(limit)).unwrap_or_default(),
        Cow::Owned(text) => truncate(text, limit),
    }
}

/// Whether detection does not look into an element of this name: nobody sees it, though not for want of scripts.
fn hides(name: &LocalName) -> bool {
    !is_named!(name; "noscript" "object") && document::is_invisible(name)
}

/// How likely stories are inside this element, beside what is known of its surroundings.
fn zone_of(element: ElementRef<'_>, marks: &Marks<'_>, facts: Facts, outside: f32, front: bool) -> f32 {
    match element.value().name.local {
        local_name!("html")
        | local_name!("body")
        | local_name!("main")
        | local_name!("form")
        | local_name!("article")
        | local_name!("a")
        | local_name!("h1")
        | local_name!("h2")
        | local_name!("h3")
        | local_name!("p")
        | local_name!("time")
        | local_name!("img") => return outside,
        local_name!("nav") => return 0.05,
        local_name!("footer") => return if inside_story(element) { 0.6 } else { 0.08 },
        local_name!("header") => return if inside_story(element) { outside } else { 0.3 },
        local_name!("aside") => return 0.3,
        _ => {}
    }
    match marks.role() {
        "navigation" | "menu" | "menubar" => return 0.05,
        "contentinfo" => return 0.08,
        "complementary" => return 0.3,
        _ => {}
    }
    let (mut found, mut showcase) = (facts.zone, facts.showcase);
    if !marks.id().is_empty() {
        let id = lower(marks.id());
        found = least(found, zone(&id));
        showcase |= is_showcase(&id);
    }
    let found = found.map_or(outside, |zone| zone.min(outside));
    if showcase && !front { found.min(0.4) } else { found }
}

/// Whether an address is the front page of a site.
pub(super) fn is_front(url: &Url) -> bool {
    let path = url.path().trim_matches('/');
    url.query().is_none() && (path.is_empty() || path.starts_with("index") || path.starts_with("home"))
}

fn inside_story(element: ElementRef<'_>) -> bool {
    let above = element.ancestors().take(12).filter_map(ElementRef::wrap);
    above.map(|above| above.value().name()).any(|name| matches!(name, "article" | "li" | "main" | "section" | "td"))
}

/// How much a text looks like a headline, 0 to about 1.2.
pub(super) fn headline_worth(text: &str) -> f32 {
    let look = Look::of(text);
    if words::is_generic(text) { 0.0 } else { worth_of(text, look.words(), look.may_hold_date) }
}

impl Link<'_> {
    /// The same for the text of a link, which is known to name something.
    pub(super) fn headline_worth(&self) -> f32 {
        worth_of(&self.text, self.words, self.may_hold_date)
    }
}

fn worth_of(text: &str, words: f32, may_hold_date: bool) -> f32 {
    let worth = match words {
        few if few < 0.5 => 0.02,
        few if few < 1.5 => 0.12,
        few if few < 2.5 => 0.3,
        few if few < 3.5 => 0.55,
        some if some < 5.5 => 0.9,
        some if some < 40.0 => 1.1,
        _ => 0.7,
    };
    if may_hold_date && text.len() < 40 && words < 6.0 && words::is_date_like(text) { worth * 0.2 } else { worth }
}
