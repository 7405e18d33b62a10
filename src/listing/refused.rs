//! Why a page has no list of stories: what looked most like one, and what speaks against it.
//!
//! Only asked for where detection found nothing, so that a reader of the finding sees what feedmill saw. It judges no
//! group anew: the reasons are the measures by which detection refuses.

use std::collections::{HashMap, HashSet};

use super::address;
use super::outline::{Link, Outline};
use super::selectors::place;
use crate::page::Document;

/// So many candidates are told.
const MOST: usize = 3;
/// The longest sample in characters.
const SAMPLE: usize = 60;
/// Links in places less likely than this stand in menus and footers.
const MENU: f32 = 0.12;
/// Links in places less likely than this stand at the edge.
const EDGE: f32 = 0.5;
/// Addresses worth less than this are no stories'.
const MINOR: f32 = 0.35;
/// The words of a short text.
const SHORT: f32 = 3.0;

/// A group of links that is no list of stories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A selector for the links.
    pub selector: String,
    /// How many addresses they lead to.
    pub items: usize,
    /// The text of one of them.
    pub sample: String,
    /// What speaks against them.
    pub why: &'static str,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { selector, items, sample, why } = self;
        let links = if *items == 1 { "link" } else { "links" };
        write!(f, "`{selector}` ({items} {links}, “{sample}”): {why}")
    }
}

/// The best of what was found in place of a list.
pub(super) fn refused(document: &Document, outline: &Outline<'_>, is_one_story: bool) -> Vec<Refused> {
    let mut order: Vec<String> = Vec::new();
    let mut groups: HashMap<String, Vec<&Link<'_>>> = HashMap::new();
    for link in &outline.links {
        let Some(part) = outline.elements.get(link.at) else { continue };
        let selector = place(part.element);
        let members = groups.entry(selector.clone()).or_default();
        if members.is_empty() {
            order.push(selector);
        }
        members.push(link);
    }
    let mut found: Vec<(f32, Refused)> = Vec::new();
    for selector in order {
        let Some(links) = groups.remove(&selector) else { continue };
        let items = links.iter().map(|link| link.address).collect::<HashSet<_>>().len();
        let words = mean(links.iter().map(|link| link.words));
        let promise = count(items.min(40)) * (words.min(8.0) + 0.5) * (mean(links.iter().map(|link| link.zone)) + 0.2);
        let longest = links.iter().max_by_key(|link| link.text.len()).map_or("", |link| &*link.text);
        let why = why(document, outline, &links, items, words, is_one_story);
        found.push((promise, Refused { selector, items, sample: sample(longest), why }));
    }
    // The sort is stable: of equals the first of the page comes first.
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(MOST).map(|(_, refused)| refused).collect()
}

fn why(
    document: &Document,
    outline: &Outline<'_>,
    links: &[&Link<'_>],
    items: usize,
    words: f32,
    is_one_story: bool,
) -> &'static str {
    let most = |is: &dyn Fn(&Link<'_>) -> bool| links.iter().filter(|link| is(link)).count() * 10 >= links.len() * 7;
    let leads_to = |link: &Link<'_>| outline.addresses.get(link.address);
    let zone = mean(links.iter().map(|link| link.zone));
    if most(&|link| leads_to(link).is_some_and(|address| !address::is_on_site(&address, document.url()))) {
        return "they lead to other sites";
    }
    if zone < MENU {
        return "they stand in a menu or a footer";
    }
    if most(&|link| link.nameless) {
        return "their texts name no story";
    }
    let here = address::Here::of(document.url());
    if most(&|link| leads_to(link).is_some_and(|address| address::worth(&address, &here) < MINOR)) {
        return "their addresses are those of subjects, authors, files or pages of lists";
    }
    if items < 3 {
        return "they are too few to be a list";
    }
    if is_one_story {
        return "the page is a story itself, and they stand in it or around it";
    }
    if zone < EDGE {
        return "they stand at the edge of the page";
    }
    if words < SHORT {
        return "they are short and stand alone, as in a menu";
    }
    "nothing stands beside them that stories have: no heading, date, summary or picture"
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, number) = values.fold((0.0, 0_usize), |(sum, number), value| (sum + value, number + 1));
    if number == 0 { 0.0 } else { sum / count(number) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of links are small")]
fn count(number: usize) -> f32 {
    number as f32
}

fn sample(text: &str) -> String {
    if text.chars().nth(SAMPLE).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(SAMPLE).collect();
    short.truncate(short.trim_end().len());
    short + "…"
}
