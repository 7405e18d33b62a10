//! A field of feeds.toml, compiled: where on a page a value stands.
//!
//! `selector`, `selector@attribute`, a table, or an array of them that is tried in order. The configuration makes
//! these; listings and articles evaluate them on the one tree of a page.

use regex::Regex;
use scraper::{ElementRef, Selector};
use serde_json::Value;

use super::document::{self, Document};

/// What one alternative looks at.
#[derive(Clone, Debug)]
pub enum Look {
    /// Elements below the scope (the item of a listing, or the page).
    Css(Selector),
    /// The scope element itself (`"@href"`, `"."`).
    Scope,
    /// A `<meta>` of the page by its lower-case name or property.
    Meta(String),
    /// A dotted path into the page's JSON-LD objects (`"author.name"`).
    JsonLd(Vec<String>),
    /// A constant.
    Value(String),
}

/// One alternative of a field.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// What it looks at.
    pub look: Look,
    /// The attribute to take; without one, the visible text.
    pub attribute: Option<String>,
    /// Take every match, not only the first.
    pub all: bool,
    /// Joins the matches of `all` into one value.
    pub join: Option<String>,
    /// Takes the first group (or the whole match) of this pattern.
    pub regex: Option<Regex>,
    /// How a date is written (chrono's `strftime` items).
    pub format: Option<String>,
    /// The words of the configuration, for messages.
    pub written: String,
}

/// A field: alternatives in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Field {
    /// At least one.
    pub alternatives: Vec<Alternative>,
    /// Whether matching nothing is fine.
    pub optional: bool,
}

/// A value that a field gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The text, trimmed, not empty.
    pub text: String,
    /// The date format of the alternative that matched.
    pub format: Option<String>,
}

impl Field {
    /// The first value below `scope`.
    pub fn first(&self, scope: ElementRef<'_>, document: &Document) -> Option<Match> {
        self.values(scope, document).into_iter().next()
    }

    /// The text of the first value below `scope`.
    pub fn text(&self, scope: ElementRef<'_>, document: &Document) -> Option<String> {
        self.first(scope, document).map(|found| found.text)
    }

    /// All values of the first alternative that has any.
    pub fn values(&self, scope: ElementRef<'_>, document: &Document) -> Vec<Match> {
        self.alternatives.iter().map(|a| a.values(scope, document)).find(|v| !v.is_empty()).unwrap_or_default()
    }

    /// The elements of the first CSS alternative that matches, in document order.
    pub fn elements<'a>(&self, scope: ElementRef<'a>) -> Vec<ElementRef<'a>> {
        for alternative in &self.alternatives {
            let found: Vec<_> = match &alternative.look {
                Look::Css(selector) => scope.select(selector).collect(),
                Look::Scope => vec![scope],
                _ => Vec::new(),
            };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The words of the configuration, alternatives joined by `, `.
    pub fn written(&self) -> String {
        let words: Vec<_> = self.alternatives.iter().map(|a| a.written.as_str()).collect();
        words.join(", ")
    }
}

impl Alternative {
    fn values(&self, scope: ElementRef<'_>, document: &Document) -> Vec<Match> {
        let mut raw: Vec<String> = match &self.look {
            Look::Css(selector) => {
                let elements = scope.select(selector).filter_map(|element| self.read(element));
                if self.all { elements.collect() } else { elements.take(1).collect() }
            }
            Look::Scope => self.read(scope).into_iter().collect(),
            Look::Meta(name) => document.meta_all(name).to_vec(),
            Look::JsonLd(path) => document.json_ld().iter().flat_map(|object| json_texts(object, path)).collect(),
            Look::Value(value) => vec![value.clone()],
        };
        if !self.all {
            raw.truncate(1);
        }
        let mut values: Vec<String> = raw.into_iter().filter_map(|text| self.refine(&text)).collect();
        if let Some(join) = self.join.as_deref().filter(|_| !values.is_empty()) {
            values = vec![values.join(join)];
        }
        values.into_iter().map(|text| Match { text, format: self.format.clone() }).collect()
    }

    fn read(&self, element: ElementRef<'_>) -> Option<String> {
        let text = match &self.attribute {
            Some(name) => element.attr(name)?.trim().to_owned(),
            None => document::text(element),
        };
        (!text.is_empty()).then_some(text)
    }

    fn refine(&self, text: &str) -> Option<String> {
        let text = match &self.regex {
            Some(regex) => {
                let captures = regex.captures(text)?;
                captures.get(1).or_else(|| captures.get(0))?.as_str()
            }
            None => text,
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// The texts at `path` below `value`; arrays on the way are walked through. Numbers and booleans are written out.
fn json_texts(value: &Value, path: &[String]) -> Vec<String> {
    let mut here = vec![value];
    for key in path {
        here = here.into_iter().flat_map(items).filter_map(|value| value.get(key)).collect();
    }
    let texts = here.into_iter().flat_map(items).filter_map(|value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    texts.filter(|text| !text.is_empty()).collect()
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        other => vec![other],
    }
}
