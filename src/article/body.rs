//! Finds the body of an article page.
//!
//! Steps: the elements that the configuration names, joined; else what the body finder (a port of Readability) takes
//! from a cleaned copy of the tree; else, or where that is far too short, the body in the page's JSON-LD. Last,
//! furniture at both ends goes and loose lines become paragraphs. The result is markup that is not sanitised.

use dom_query::{NodeData, NodeId, NodeRef};
use dom_smoothie::{Config, Readability};
use scraper::ElementRef;

use super::copy::{Copier, Unseen};
use super::{Claim, Origin, Rules, furniture, shape};
use crate::normalise::html;
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

/// Finds the body; `title` is the headline, `written` the body as the page's JSON-LD has it.
pub(super) fn find(document: &Document, rules: &Rules, title: Option<&str>, written: Option<&str>) -> Body {
    let mut unmatched = false;
    if let Some(field) = &rules.content {
        let elements = outermost(field.elements(document.root()));
        if let Some(markup) = configured(document, rules, &elements, title) {
            let claim = Some(Claim { value: markup, origin: Origin::Configured });
            return Body { claim, strategy: "configured", unmatched };
        }
        unmatched = !field.optional;
    }
    let found = readable(document, rules, title, Unseen::Left).filter(|(_, length)| *length >= SHORT);
    // Some pages arrive with their story hidden, and a script shows it.
    let found = found.or_else(|| readable(document, rules, title, Unseen::Copied));
    let written = written.map(str::trim).filter(|text| text.chars().count() > 200);
    let length = found.as_ref().map_or(0, |(_, length)| *length);
    if let Some(text) = written.filter(|text| length * 4 < text.chars().filter(|c| !c.is_whitespace()).count()) {
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

/// `elements` without those inside another of them.
fn outermost(elements: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let ids: std::collections::HashSet<_> = elements.iter().map(|element| element.id()).collect();
    elements.into_iter().filter(|element| !element.ancestors().any(|outer| ids.contains(&outer.id()))).collect()
}

fn configured(document: &Document, rules: &Rules, elements: &[ElementRef<'_>], title: Option<&str>) -> Option<String> {
    if elements.is_empty() {
        return None;
    }
    let copy = dom_query::Document::default();
    let mut copier = Copier::new(document, &rules.remove, Unseen::Left, &copy.tree);
    let root = copier.create("div");
    copy.tree.append_child_of(&copy.tree.root_id(), &root);
    for element in elements {
        copier.copy(*element, root);
    }
    let root = copy.tree.get(&root)?;
    finish(&root, title);
    (length(&root) > 0 || root.descendants_it().any(|node| node.has_name("img"))).then(|| root.inner_html().to_string())
}

fn readable(document: &Document, rules: &Rules, title: Option<&str>, unseen: Unseen) -> Option<(String, usize)> {
    let copy = dom_query::Document::default();
    let mut copier = Copier::new(document, &rules.remove, unseen, &copy.tree);
    let html = skeleton(&copier, &copy, title);
    copier.copy(document.first(selector!("body"))?, html);
    let config = Config { disable_json_ld: true, keep_classes: true, ..Config::default() };
    let mut reader = Readability::with_document(copy, None, Some(config)).ok()?;
    reader.parse().ok()?;
    let content = reader.doc.select_single("#readability-page-1");
    let root = *content.nodes().first()?;
    finish(&root, title);
    Some((root.inner_html().to_string(), length(&root)))
}

/// `<html><head><title>`: the body finder drops the heading that equals the title.
fn skeleton(copier: &Copier<'_>, copy: &dom_query::Document, title: Option<&str>) -> NodeId {
    let html = copier.create("html");
    let tree = &copy.tree;
    tree.append_child_of(&tree.root_id(), &html);
    if let Some(title) = title {
        let (head, element) = (copier.create("head"), copier.create("title"));
        tree.append_child_of(&html, &head);
        tree.append_child_of(&head, &element);
        tree.append_child_data_of(&element, NodeData::Text { contents: title.into() });
    }
    html
}

/// Paragraphs first, since furniture goes block by block.
fn finish(root: &NodeRef<'_>, title: Option<&str>) {
    shape::paragraphs(root);
    furniture::remove(root, title);
    shape::figures(root);
}

fn length(root: &NodeRef<'_>) -> usize {
    root.text().chars().filter(|c| !c.is_whitespace()).count()
}

/// Plain text (or markup) as paragraphs, a line each.
fn paragraphs(text: &str) -> String {
    if text.contains("</p>") || text.contains("<br") {
        return text.to_owned();
    }
    html::paragraphs(text.lines().map(str::trim).filter(|line| !line.is_empty()))
}
