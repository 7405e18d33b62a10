//! One walk over a page's tree that writes down, in document order, its elements and its links.
//!
//! Everything that detection asks later (who is inside whom, which links stand in a box, how much text) is answered
//! from these two arrays, so that no subtree is walked twice.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};
use url::Url;

use super::words;
use crate::page::{Document, document};

/// The most links that are looked at.
const MAX_LINKS: usize = 8_000;
/// The longest link text that is kept, in bytes.
const MAX_TEXT: usize = 600;

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
    /// Fingerprint of the element's name and, in table rows, of its column.
    shape: u64,
    /// Fingerprint of the element's stable classes.
    classes: u64,
    /// How likely stories are here: 1 in the main part, less in menus, side bars and footers.
    zone: f32,
    heading: bool,
    children: u16,
}

/// One link to a page.
pub(super) struct Link {
    /// The index of its element.
    pub(super) at: usize,
    /// The index of its address.
    pub(super) address: usize,
    /// Its visible text on one line.
    pub(super) text: String,
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
    pub(super) links: Vec<Link>,
    /// The different addresses, in the order of their first links; without fragment and tracking.
    pub(super) addresses: Vec<Url>,
    /// Whether this is the front page of a site, which shows several lists; others have one.
    pub(super) front: bool,
}

impl<'a> Outline<'a> {
    /// Walks the page.
    pub(super) fn of(document: &'a Document) -> Self {
        let front = is_front(document.url());
        let mut outline = Self { front, elements: Vec::new(), links: Vec::new(), addresses: Vec::new() };
        let mut known: HashMap<String, usize> = HashMap::new();
        let own = key(document.url());
        let mut stack: Vec<usize> = Vec::new();
        let mut hidden = 0_usize;
        for edge in document.root().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Text(text) if hidden == 0 => {
                        if let Some(top) = stack.last().and_then(|&top| outline.elements.get_mut(top)) {
                            top.text += text.trim().len();
                        }
                    }
                    Node::Element(element) if hidden > 0 || hides(element.name()) => hidden += 1,
                    Node::Element(_) => {
                        if let Some(element) = ElementRef::wrap(node) {
                            outline.open(element, stack.last().copied());
                            stack.push(outline.elements.len() - 1);
                            outline.link(document, &own, &mut known);
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) if node.value().is_element() => {
                    if hidden > 0 {
                        hidden -= 1;
                    } else if let Some(index) = stack.pop() {
                        outline.close(index);
                    }
                }
                Edge::Close(_) => {}
            }
        }
        outline.finish();
        outline
    }

    fn open(&mut self, element: ElementRef<'a>, parent: Option<usize>) {
        let name = element.value().name();
        let mut shape = DefaultHasher::new();
        name.hash(&mut shape);
        let (mut zone, mut heading) = (1.0, false);
        if let Some(above) = parent.and_then(|parent| self.elements.get_mut(parent)) {
            (zone, heading) = (above.zone, above.heading);
            if matches!(name, "td" | "th") {
                above.children.hash(&mut shape);
            }
            above.children = above.children.saturating_add(1);
        }
        let heading = heading || is_heading(element);
        self.elements.push(Part {
            element,
            parent,
            end: 0,
            links_from: self.links.len(),
            links_to: 0,
            text: 0,
            shape: shape.finish(),
            classes: stable_classes(element),
            zone: f32::min(zone, zone_of(element, zone, self.front)),
            heading,
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

    /// Notes the element that was opened last, if it is a link to another page.
    fn link(&mut self, document: &Document, own: &str, known: &mut HashMap<String, usize>) {
        let at = self.elements.len() - 1;
        let Some(last) = self.elements.get(at).filter(|last| last.element.value().name() == "a") else { return };
        let element = last.element;
        let Some(href) = element.attr("href").map(str::trim).filter(|href| !href.starts_with('#')) else { return };
        if self.links.len() >= MAX_LINKS {
            return;
        }
        let Some(url) = document.resolve(href) else { return };
        let mut url = crate::normalise::url::clean(&url);
        if !url.fragment().is_some_and(|fragment| fragment.starts_with(['/', '!'])) {
            url.set_fragment(None);
        }
        let key = key(&url);
        if key == own {
            return;
        }
        let next = self.addresses.len();
        let address = *known.entry(key).or_insert(next);
        if address == next {
            self.addresses.push(url);
        }
        let (heading, zone) = (last.heading, last.zone);
        self.links.push(Link { at, address, text: String::new(), nameless: false, heading, zone, place: 0 });
    }

    /// Fills in what needs the whole tree.
    fn finish(&mut self) {
        for index in 0..self.links.len() {
            let Some(at) = self.links.get(index).map(|link| link.at) else { continue };
            let Some(element) = self.elements.get(at) else { continue };
            let inside = self.elements.get(at + 1..element.end).unwrap_or_default();
            let heading = inside.iter().take(40).find(|inner| is_heading(inner.element));
            let mut text = match heading {
                Some(heading) => document::text(heading.element),
                None => document::text(element.element),
            };
            if words::is_generic(&text)
                && let Some(label) = label(element.element, inside)
            {
                text = label;
            }
            truncate(&mut text, MAX_TEXT);
            let place = self.place(at);
            let found = heading.is_some();
            if let Some(link) = self.links.get_mut(index) {
                link.text = text;
                link.heading |= found;
                link.place = place;
            }
        }
        self.name();
    }

    /// Finds the links whose text names nothing.
    fn name(&mut self) {
        let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
        for link in self.links.iter().filter(|link| words::words(&link.text) < REPEATED_WORDS) {
            let users = users.entry(link.text.as_str()).or_default();
            if users.len() < REPEATED && !users.contains(&link.address) {
                users.push(link.address);
            }
        }
        let nameless = self.links.iter().map(|link| {
            let repeated = users.get(link.text.as_str()).is_some_and(|users| users.len() >= REPEATED);
            repeated || words::is_generic(&link.text) || words::is_code(&link.text)
        });
        let nameless: Vec<bool> = nameless.collect();
        for (link, nameless) in self.links.iter_mut().zip(nameless) {
            link.nameless = nameless;
        }
    }

    fn place(&self, at: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        let mut here = self.elements.get(at);
        let mut steps = 0;
        while let Some(element) = here.filter(|_| steps < 60) {
            element.shape.hash(&mut hasher);
            if steps < 3 {
                element.classes.hash(&mut hasher);
            }
            if steps == 0 {
                element.zone.to_bits().hash(&mut hasher);
            }
            steps += 1;
            here = element.parent.and_then(|parent| self.elements.get(parent));
        }
        hasher.finish()
    }
}

/// What a link without telling text says in its `title` or in the description of its picture.
fn label(link: ElementRef<'_>, inside: &[Part<'_>]) -> Option<String> {
    let pictures = inside.iter().take(20).filter(|inner| inner.element.value().name() == "img");
    let labels = link.attr("title").into_iter().chain(pictures.filter_map(|picture| picture.element.attr("alt")));
    let mut out = String::new();
    for text in labels {
        document::push_folded(&mut out, text.trim());
        if !words::is_generic(&out) {
            return Some(out);
        }
        out.clear();
    }
    None
}

/// Cuts `text` at a character boundary at or before `limit` bytes.
pub(super) fn truncate(text: &mut String, limit: usize) {
    if text.len() > limit {
        let mut end = limit;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
}

/// What makes two addresses the same story.
pub(super) fn key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let mut key = host.trim_start_matches("www.").to_owned();
    key.push_str(url.path().trim_end_matches('/'));
    if let Some(query) = url.query() {
        key.push('?');
        key.push_str(query);
    }
    if let Some(fragment) = url.fragment().filter(|fragment| fragment.starts_with(['/', '!'])) {
        key.push('#');
        key.push_str(fragment);
    }
    key
}

fn hides(name: &str) -> bool {
    document::is_invisible(name) && !matches!(name, "noscript" | "object")
}

/// Whether this is a heading by its name or its role.
pub(super) fn is_heading(element: ElementRef<'_>) -> bool {
    let name = element.value().name();
    let by_name = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
    by_name || element.attr("role") == Some("heading") || element.value().classes().any(is_title_class)
}

fn is_title_class(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    matches!(class.as_str(), "title" | "headline" | "entry-title" | "post-title" | "subject")
        || ["title", "headline", "heading"].iter().any(|end| {
            class
                .strip_suffix(end)
                .is_some_and(|rest| rest.ends_with(['-', '_']) && !rest.contains("page") && !rest.contains("widget"))
        })
}

fn stable_classes(element: ElementRef<'_>) -> u64 {
    let mut all: Vec<&str> = element
        .value()
        .classes()
        .filter(|class| !class.bytes().any(|byte| byte.is_ascii_digit()) && !is_state(class))
        .collect();
    all.sort_unstable();
    all.dedup();
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

/// Classes that tell siblings of one list apart.
fn is_state(class: &str) -> bool {
    const STATES: [&str; 22] = [
        "odd", "even", "first", "last", "active", "current", "new", "unread", "read", "sticky", "alt", "selected",
        "visited", "hot", "clearfix", "left", "right", "visible", "hidden", "featured", "lazy", "lead",
    ];
    const STARTS: [&str; 10] =
        ["category-", "tag-", "status-", "format-", "author-", "has-", "is-", "js-", "post-", "type-"];
    STATES.contains(&class) || STARTS.iter().any(|start| class.starts_with(start))
}

/// How likely stories are inside this element, beside what is known of its surroundings.
fn zone_of(element: ElementRef<'_>, outside: f32, front: bool) -> f32 {
    let name = element.value().name();
    match name {
        "html" | "body" | "main" | "form" | "article" | "a" | "h1" | "h2" | "h3" | "p" | "time" | "img" => {
            return outside;
        }
        "nav" => return 0.05,
        "footer" => return if inside_story(element) { 0.6 } else { 0.08 },
        "header" => return if inside_story(element) { outside } else { 0.3 },
        "aside" => return 0.3,
        _ => {}
    }
    match element.attr("role") {
        Some("navigation" | "menu" | "menubar") => return 0.05,
        Some("contentinfo") => return 0.08,
        Some("complementary") => return 0.3,
        _ => {}
    }
    let mut zone = outside;
    for word in element.value().classes().chain(element.value().id()) {
        let word = word.to_ascii_lowercase();
        zone = zone.min(zone_of_word(&word).unwrap_or(outside));
        if !front && word.split(['-', '_']).any(is_showcase) {
            zone = zone.min(0.4);
        }
    }
    zone
}

fn zone_of_word(word: &str) -> Option<f32> {
    const ZONES: [(&str, f32); 40] = [
        ("nav", 0.05),
        ("menu", 0.05),
        ("navbar", 0.05),
        ("navigation", 0.05),
        ("breadcrumb", 0.02),
        ("breadcrumbs", 0.02),
        ("pathway", 0.02),
        ("pagination", 0.02),
        ("pager", 0.02),
        ("pagenav", 0.02),
        ("footer", 0.1),
        ("bottom", 0.4),
        ("copyright", 0.05),
        ("sidebar", 0.25),
        ("aside", 0.25),
        ("widget", 0.3),
        ("sidebox", 0.3),
        ("related", 0.25),
        ("popular", 0.25),
        ("trending", 0.3),
        ("mostread", 0.25),
        ("most", 0.3),
        ("recommended", 0.3),
        ("recent", 0.4),
        ("share", 0.02),
        ("social", 0.02),
        ("comments", 0.1),
        ("comment", 0.1),
        ("tagcloud", 0.02),
        ("tags", 0.05),
        ("login", 0.05),
        ("cookie", 0.02),
        ("toolbar", 0.1),
        ("topbar", 0.1),
        ("blogroll", 0.05),
        ("dropdown", 0.1),
        ("submenu", 0.05),
        ("sub-menu", 0.05),
        ("languages", 0.05),
        ("partners", 0.1),
    ];
    let mut parts = word.split(['-', '_']).filter(|part| !part.is_empty());
    let (first, last) = (parts.next()?, parts.next_back());
    let found = |part: &str| ZONES.iter().find(|(name, _)| *name == part || *name == word).map(|(_, zone)| *zone);
    let by_last = found(last.unwrap_or(first));
    // "sidebar-left" is a side bar, "widget-content" inside one; "nav-story" may be anything.
    by_last.or_else(|| {
        matches!(first, "sidebar" | "footer" | "breadcrumb" | "breadcrumbs" | "widget" | "menu" | "pagination")
            .then(|| found(first))
            .flatten()
    })
}

/// Boxes that repeat the site's newest or best stories above every list.
fn is_showcase(part: &str) -> bool {
    matches!(
        part,
        "slider" | "carousel" | "slideshow" | "flexslider" | "ticker" | "breaking" | "featured" | "spotlight"
    )
}

/// Whether an address is the front page of a site.
fn is_front(url: &Url) -> bool {
    let path = url.path().trim_matches('/');
    url.query().is_none() && (path.is_empty() || path.starts_with("index") || path.starts_with("home"))
}

fn inside_story(element: ElementRef<'_>) -> bool {
    let above = element.ancestors().take(12).filter_map(ElementRef::wrap);
    above.map(|above| above.value().name()).any(|name| matches!(name, "article" | "li" | "main" | "section" | "td"))
}

/// How much a link's text looks like a headline, 0 to about 1.2.
pub(super) fn headline_worth(text: &str) -> f32 {
    if words::is_generic(text) {
        return 0.0;
    }
    let worth = match words::words(text) {
        few if few < 0.5 => 0.02,
        few if few < 1.5 => 0.12,
        few if few < 2.5 => 0.3,
        few if few < 3.5 => 0.55,
        some if some < 5.5 => 0.9,
        some if some < 40.0 => 1.1,
        _ => 0.7,
    };
    if text.len() < 40 && words::is_date_like(text) && words::words(text) < 6.0 { worth * 0.2 } else { worth }
}
