//! feeds.toml as written: a typed reader over the spanned document that notes mistakes and goes on.
//!
//! `serde` stops at the first mistake, so the document is walked by hand. A reader returns `None` for a value that it
//! could not use, after it noted why; what follows is read all the same.

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use regex::Regex;
use scraper::Selector;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Draft;
use super::suggest::nearest;
use crate::model;

/// The words of one kind of table.
pub(super) struct Shape {
    /// What it is called in messages.
    pub(super) name: &'static str,
    /// The keys it may have.
    pub(super) keys: &'static [&'static str],
}

/// The mistakes so far, what is compiled once for many feeds, and the environment.
pub(super) struct Reading<'e> {
    pub(super) drafts: Vec<Draft>,
    /// Spans of values that turned out to hold a secret.
    pub(super) veiled: Vec<Range<usize>>,
    pub(super) selectors: HashMap<String, Selector>,
    pub(super) patterns: HashMap<String, Regex>,
    pub(super) environment: &'e dyn Fn(&str) -> Option<String>,
}

/// A table whose keys were checked.
#[derive(Clone, Copy)]
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
}

/// A value with its key (an element of an array has the array's key).
#[derive(Clone, Copy)]
pub(super) struct Item<'t> {
    pub(super) key: &'t str,
    pub(super) value: &'t Spanned<DeValue<'t>>,
}

impl<'e> Reading<'e> {
    pub(super) fn new(environment: &'e dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            drafts: Vec::new(),
            veiled: Vec::new(),
            selectors: HashMap::new(),
            patterns: HashMap::new(),
            environment,
        }
    }

    /// Notes a mistake.
    pub(super) fn mistake(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.drafts.push(Draft { span, message: message.into(), help: None, absence: false });
    }

    /// Notes a mistake and what to do about it.
    pub(super) fn mistake_with(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.drafts.push(Draft { span, message: message.into(), help: Some(help.into()), absence: false });
    }

    /// Notes that something is not there.
    pub(super) fn absence(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.drafts.push(Draft { span, message: message.into(), help: Some(help.into()), absence: true });
    }

    /// Notes the error of a leaf, if it is one.
    pub(super) fn take<T, E: Into<Trouble>>(&mut self, item: Item<'_>, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(trouble) => {
                let Trouble { message, help } = trouble.into();
                self.drafts.push(Draft { span: item.span(), message, help, absence: false });
                None
            }
        }
    }

    /// The table in `item`; unknown keys are mistakes.
    pub(super) fn table<'t>(&mut self, item: Item<'t>, shape: &Shape) -> Option<Table<'t>> {
        match item.value.get_ref() {
            DeValue::Table(entries) => Some(self.keys(entries, shape)),
            _ => self.wrong_type(item, "a table"),
        }
    }

    /// The same for a table that is no item: the root.
    pub(super) fn keys<'t>(&mut self, entries: &'t DeTable<'t>, shape: &Shape) -> Table<'t> {
        for key in entries.keys() {
            let word: &str = key.get_ref();
            if !shape.keys.contains(&word) {
                self.mistake_with(key.span(), format!("unknown key `{}`", shown(word)), unknown_help(word, shape));
            }
        }
        Table { entries }
    }

    /// Any table, whatever its keys, in the order of the file: key, its span, value.
    pub(super) fn entries<'t>(&mut self, item: Item<'t>) -> Vec<(Item<'t>, Range<usize>)> {
        let DeValue::Table(entries) = item.value.get_ref() else {
            self.wrong_type::<()>(item, "a table");
            return Vec::new();
        };
        let items = entries.iter().map(|(key, value)| (Item { key: key.get_ref(), value }, key.span()));
        let mut items: Vec<_> = items.collect();
        items.sort_by_key(|(_, span)| span.start);
        items
    }

    /// A string.
    pub(super) fn string<'t>(&mut self, item: Item<'t>) -> Option<&'t str> {
        match item.value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => self.wrong_type(item, "a string"),
        }
    }

    /// A string that is shown to people or sent: one line, not empty, nothing from the environment.
    pub(super) fn line(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.string(item)?;
        if text.contains("${") {
            let message = format!("`{}` takes nothing from the environment", shown(item.key));
            self.mistake_with(item.span(), message, "`${…}` stands in `url` and in values of `request.headers`");
            return None;
        }
        let line = model::one_line(text, model::MAX_TITLE_BYTES);
        if line.is_empty() {
            self.mistake(item.span(), format!("`{}` is empty", shown(item.key)));
            return None;
        }
        Some(line)
    }

    /// A boolean.
    pub(super) fn boolean(&mut self, item: Item<'_>) -> Option<bool> {
        match item.value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong_type(item, "a boolean"),
        }
    }

    /// A whole number in `range`.
    pub(super) fn integer(&mut self, item: Item<'_>, range: RangeInclusive<u64>) -> Option<u64> {
        let DeValue::Integer(written) = item.value.get_ref() else { return self.wrong_type(item, "an integer") };
        let number = u64::from_str_radix(written.as_str(), written.radix()).ok().filter(|n| range.contains(n));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            self.mistake(item.span(), format!("`{}` is a number from {least} to {most}", shown(item.key)));
        }
        number
    }

    /// One value or an array of them.
    pub(super) fn one_or_many<'t>(&mut self, item: Item<'t>) -> Vec<Item<'t>> {
        let DeValue::Array(array) = item.value.get_ref() else { return vec![item] };
        if array.is_empty() {
            self.mistake(item.span(), format!("`{}` is an empty array", shown(item.key)));
        }
        array.iter().map(|value| Item { key: item.key, value }).collect()
    }

    /// Notes a value of another type than `expected`.
    pub(super) fn wrong_type<T>(&mut self, item: Item<'_>, expected: &str) -> Option<T> {
        let found = kind(item.value.get_ref());
        let message = format!("`{}`: expected {expected}, found {found}", shown(item.key));
        match (expected, item.value.get_ref()) {
            ("a table", DeValue::Array(_)) if item.key == "feeds" => {
                self.mistake_with(item.span(), message, "write `[feeds.name]`, once for each feed");
            }
            ("a boolean", DeValue::String(_)) => self.mistake_with(item.span(), message, "write it without quotes"),
            ("an integer", DeValue::String(text)) if text.parse::<u64>().is_ok() => {
                self.mistake_with(item.span(), message, "write it without quotes");
            }
            _ => match remedy(expected, item) {
                Some(remedy) => self.mistake_with(item.span(), message, &remedy),
                None => self.mistake(item.span(), message),
            },
        }
        None
    }
}

