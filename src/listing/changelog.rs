//! Pages that hold their stories themselves, under headings with anchors: changelogs and release notes → teasers.
//!
//! A page counts if at least three headings of one level have an anchor, and most of them name a version or a date.

use ego_tree::NodeRef;
use scraper::{ElementRef, Node};

use super::outline::Outline;
use super::{DateText, MAX_ITEMS, Teaser, words};
use crate::page::{Document, document};

/// Fewer headings are no listing.
const MIN_ITEMS: usize = 3;
/// The longest body, in bytes of markup.
const MAX_BODY: usize = 200_000;
/// The most elements after a heading that are its body.
const MAX_SIBLINGS: usize = 200;

/// What stands for the anchor beside a heading.
const MARKS: [char; 5] = ['#', '¶', '§', ' ', '🔗'];

/// The sections of a changelog, or nothing.
/// Sections that are days are only stories if there are not `stories` links below them.
pub(super) fn teasers(document: &Document, outline: &Outline<'_>, stories: usize) -> Vec<Teaser> {
    for level in ["h2", "h3", "h1"] {
        let parts = outline.headings.iter().filter_map(|index| outline.elements.get(*index));
        let headings: Vec<(ElementRef<'_>, &str)> = parts
            .filter(|part| part.element.value().name() == level)
            .take(MAX_ITEMS)
            // A heading with a link to another page names a story that is there.
            .filter(|part| part.links_from == part.links_to)
            .filter_map(|part| Some((part.element, anchor(part.element)?)))
            .collect();
        if headings.len() < MIN_ITEMS {
            continue;
        }
        let texts: Vec<String> = headings.iter().map(|(heading, _)| document::text(*heading)).collect();
        let most = |is: &dyn Fn(&str) -> bool| {
            texts.iter().filter(|text| text.len() < 120 && is(text)).count() * 10 >= texts.len() * 6
        };
        let versions = most(&|text| {
            words::is_version_like(text) && !words::is_date_like(text.trim()) || text.starts_with(['v', '['])
        });
        let days =
            stories < headings.len() * 2 && most(&|text| words::is_date_like(text) || words::is_version_like(text));
        if versions || days {
            return headings.into_iter().filter_map(|(heading, anchor)| teaser(document, heading, anchor)).collect();
        }
    }
    Vec::new()
}

/// The name under which an address can point at a heading.
fn anchor(heading: ElementRef<'_>) -> Option<&str> {
    let inside = heading.descendent_elements().find_map(|inner| inner.attr("id").or_else(|| inner.attr("name")));
    let linked = || {
        let link = heading.select(crate::selector!("a[href^='#']")).next()?;
        link.attr("href")?.strip_prefix('#')
    };
    let around = || {
        let above = heading.parent().and_then(ElementRef::wrap)?;
        above.attr("id").filter(|_| matches!(above.value().name(), "section" | "article" | "li" | "div"))
    };
    let before = || {
        let before = heading.prev_siblings().find(|node| node.value().is_element()).and_then(ElementRef::wrap)?;
        (before.value().name() == "a").then(|| before.attr("name").or_else(|| before.attr("id"))).flatten()
    };
    inside.or_else(linked).or_else(around).or_else(before).filter(|anchor| !anchor.is_empty())
}

fn teaser(document: &Document, heading: ElementRef<'_>, anchor: &str) -> Option<Teaser> {
    let time = heading.select(crate::selector!("time")).next();
    let mut title = document::text(heading).trim_matches(MARKS).to_owned();
    // The day that stands beside the version has a place of its own.
    if let Some(time) = time
        && let Some(rest) = title.strip_suffix(document::text(time).as_str())
        && rest.chars().any(char::is_alphanumeric)
    {
        let end = rest.trim_end_matches(MARKS).trim_end_matches([' ', '-', '–', '—', '(', ',', '·']).len();
        title.truncate(end);
    }
    if title.is_empty() {
        return None;
    }
    let mut url = document.url().clone();
    url.set_fragment(Some(anchor));
    let body = body(heading);
    let mut html = String::new();
    for element in &body {
        if html.len() < MAX_BODY {
            html.push_str(&element.html());
        }
    }
    let time = time.map(|time| time.attr("datetime").map_or_else(|| document::text(time), str::to_owned));
    let published = time.or_else(|| date_in(&title)).or_else(|| {
        body.first().and_then(|first| {
            let text = document::text(*first);
            words::is_date_like(&text).then_some(text)
        })
    });
    Some(Teaser {
        url: Some(url),
        title: Some(title),
        published: published.map(|text| DateText { text, format: None }),
        content: (!html.is_empty()).then_some(html),
        ..Teaser::default()
    })
}

/// The date of `1.2.0 - 2026-03-04` or `Version 3 (4 March 2026)`.
fn date_in(title: &str) -> Option<String> {
    let pieces =
        title.split(['(', ')', '[', ']', '–', '—', '|', ':', ',']).chain(title.split(" - ")).chain(title.split(", "));
    let without_version = pieces.map(str::trim).filter(|piece| !words::is_version_like(piece) || piece.contains(' '));
    let mut found = without_version.filter(|piece| words::is_date_like(piece));
    let last = title.split_whitespace().next_back();
    found.next().or_else(|| last.filter(|word| words::is_date_like(word) && word.len() >= 8)).map(str::to_owned)
}

/// What follows a heading up to the next of its level.
fn body(heading: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let name = heading.value().name();
    let ends = |node: &NodeRef<'_, Node>| {
        ElementRef::wrap(*node).is_some_and(|element| {
            let other = element.value().name();
            other == name || matches!(other, "h1" | "h2") && other < name
        })
    };
    heading.next_siblings().take_while(|node| !ends(node)).filter_map(ElementRef::wrap).take(MAX_SIBLINGS).collect()
}
