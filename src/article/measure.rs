//! A walk over a page that measures every element: how much text, how much of it in links, how many paragraphs.
//!
//! It refuses to choose. The result is a list in document order, in which what stands below an element directly follows
//! it, so that choosing a body is arithmetic on a list and never walks over the tree again.

use std::collections::HashSet;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use html5ever::LocalName;
use scraper::{ElementRef, Node, Selector};

use super::traits::{Judge, Look, Traits, is_left_out};
use crate::normalise::text::is_space;
use crate::page::document::{attribute, is_inline, is_named};

/// Sums over all that stands below an element.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    /// Text, a run of white space being one character, and an ideograph two: it says as much.
    pub(super) text: u32,
    /// Text inside links.
    pub(super) linked: u32,
    /// Commas of any script.
    pub(super) commas: u32,
    /// Text in paragraphs, where few of it is linked.
    pub(super) prose: u32,
    pub(super) paragraphs: u32,
    pub(super) pictures: u32,
    pub(super) items: u32,
    pub(super) inputs: u32,
    /// Text in headings.
    pub(super) headings: u32,
    /// Text in lists.
    pub(super) lists: u32,
    /// `<h1>`.
    pub(super) headlines: u32,
    pub(super) rows: u32,
    pub(super) cells: u32,
    pub(super) tables: u32,
    /// `<pre>`.
    pub(super) preformatted: u32,
    pub(super) embeds: u32,
}

macro_rules! each_sum {
    ($to:expr, $from:expr, $with:path) => {
        for (to, from) in [
            (&mut $to.text, $from.text),
            (&mut $to.linked, $from.linked),
            (&mut $to.commas, $from.commas),
            (&mut $to.prose, $from.prose),
            (&mut $to.paragraphs, $from.paragraphs),
            (&mut $to.pictures, $from.pictures),
            (&mut $to.items, $from.items),
            (&mut $to.inputs, $from.inputs),
            (&mut $to.headings, $from.headings),
            (&mut $to.lists, $from.lists),
            (&mut $to.headlines, $from.headlines),
            (&mut $to.rows, $from.rows),
            (&mut $to.cells, $from.cells),
            (&mut $to.tables, $from.tables),
            (&mut $to.preformatted, $from.preformatted),
            (&mut $to.embeds, $from.embeds),
        ] {
            *to = $with(*to, from);
        }
    };
}

impl Totals {
    pub(super) fn add(&mut self, other: &Self) {
        each_sum!(self, other, u32::saturating_add);
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        each_sum!(self, other, u32::saturating_sub);
    }

    /// The share of the text that stands in links, from 0 to 1.
    pub(super) fn link_density(&self) -> f32 {
        ratio(self.linked, self.text)
    }
}

/// `part / whole`; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "lengths of texts are far below the limit")]
pub(super) fn ratio(part: u32, whole: u32) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// An element that was measured.
pub(super) struct Measured<'a> {
    at: usize,
    name: &'a str,
    block: bool,
    link: bool,
    pub(super) element: ElementRef<'a>,
    /// The place of its parent in the list; the first element is its own.
    pub(super) parent: usize,
    /// The place after the last element below it.
    pub(super) end: usize,
    pub(super) traits: Traits,
    pub(super) totals: Totals,
}

impl<'a> Measures<'a> {
    /// What is left out of a configured element: what the page hides, and short boxes of advertisements and offers.
    pub(super) fn hidden(&self) -> impl Iterator<Item = ElementRef<'a>> + '_ {
        let is_box = |element: &&Measured<'_>| {
            element.traits.has(Traits::HIDDEN) || element.traits.has(Traits::FURNITURE) && element.totals.text < 200
        };
        self.elements.iter().skip(1).filter(is_box).map(|element| element.element)
    }
}

impl<'a> Measured<'a> {
    /// Its own place in the list.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    pub(super) fn name(&self) -> &'a str {
        self.name
    }
}

/// A paragraph, or a run of lines between blocks or empty lines.
pub(super) struct Paragraph {
    /// The element that it counts for.
    pub(super) owner: usize,
    /// The element that it is, or stands in.
    pub(super) at: usize,
    pub(super) text: u32,
    pub(super) commas: u32,
}

/// The measured page.
#[derive(Default)]
pub(super) struct Measures<'a> {
    /// What the configuration removes.
    pub(super) left: HashSet<NodeId>,
    /// In document order; the first is the element that was measured.
    pub(super) elements: Vec<Measured<'a>>,
    pub(super) paragraphs: Vec<Paragraph>,
}

/// A run of text between blocks.
#[derive(Clone, Copy, Default)]
struct Run {
    text: u32,
    linked: u32,
    commas: u32,
}

/// A block that is open.
#[derive(Default)]
struct Open {
    run: Run,
    /// The place of its first run that ended; those of the blocks inside come and go behind its own.
    first: usize,
    has_block: bool,
    /// Whether the last thing was a line break.
    broken: bool,
}

