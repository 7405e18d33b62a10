//! One walk over a page that collects what the witnesses look at: short lines, headings, marked elements.
//!
//! A dozen selectors over the whole tree cost more than reading the page once. It refuses to judge: who looks at what
//! is collected here applies a selector of its own to the few elements that are left.

use ego_tree::iter::Edge;
use html5ever::local_name;
use scraper::{ElementRef, Node};

use super::lines::{Line, LineBuilder};
use super::measure::Walk;
use super::traits::{Described, Judge, Look, Parts};
use crate::page::Document;
use crate::page::document::attribute;

/// The most elements kept of a kind; pages with more are not about one story.
const MOST: usize = 2_000;

/// The elements of a page that a witness may ask for, each list in document order.
#[derive(Default)]
pub(super) struct Survey<'a> {
    /// `<title>`, first of all.
    pub(super) title: Option<ElementRef<'a>>,
    /// `<h1>`.
    pub(super) headings: Vec<ElementRef<'a>>,
    /// `<time>`.
    pub(super) times: Vec<ElementRef<'a>>,
    /// `<script>`.
    pub(super) scripts: Vec<ElementRef<'a>>,
    /// `<link rel href>`.
    pub(super) links: Vec<ElementRef<'a>>,
    /// `<a>` that says what it leads to: by `rel`, a fragment, or an address such as `/author/…` or `/autoren/…`.
    pub(super) anchors: Vec<ElementRef<'a>>,
    /// Elements with `itemprop` or `property`, or with a telling class or id.
    pub(super) marked: Vec<Marked<'a>>,
    /// Whether there is an entry of microformats.
    has_entry: bool,
    /// The short lines that a reader sees.
    pub(super) lines: Vec<Line<'a>>,
    /// Pieces of text that speak of a reporter, wherever they stand.
    pub(super) reporters: Vec<&'a str>,
}

/// A marked element, and what it is marked by: most tell by this alone that a selector cannot match them.
#[derive(Clone, Copy)]
pub(super) struct Marked<'a> {
    pub(super) element: ElementRef<'a>,
    /// What its class and its id have in them.
    parts: Parts,
    /// Whether it has `itemprop` or `property` with a name that is not only for social media.
    property: bool,
}

impl<'a> Survey<'a> {
    /// The marked elements whose class or id names a publication or an account.
    pub(super) fn sources(&self) -> impl Iterator<Item = ElementRef<'a>> {
        self.marked.iter().filter(|marked| marked.parts.has(Parts::SOURCE)).map(|marked| marked.element)
    }

    /// The marked elements that may be an author's: by class, by property, or as a link in something that is.
    pub(super) fn authors(&self) -> impl Iterator<Item = ElementRef<'a>> {
        let may = |marked: &&Marked<'_>| {
            marked.parts.has(Parts::AUTHOR)
                || marked.element.value().name.local == local_name!("a")
                || marked.property
                    && attribute(marked.element, "itemprop").is_some_and(|names| names.contains("author"))
        };
        self.marked.iter().filter(may).map(|marked| marked.element)
    }

    /// The marked elements that microdata, `RDFa` or microformats may describe; of the first two those whose properties have
    /// one of `parts` in their names: a selector costs much more than a look at them.
    pub(super) fn described(&self, parts: &[&str]) -> impl Iterator<Item = ElementRef<'a>> {
        let has_entry = self.has_entry;
        let named = |element: ElementRef<'_>| {
            let names = ["itemprop", "property"].into_iter().filter_map(|name| attribute(element, name));
            names.into_iter().any(|names| parts.iter().any(|part| names.contains(part)))
        };
        let may = move |marked: &&Marked<'_>| {
            has_entry && marked.parts.has(Parts::FORMAT) || marked.property && named(marked.element)
        };
        self.marked.iter().filter(may).map(|marked| marked.element)
    }

    fn note(&mut self, element: ElementRef<'a>, look: &Look<'a>, parts: Parts) {
        self.has_entry |= parts.has(Parts::ENTRY);
        let telling = || look.related || look.address.is_some_and(is_telling);
        match element.value().name() {
            "title" if self.title.is_none() => self.title = Some(element),
            "h1" => keep(&mut self.headings, element),
            "time" => keep(&mut self.times, element),
            "script" => keep(&mut self.scripts, element),
            "link" if telling() => keep(&mut self.links, element),
            "a" if telling() => keep(&mut self.anchors, element),
            _ => {}
        }
        if look.described > Described::None || parts.has(Parts::MARKED) {
            keep(&mut self.marked, Marked { element, parts, property: look.described == Described::Shown });
        }
    }
}

/// Whether an address has a fragment, or a part such as `/author` or `/autoren`.
fn is_telling(address: &str) -> bool {
    let bytes = address.as_bytes();
    bytes.contains(&b'#') || bytes.windows(4).any(|part| part == b"/aut")
}

fn keep<T>(list: &mut Vec<T>, element: T) {
    if list.len() < MOST {
        list.push(element);
    }
}

/// Walks over `document` once; `judge` is asked what classes say. `measured` is the walk that measures the body on the
/// way, if anybody needs its measures.
pub(super) fn survey<'a>(
    document: &'a Document,
    judge: &mut Judge,
    mut measured: Option<&mut Walk<'a, '_>>,
) -> Survey<'a> {
    let mut survey = Survey::default();
    let mut lines = LineBuilder::new(document.root());
    for edge in document.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(piece) => {
                    let seen = lines.text(piece);
                    if seen && !piece.is_ascii() && (piece.contains("记者") || piece.contains("記者")) {
                        survey.reporters.push(piece);
                    }
                    if let Some(walk) = measured.as_mut() {
                        walk.text(piece);
                    }
                }
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(node) {
                        let look = judge.look(element);
                        survey.note(element, &look, look.parts());
                        lines.open(element);
                        if let Some(walk) = measured.as_mut() {
                            walk.open(element, &look, judge);
                        }
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if node.value().is_element() {
                    lines.close();
                    if let Some(walk) = measured.as_mut() {
                        walk.close(node.id());
                    }
                }
            }
        }
    }
    survey.lines = lines.finish();
    survey
}
