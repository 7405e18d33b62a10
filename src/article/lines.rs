//! The short lines that a reader sees on a page, in order: headlines, datelines, bylines.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use crate::page::Document;
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

/// The lines of the page below `<body>`.
pub(super) fn lines(document: &Document) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut hidden = 0_usize;
    let mut blocks: Vec<ElementRef<'_>> = vec![document.root()];
    for edge in document.root().traverse() {
        let (node, opening) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(piece) if opening && hidden == 0 && text.len() <= MAX_BYTES => push_folded(&mut text, piece),
            Node::Element(element) => {
                let name = element.name();
                if is_invisible(name) {
                    hidden = if opening { hidden + 1 } else { hidden.saturating_sub(1) };
                } else if hidden == 0 && !is_inline(name) {
                    finish(&mut text, &mut found, blocks.last().copied());
                    if opening && let Some(block) = ElementRef::wrap(node) {
                        blocks.push(block);
                    } else if !opening && blocks.len() > 1 {
                        blocks.pop();
                    }
                }
            }
            _ => {}
        }
        if found.len() >= MAX_LINES {
            break;
        }
    }
    finish(&mut text, &mut found, blocks.last().copied());
    found
}

fn finish<'a>(text: &mut String, found: &mut Vec<Line<'a>>, block: Option<ElementRef<'a>>) {
    let line = text.trim();
    if !line.is_empty() {
        if line.len() <= MAX_BYTES
            && let Some(block) = block
        {
            found.push(Line { text: line.to_owned(), block });
        }
    }
    text.clear();
}

/// The lines around the headline: the headline's index and the slice from a few lines before to some after it.
pub(super) fn near_headline<'l, 'a>(lines: &'l [Line<'a>], title: Option<&str>) -> (&'l [Line<'a>], &'l [Line<'a>]) {
    let wanted = title.map(folded).unwrap_or_default();
    let same = |line: &Line<'_>| {
        let text = folded(&line.text);
        !wanted.is_empty()
            && (text == wanted || text.len() >= 12 && (wanted.starts_with(&text) || text.starts_with(&wanted)))
    };
    let heading = |line: &&Line<'_>| matches!(line.block.value().name(), "h1" | "h2");
    let at = lines
        .iter()
        .position(|line| heading(&line) && same(line))
        .or_else(|| lines.iter().position(|line| line.block.value().name() == "h1"))
        .or_else(|| lines.iter().rposition(|line| same(line) && folded(&line.text) == wanted))
        .or_else(|| lines.iter().position(same));
    let Some(at) = at else { return (lines.get(..lines.len().min(60)).unwrap_or_default(), &[]) };
    let from = at.saturating_sub(8);
    let to = (at + 26).min(lines.len());
    (lines.get(at + 1..to).unwrap_or_default(), lines.get(from..at).unwrap_or_default())
}

/// `text` in lower case with letters and digits only, for comparisons.
pub(super) fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