impl Open {
    fn end_run(&mut self, runs: &mut Vec<Run>) {
        let run = std::mem::take(&mut self.run);
        if run.text > 0 {
            runs.push(run);
        }
    }
}

/// A walk that measures an element and all below it, while somebody walks over the tree.
pub(super) struct Walk<'a, 'r> {
    root: NodeId,
    remove: &'r [Selector],
    /// Whether the walk is inside of `root`.
    inside: bool,
    /// The element with all below it that is left out, while the walk is inside of it.
    skipped: Option<NodeId>,
    left: HashSet<NodeId>,
    elements: Vec<Measured<'a>>,
    paragraphs: Vec<Paragraph>,
    path: Vec<usize>,
    blocks: Vec<Open>,
    /// The runs of the open blocks that have ended.
    runs: Vec<Run>,
    links: u32,
    /// Whether the last character was white space.
    space: bool,
}

/// Measures `root` and all below it, without what `remove` matches; `judge` is asked what classes say.
pub(super) fn measure<'a>(root: ElementRef<'a>, remove: &[Selector], judge: &mut Judge) -> Measures<'a> {
    let mut walk = Walk::new(root.id(), remove, 0);
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) => walk.text(text),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(node) {
                        walk.open(element, &judge.look(element), judge);
                    }
                }
                _ => {}
            },
            Edge::Close(node) if node.value().is_element() => walk.close(node.id()),
            Edge::Close(_) => {}
        }
    }
    walk.measures()
}

impl<'a, 'r> Walk<'a, 'r> {
    /// A walk that will measure the element `root`, without what `remove` matches; there is room for so many `elements` at
    /// first, since a long list of measures takes long to move.
    pub(super) fn new(root: NodeId, remove: &'r [Selector], elements: usize) -> Self {
        Self {
            root,
            remove,
            inside: false,
            skipped: None,
            left: HashSet::new(),
            elements: Vec::with_capacity(elements),
            paragraphs: Vec::new(),
            path: Vec::new(),
            blocks: Vec::new(),
            runs: Vec::new(),
            links: 0,
            space: true,
        }
    }

