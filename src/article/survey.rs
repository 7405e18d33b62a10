//! One walk over a page that collects what the witnesses look at: short lines, headings, marked elements.
//!
//! A dozen selectors over the whole tree cost more than reading the page once. It refuses to judge: who looks at what
//! is collected here applies a selector of its own to the few elements that are left.

use std::sync::LazyLock;

use ego_tree::iter::Edge;
use regex::Regex;
use scraper::{ElementRef, Node, Selector};

use super::lines::{Line, LineBuilder};
use crate::page::Document;

/// The most elements kept of a kind; pages with more are not about one story.
const MOST: usize = 2_000;

/// Words in `class` and `id` that a witness asks for.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let words = "author|byline|writer|reporter|source|laiyuan|nickname|js_name|p-name|dt-published|dt-updated|\
                 entry-(?:title|date|summary)|published|updated|p-(?:summary|category)|u-(?:photo|featured|audio|video)|^fn$";
    Regex::new(&format!("(?i-u){words}")).expect("a pattern of our own")
});

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
    pub(super) marked: Vec<ElementRef<'a>>,
    /// The short lines that a reader sees.
    pub(super) lines: Vec<Line<'a>>,
    /// Pieces of text that speak of a reporter, wherever they stand.
    pub(super) reporters: Vec<&'a str>,
}

impl<'a> Survey<'a> {
    /// The first marked element that `selector` matches.
    pub(super) fn first_marked(&self, selector: &Selector) -> Option<ElementRef<'a>> {
        self.marked.iter().find(|element| selector.matches(element)).copied()
    }

    fn note(&mut self, element: ElementRef<'a>) {
        let (mut marked, mut telling) = (false, false);
        for (name, value) in element.value().attrs() {
            match name {
                "itemprop" | "property" => marked = true,
                "class" | "id" => marked = marked || WORDS.is_match(value),
                "rel" => telling = true,
                "href" => telling = telling || value.contains('#') || value.contains("/aut"),
                _ => {}
            }
        }
        match element.value().name() {
            "title" if self.title.is_none() => self.title = Some(element),
            "h1" => keep(&mut self.headings, element),
            "time" => keep(&mut self.times, element),
            "script" => keep(&mut self.scripts, element),
            "link" if telling => keep(&mut self.links, element),
            "a" if telling => keep(&mut self.anchors, element),
            _ => {}
        }
        if marked {
            keep(&mut self.marked, element);
        }
    }
}

fn keep<'a>(list: &mut Vec<ElementRef<'a>>, element: ElementRef<'a>) {
    if list.len() < MOST {
        list.push(element);
    }
}

/// Walks over `document` once.
pub(super) fn survey(document: &Document) -> Survey<'_> {
    let mut survey = Survey::default();
    let mut lines = LineBuilder::new(document.root());
    for edge in document.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(piece) => {
                    let seen = lines.text(piece);
                    if seen && (piece.contains("记者") || piece.contains("記者")) {
                        survey.reporters.push(piece);
                    }
                }
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(node) {
                        survey.note(element);
                        lines.open(element);
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    lines.close(element.name());
                }
            }
        }
    }
    survey.lines = lines.finish();
    survey
}
