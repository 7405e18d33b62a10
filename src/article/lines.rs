//! The short lines that a reader sees on a page, in order: headlines, datelines, bylines.

use html5ever::LocalName;
use scraper::ElementRef;

use crate::normalise::text::letters;
use crate::page::document::{is_inline, is_invisible, push_folded};

/// The longest line kept, in bytes; what is longer is body text.
const MAX_BYTES: usize = 420;
/// The most lines kept.
const MAX_LINES: usize = 4_000;

/// A line.
pub(super) struct Line<'a> {
    /// Its words, white space folded.
    pub(super) text: String,
    /// The block that it stands in.
    pub(super) block: ElementRef<'a>,
}

/// What an element means for the lines around it.
#[derive(Clone, Copy)]
enum Flow {
    Inline,
    Block,
    Invisible,
}

impl Flow {
    fn of(name: &LocalName) -> Self {
        if is_invisible(name) {
            Self::Invisible
        } else if is_inline(name) {
            Self::Inline
        } else {
            Self::Block
        }
    }
}

/// Puts lines together while somebody walks over the tree.
pub(super) struct LineBuilder<'a> {
    found: Vec<Line<'a>>,
    text: String,
    /// Whether an element began or ended since the last piece of text.
    seam: bool,
    /// How many elements are open whose text nobody sees.
    hidden: usize,
    /// What the open elements are, the innermost last.
    open: Vec<Flow>,
    blocks: Vec<ElementRef<'a>>,
}

impl<'a> LineBuilder<'a> {
    pub(super) fn new(root: ElementRef<'a>) -> Self {
        Self { found: Vec::new(), text: String::new(), seam: false, hidden: 0, open: Vec::new(), blocks: vec![root] }
    }

    /// Adds a piece of text; `false` if nobody sees it.
    pub(super) fn text(&mut self, piece: &str) -> bool {
        if self.hidden > 0 {
            return false;
        }
        if self.text.len() <= MAX_BYTES && self.found.len() < MAX_LINES {
            // `<span>28.09.19</span><span>12:44</span>` is a day and a time, not one number.
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            if self.seam && digit(self.text.chars().next_back()) && digit(piece.chars().next()) {
                self.text.push(' ');
            }
            push_folded(&mut self.text, piece);
        }
        self.seam = false;
        true
    }

    /// An element begins.
    pub(super) fn open(&mut self, element: ElementRef<'a>) {
        let flow = Flow::of(&element.value().name.local);
        self.open.push(flow);
        self.seam = true;
        match flow {
            Flow::Invisible => self.hidden += 1,
            Flow::Block if self.hidden == 0 => {
                self.end_line();
                self.blocks.push(element);
            }
            _ => {}
        }
    }

    /// The element that was opened last ends.
    pub(super) fn close(&mut self) {
        self.seam = true;
        match self.open.pop() {
            Some(Flow::Invisible) => self.hidden = self.hidden.saturating_sub(1),
            Some(Flow::Block) if self.hidden == 0 => {
                self.end_line();
                if self.blocks.len() > 1 {
                    self.blocks.pop();
                }
            }
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let line = self.text.trim();
        if !line.is_empty()
            && line.len() <= MAX_BYTES
            && let Some(block) = self.blocks.last().copied()
        {
            self.found.push(Line { text: line.to_owned(), block });
        }
        self.text.clear();
    }

    /// The lines.
    pub(super) fn finish(mut self) -> Vec<Line<'a>> {
        self.end_line();
        self.found
    }
}

/// The lines around the headline: some after it, and a few before it.
pub(super) fn near_headline<'l, 'a>(lines: &'l [Line<'a>], title: Option<&str>) -> (&'l [Line<'a>], &'l [Line<'a>]) {
    let wanted = title.map(letters).unwrap_or_default();
    let similar = |line: &Line<'_>| !wanted.is_empty() && is_alike(&letters(&line.text), &wanted);
    // A kicker may stand before the headline in the same heading.
    let ends_with = |line: &Line<'_>| wanted.chars().count() >= 12 && letters(&line.text).ends_with(&wanted);
    let heading = |line: &Line<'_>| matches!(line.block.value().name(), "h1" | "h2" | "h3" | "h4");
    let at = lines
        .iter()
        .position(|line| heading(line) && (similar(line) || ends_with(line)))
        .or_else(|| lines.iter().position(|line| line.block.value().name() == "h1"))
        .or_else(|| lines.iter().rposition(|line| !wanted.is_empty() && letters(&line.text) == wanted))
        .or_else(|| lines.iter().position(similar));
    let Some(at) = at else { return (lines.get(..lines.len().min(60)).unwrap_or_default(), &[]) };
    let from = at.saturating_sub(8);
    let to = (at + 26).min(lines.len());
    (lines.get(at + 1..to).unwrap_or_default(), lines.get(from..at).unwrap_or_default())
}

fn is_alike(text: &str, wanted: &str) -> bool {
    text == wanted || text.len() >= 12 && (wanted.starts_with(text) || text.starts_with(wanted))
}