    /// What was measured.
    pub(super) fn measures(self) -> Measures<'a> {
        Measures { left: self.left, elements: self.elements, paragraphs: self.paragraphs }
    }

    /// An element begins, at which `look` was a look.
    pub(super) fn open(&mut self, element: ElementRef<'a>, look: &Look<'a>, judge: &mut Judge) {
        self.inside |= element.id() == self.root;
        if !self.inside || self.skipped.is_some() {
            return;
        }
        let name = element.value().name();
        // What stands in `<noscript>` stands on the page too, but for pictures.
        if is_left_out(&element.value().name.local) || name == "noscript" {
            if name == "input" || name == "textarea" {
                self.count(|totals| totals.inputs += 1);
            }
            self.skipped = Some(element.id());
        } else if self.remove.iter().any(|selector| selector.matches(&element)) {
            self.left.insert(element.id());
            self.skipped = Some(element.id());
        } else {
            self.begin(element, look, judge.traits(look, element));
        }
    }

    /// An element ends.
    pub(super) fn close(&mut self, element: NodeId) {
        if !self.inside {
            return;
        }
        if self.skipped == Some(element) {
            self.skipped = None;
        } else if self.skipped.is_none() {
            self.end();
        }
        self.inside = element != self.root;
    }

    /// Text stands here.
    pub(super) fn text(&mut self, text: &str) {
        if self.inside && self.skipped.is_none() {
            self.add(text);
        }
    }

    fn count(&mut self, change: impl Fn(&mut Totals)) {
        if let Some(element) = self.path.last().and_then(|at| self.elements.get_mut(*at)) {
            change(&mut element.totals);
        }
    }

    fn add(&mut self, text: &str) {
        let (length, commas) = self.weigh(text);
        if length == 0 {
            return;
        }
        let linked = if self.links > 0 { length } else { 0 };
        self.count(|totals| {
            totals.text += length;
            totals.linked += linked;
            totals.commas += commas;
        });
        if let Some(block) = self.blocks.last_mut() {
            block.run.text += length;
            block.run.linked += linked;
            block.run.commas += commas;
            if !text.trim().is_empty() {
                block.broken = false;
            }
        }
    }

    fn weigh(&mut self, text: &str) -> (u32, u32) {
        let (mut length, mut commas) = (0, 0);
        let mut space = self.space;
        if text.is_ascii() {
            // So many that their number fits in a byte, which is counted for many at once.
            for bytes in text.as_bytes().chunks(128) {
                let (mut folded, mut found) = (0_u8, 0_u8);
                for byte in bytes {
                    let white = is_space(*byte);
                    folded += u8::from(white & space);
                    space = white;
                    found += u8::from(*byte == b',');
                }
                length += u32::from(u8::try_from(bytes.len()).unwrap_or_default() - folded);
                commas += u32::from(found);
            }
            self.space = space;
            return (length, commas);
        }
        for c in text.chars() {
            let white = c.is_whitespace();
            // Of a run of white space the first character counts.
            length += u32::from(!(white && space));
            space = white;
            if c.is_ascii() {
                commas += u32::from(c == ',');
            } else {
                let wide = matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}');
                length += u32::from(wide);
                commas += u32::from(matches!(c, '،' | '、' | '，' | '﹐' | '。' | '।'));
            }
        }
        self.space = space;
        (length, commas)
    }

    fn begin(&mut self, element: ElementRef<'a>, look: &Look<'a>, traits: Traits) {
        let name = element.value().name();
        let at = self.elements.len();
        let parent = self.path.last().copied().unwrap_or(at);
        let mut totals = Totals::default();
        match name {
            "br" => {
                self.space = true;
                if let Some(block) = self.blocks.last_mut() {
                    if block.broken {
                        block.end_run(&mut self.runs);
                    }
                    block.broken = true;
                }
            }
            "p" => totals.paragraphs = 1,
            "img" | "amp-img" => totals.pictures = 1,
            "li" => totals.items = 1,
            "h1" => totals.headlines = 1,
            "tr" => totals.rows = 1,
            "td" | "th" => totals.cells = 1,
            "table" => totals.tables = 1,
            "pre" => totals.preformatted = 1,
            "iframe" | "video" | "audio" | "object" | "embed" => totals.embeds = 1,
            _ => {}
        }
        let link = name == "a" && !look.address.is_some_and(is_torn_address);
        self.links += u32::from(link);
        let block = is_block(&element.value().name.local);
        if block {
            self.space = true;
            if let Some(block) = self.blocks.last_mut() {
                block.end_run(&mut self.runs);
                block.has_block = true;
                block.broken = false;
            }
            self.blocks.push(Open { first: self.runs.len(), ..Open::default() });
        }
        self.elements.push(Measured { at, name, block, link, element, parent, end: at + 1, traits, totals });
        self.path.push(at);
    }

    fn end(&mut self) {
        let Some(at) = self.path.pop() else { return };
        let end = self.elements.len();
        let Some(element) = self.elements.get_mut(at) else { return };
        element.end = end;
        let block = element.block;
        self.links -= u32::from(element.link);
        match element.name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => element.totals.headings = element.totals.text,
            "ul" | "ol" => element.totals.lists = element.totals.text,
            _ => {}
        }
        if block {
            self.space = true;
            self.end_block(at);
        }
        let Some((totals, parent)) = self.elements.get(at).map(|element| (element.totals, element.parent)) else {
            return;
        };
        if parent != at
            && let Some(parent) = self.elements.get_mut(parent)
        {
            parent.totals.add(&totals);
        }
    }

    /// Notes the paragraphs of the block at `at`.
    fn end_block(&mut self, at: usize) {
        let Some(mut block) = self.blocks.pop() else { return };
        block.end_run(&mut self.runs);
        let runs = self.runs.get(block.first..).unwrap_or_default();
        let Some(element) = self.elements.get_mut(at) else { return };
        let (name, parent, totals) = (element.name(), element.parent, element.totals);
        let whole = matches!(name, "p" | "pre" | "h2" | "h3" | "h4" | "h5" | "h6");
        let loose = runs.len() == 1 && !block.has_block;
        if whole {
            if !name.starts_with('h') && totals.linked * 2 < totals.text {
                element.totals.prose = totals.text;
            }
            self.paragraphs.push(Paragraph { owner: parent, at, text: totals.text, commas: totals.commas });
        } else if holds_prose(name) {
            for run in runs {
                if run.linked * 2 < run.text && run.text >= 60 {
                    element.totals.prose += run.text;
                }
                let owner = if loose { parent } else { at };
                self.paragraphs.push(Paragraph { owner, at, text: run.text, commas: run.commas });
            }
        }
        self.runs.truncate(block.first);
    }
}

/// Whether a quotation mark that nobody closed made tags and text a part of the address: what stands inside is a part of
/// the page like any other, often most of it.
pub(super) fn is_torn(link: ElementRef<'_>) -> bool {
    attribute(link, "href").is_some_and(is_torn_address)
}

fn is_torn_address(address: &str) -> bool {
    address.split_once('>').is_some_and(|(_, text)| text.contains('<'))
}

/// Whether lines of text may stand directly in an element called `name`.
fn holds_prose(name: &str) -> bool {
    matches!(
        name,
        "div" | "section" | "article" | "main" | "td" | "body" | "blockquote" | "center" | "form" | "fieldset"
    )
}

fn is_block(name: &LocalName) -> bool {
    let stands_in_line = is_named!(name; "br" "img" "picture" "video" "audio" "iframe" "object" "embed");
    !is_inline(name) && !stands_in_line && &**name != "amp-img"
}