impl<'t> Table<'t> {
    /// A table whose keys are checked elsewhere.
    pub(super) fn unchecked(entries: &'t DeTable<'t>) -> Self {
        Self { entries }
    }

    /// The value of `key`.
    pub(super) fn get(self, key: &'static str) -> Option<Item<'t>> {
        self.entries.get(key).map(|value| Item { key, value })
    }

    /// The value of `key` and the span of the key itself.
    pub(super) fn get_with_key(self, key: &'static str) -> Option<(Item<'t>, Range<usize>)> {
        let (written, value) = self.entries.get_key_value(key)?;
        Some((Item { key, value }, written.span()))
    }
}

impl Item<'_> {
    /// Bytes of the file; of a table with a heading, the heading.
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }
}

/// What a leaf says of a value that it cannot use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
}

impl Trouble {
    /// Without advice.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// With advice.
    pub(super) fn with(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

/// A word of the file as a message shows it: one line, short, no control characters.
pub(super) fn shown(word: &str) -> String {
    model::one_line(word, 80)
}

/// ``did you mean `x`?``
pub(super) fn did_you_mean(word: impl Display) -> String {
    format!("did you mean `{word}`?")
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Where an unknown key belongs, what it may be a misspelling of, or else what there is.
fn unknown_help(word: &str, shape: &Shape) -> String {
    let elsewhere = super::valid::SHAPES.iter().find(|other| other.name != shape.name && other.keys.contains(&word));
    if let Some(other) = elsewhere {
        return format!("`{word}` belongs in {}", other.name);
    }
    if let Some(near) = nearest(word, shape.keys.iter().copied()) {
        return did_you_mean(near);
    }
    let keys: Vec<_> = shape.keys.iter().map(|key| format!("`{key}`")).collect();
    format!("{} has {}", shape.name, keys.join(", "))
}

/// How to write a value that has another type than `expected`.
fn remedy(expected: &str, item: Item<'_>) -> Option<String> {
    let key = shown(item.key);
    match (expected, item.key, item.value.get_ref()) {
        ("a table", "feeds", _) => Some("write `[feeds.name]`, once for each feed".to_owned()),
        ("a table", "listing" | "article", DeValue::String(_)) => {
            let field = if item.key == "listing" { "items" } else { "content" };
            Some(format!("name the field: `{key} = {{ {field} = \"…\" }}`"))
        }
        ("a table", "include" | "exclude", DeValue::String(_)) => {
            Some(format!("name the part: `{key} = {{ title = \"…\" }}`"))
        }
        ("a table", _, DeValue::Array(_)) => Some("write its name in single brackets, `[…]`, and once".to_owned()),
        ("a string", _, DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_)) => {
            Some("write it in quotes".to_owned())
        }
        ("an integer", ..) => Some(format!("write a number, as in `{key} = 20`")),
        ("a boolean", ..) => Some("write `true` or `false`".to_owned()),
        _ => None,
    }
}
