//! Lines of pages that have no elements for their items: `11/20 <a>…</a><br>`.
//!
//! What stands between two line breaks belongs together. Used for links that are their own block.

use scraper::{ElementRef, Node};

use super::auto::Item;
use super::outline::Outline;
use super::words;
use crate::page::document;

/// The most nodes of a line on one side of its link.
const MAX_NODES: usize = 12;
/// Brackets and signs that stand around a date.
const AROUND: &[char] = &[' ', '(', ')', '[', ']', '（', '）', '【', '】', '-', '–', ':', '：', '|', '·', ','];

/// The date in the line of a link.
pub(super) fn date(link: ElementRef<'_>) -> Option<String> {
    [side(link, true), side(link, false)].into_iter().flatten().find(|text| words::is_date_like(text))
}

/// The text before or behind a link up to the end of its line; `None` if another link stands there.
fn side(link: ElementRef<'_>, before: bool) -> Option<String> {
    let mut text = String::new();
    let mut node = if before { link.prev_sibling() } else { link.next_sibling() };
    for _ in 0..MAX_NODES {
        let Some(here) = node else { break };
        let piece = match here.value() {
            Node::Text(piece) => piece.to_string(),
            Node::Element(element) if element.name() == "a" => return None,
            Node::Element(element) if document::is_inline(&element.name.local) => {
                document::text(ElementRef::wrap(here)?)
            }
            Node::Element(_) => break,
            _ => String::new(),
        };
        text = if before { piece + " " + &text } else { text + " " + &piece };
        node = if before { here.prev_sibling() } else { here.next_sibling() };
    }
    let mut line = String::new();
    document::push_folded(&mut line, text.trim());
    Some(line.trim_matches(AROUND).to_owned())
}

/// Where most links that are their own blocks have a date in their lines, those without one are no stories.
pub(super) fn drop_undated(outline: &Outline<'_>, items: &mut Vec<Item>) {
    /// Fewer dates are no habit.
    const LEAST: usize = 3;
    let link = |item: &Item| outline.links.get(item.link).filter(|link| link.at == item.block);
    let dated = |item: &Item| {
        let element = outline.elements.get(link(item)?.at)?.element;
        Some(date(element).is_some())
    };
    let known: Vec<Option<bool>> = items.iter().map(dated).collect();
    let with = known.iter().filter(|dated| **dated == Some(true)).count();
    let without = known.iter().filter(|dated| **dated == Some(false)).count();
    if with >= LEAST && with > without {
        let mut known = known.into_iter();
        items.retain(|_| known.next().flatten() != Some(false));
    }
}
