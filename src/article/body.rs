//! Finds the body of an article page.
//!
//! Steps: the elements that the configuration names, joined; else the page is measured, the elements that hold the story
//! are chosen, and copied without what is none; else, or where that is far too short, the body in the page's JSON-LD.
//! Last, furniture at both ends goes and loose lines become paragraphs. The result is markup that is not sanitised.

use dom_query::NodeRef;
use scraper::ElementRef;

use super::candidate::{self, Choice, Hidden};
use super::copy::{Copier, Gone};
use super::measure::{Measures, measure};
use super::traits::Judge;
use super::{Claim, Origin, Rules, furniture, shape};
use crate::normalise::html;
use crate::normalise::text::visible_length;
use crate::page::Document;
use crate::selector;

/// A body of fewer characters is looked for once more, among what the page hides.
const SHORT: usize = 140;

/// A body and how it was found.
pub(super) struct Body {
    pub(super) claim: Option<Claim<String>>,
    pub(super) strategy: &'static str,
    /// Whether `rules.content` matched nothing.
    pub(super) unmatched: bool,
}

/// Finds the body; `page` are the measures of all of it, if they were taken, `title` is the headline, `written` the body as
/// the page's JSON-LD has it, and `judge` is asked what classes say.
pub(super) fn find<'a>(
    document: &'a Document,
    rules: &Rules,
    page: Option<Measures<'a>>,
    judge: &mut Judge,
    title: Option<&str>,
    written: Option<&str>,
) -> Body {
    let mut unmatched = false;
    if let Some(field) = &rules.content {
        let elements = outermost(field.elements(document.root()));
        if let Some(markup) = configured(document, rules, judge, &elements, title) {
            let claim = Some(Claim { value: markup, origin: Origin::Configured });
            return Body { claim, strategy: "configured", unmatched };
        }
        unmatched = !field.optional;
    }
    let page = page.or_else(|| Some(measure(whole(document)?, &rules.remove, judge)));
    let read = |hidden| readable(document, page.as_ref()?, title, hidden);
    let found = read(Hidden::Left).filter(|(_, length)| *length >= SHORT);
    // Some pages arrive with their story hidden, and a script shows it.
    let found = found.or_else(|| read(Hidden::Heard));
    let written = written.map(str::trim).filter(|text| text.chars().count() > 200);
    let length = found.as_ref().map_or(0, |(_, length)| *length);
    if let Some(text) = written.filter(|text| length * 4 < visible_length(text)) {
        let claim = Some(Claim { value: paragraphs(text), origin: Origin::JsonLd });
        return Body { claim, strategy: "json-ld", unmatched };
    }
    match found {
        Some((markup, _)) => {
            let claim = Some(Claim { value: markup, origin: Origin::Visible });
            Body { claim, strategy: "readability", unmatched }
        }
        None => Body { claim: None, strategy: "none", unmatched },
    }
}

/// The element that holds all that the page shows.
pub(super) fn whole(document: &Document) -> Option<ElementRef<'_>> {
    document.first(selector!("body"))
}

/// `elements` without those inside another of them.
fn outermost(elements: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let ids: std::collections::HashSet<_> = elements.iter().map(|element| element.id()).collect();
    elements.into_iter().filter(|element| !element.ancestors().any(|outer| ids.contains(&outer.id()))).collect()
}

fn configured<'a>(
    document: &'a Document,
    rules: &Rules,
    judge: &mut Judge,
    elements: &[ElementRef<'a>],
    title: Option<&str>,
) -> Option<String> {
    let measured: Vec<Measures<'_>> = elements.iter().map(|element| measure(*element, &rules.remove, judge)).collect();
    let mut gone = Gone::new();
    for page in &measured {
        gone.extend(page.left.iter().copied());
        gone.extend(page.hidden().map(|element| element.id()));
    }
    let (markup, length) = copied(document, elements, &gone, title)?;
    (length > 0 || markup.contains("<img")).then_some(markup)
}

/// The chosen part of `page` as markup, and how long its text is.
fn readable(document: &Document, page: &Measures<'_>, title: Option<&str>, hidden: Hidden) -> Option<(String, usize)> {
    let Choice { roots, gone, .. } = candidate::choose(page, hidden)?;
    let roots = roots.into_iter().filter_map(|root| page.elements.get(root));
    let mut left = page.left.clone();
    let mut chosen = Vec::new();
    for root in roots {
        let mut at = root.place();
        while at < root.end {
            let Some(element) = page.elements.get(at) else { break };
            if gone.get(at).copied().unwrap_or_default() {
                left.insert(element.element.id());
                at = element.end;
            } else {
                at += 1;
            }
        }
        chosen.push(root.element);
    }
    copied(document, &chosen, &left, title)
}

fn copied(
    document: &Document,
    elements: &[ElementRef<'_>],
    gone: &Gone,
    title: Option<&str>,
) -> Option<(String, usize)> {
    if elements.is_empty() {
        return None;
    }
    let copy = dom_query::Document::default();
    let mut copier = Copier::new(document, gone, &copy.tree);
    let root = copier.create("div");
    copy.tree.append_child_of(&copy.tree.root_id(), &root);
    for element in elements {
        copier.copy(*element, root);
    }
    let root = copy.tree.get(&root)?;
    finish(&root, title);
    Some((root.inner_html().to_string(), length(&root)))
}

/// Paragraphs first, since furniture goes block by block.
fn finish(root: &NodeRef<'_>, title: Option<&str>) {
    shape::layout_tables(root);
    shape::paragraphs(root);
    furniture::remove(root, title);
    shape::figures(root);
}

fn length(root: &NodeRef<'_>) -> usize {
    visible_length(&root.text())
}

/// Plain text (or markup) as paragraphs, a line each.
fn paragraphs(text: &str) -> String {
    if text.contains("</p>") || text.contains("<br") {
        return text.to_owned();
    }
    html::paragraphs(text.lines().map(str::trim).filter(|line| !line.is_empty()))
}
