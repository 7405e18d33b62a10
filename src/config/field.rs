//! Field words: `selector`, `selector@attribute`, a table, or an array of them → [`Field`].
//!
//! 1. Each alternative is read by itself; a mistake in one does not hide those in the next.
//! 2. What the field is for fills in the attribute that goes without saying (`href` of a link, `src` of an image).
//! 3. A date in a `<time>` becomes two alternatives: its `datetime`, then its text.

use regex::Regex;
use scraper::Selector;
use toml::de::DeValue;

use super::leaf;
use super::written::{Item, Reading, Shape, Table, Trouble, shown};
use crate::page::field::{Alternative, Field, Look};

/// The keys of a field that is a table.
pub(super) const SHAPE: Shape = Shape {
    name: "a field",
    keys: &["css", "jsonld", "meta", "value", "attr", "all", "join", "regex", "format", "optional"],
};

/// What a field is for.
#[derive(Clone, Copy, Default)]
pub(super) struct Kind {
    /// The attribute that is taken of an element where none is named.
    attribute: Option<&'static str>,
    /// A date: `format` is allowed, and a `<time>` is read as such.
    date: bool,
    /// Every match is taken, unless `all = false`.
    many: bool,
}

/// Words, markup, names.
pub(super) const TEXT: Kind = Kind { attribute: None, date: false, many: false };
/// An address.
pub(super) const LINK: Kind = Kind { attribute: Some("href"), ..TEXT };
/// The address of a picture.
pub(super) const IMAGE: Kind = Kind { attribute: Some("src"), ..TEXT };
/// A time.
pub(super) const DATE: Kind = Kind { date: true, ..TEXT };
/// Subjects.
pub(super) const SUBJECTS: Kind = Kind { many: true, ..TEXT };
/// Files.
pub(super) const FILES: Kind = Kind { many: true, ..LINK };

/// The field in `item`; `format` is for the dates that have none of their own.
pub(super) fn field(reading: &mut Reading<'_>, item: Item<'_>, kind: Kind, format: Option<&str>) -> Option<Field> {
    let mut field = Field { alternatives: Vec::new(), optional: false };
    for part in reading.one_or_many(item) {
        let read = match part.value.get_ref() {
            DeValue::String(text) => word(reading, part, text, kind),
            DeValue::Table(_) => table(reading, part, kind, &mut field.optional),
            _ => reading.wrong_type(part, "a string or a table"),
        };
        if let Some(alternative) = read {
            push(&mut field.alternatives, alternative, kind, format);
        }
    }
    (!field.alternatives.is_empty()).then_some(field)
}

/// One or more selectors without attributes, each compiled, and their words.
pub(super) fn selectors(reading: &mut Reading<'_>, item: Item<'_>) -> (Vec<Selector>, String) {
    let mut compiled = Vec::new();
    let mut words = Vec::new();
    for part in reading.one_or_many(item) {
        let Some(text) = reading.string(part) else { continue };
        if split(text).1.is_some() {
            let message = format!("`{}` takes whole elements, no `@attribute`", shown(item.key));
            reading.mistake(part.span(), message);
        } else if let Some(selector) = compile(reading, part, text) {
            compiled.push(selector);
            words.push(text);
        }
    }
    (compiled, words.join(", "))
}

/// Adds `alternative`, with the attribute that goes without saying.
fn push(alternatives: &mut Vec<Alternative>, mut alternative: Alternative, kind: Kind, format: Option<&str>) {
    let is_element = matches!(alternative.look, Look::Css(_) | Look::Scope);
    if is_element && alternative.attribute.is_none() {
        alternative.attribute = kind.attribute.map(str::to_owned);
    }
    let bare = alternative.attribute.is_none() && alternative.regex.is_none() && alternative.format.is_none();
    if kind.date && bare && matches!(alternative.look, Look::Css(_)) && ends_in_time(&alternative.written) {
        let attribute = Some("datetime".to_owned());
        alternatives.push(Alternative { attribute, ..alternative.clone() });
    }
    // `datetime`, JSON-LD and `<meta>` are machine-readable whatever the visible text looks like.
    let is_visible = is_element && alternative.attribute.as_deref() != Some("datetime");
    if kind.date && is_visible && alternative.format.is_none() {
        alternative.format = format.map(str::to_owned);
    }
    alternatives.push(alternative);
}

/// `selector`, `selector@attribute`, `@attribute` or `.`.
fn word(reading: &mut Reading<'_>, item: Item<'_>, text: &str, kind: Kind) -> Option<Alternative> {
    let (look, attribute) = css(reading, item, text)?;
    Some(Alternative {
        look,
        attribute,
        all: kind.many,
        join: None,
        regex: None,
        format: None,
        written: text.trim().to_owned(),
    })
}

/// The element and the attribute that `text` names.
fn css(reading: &mut Reading<'_>, item: Item<'_>, text: &str) -> Option<(Look, Option<String>)> {
    let (selector, attribute) = split(text);
    let attribute = match attribute {
        Some(name) => Some(reading.take(item, attribute_name(name, text))?),
        None => None,
    };
    let look = match selector.trim() {
        "." => Look::Scope,
        "" if attribute.is_some() => Look::Scope,
        selector => Look::Css(compile(reading, item, selector)?),
    };
    Some((look, attribute))
}

fn compile(reading: &mut Reading<'_>, item: Item<'_>, text: &str) -> Option<Selector> {
    if let Some(selector) = reading.selectors.get(text) {
        return Some(selector.clone());
    }
    let selector = reading.take(item, leaf::selector(text))?;
    reading.selectors.insert(text.to_owned(), selector.clone());
    Some(selector)
}

/// The pattern in `item`, compiled once for many feeds.
pub(super) fn pattern(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Regex> {
    let text = reading.string(item)?;
    if let Some(pattern) = reading.patterns.get(text) {
        return Some(pattern.clone());
    }
    let pattern = reading.take(item, leaf::pattern(text))?;
    reading.patterns.insert(text.to_owned(), pattern.clone());
    Some(pattern)
}

/// Parts `text` at its first `@` that is not inside quotes, brackets or an escape.
fn split(text: &str) -> (&str, Option<&str>) {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (index, c) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, c) {
            (_, '\\') => escaped = true,
            (Some(open), c) => quote = (c != open).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, '@') if depth == 0 => return (&text[..index], Some(&text[index + 1..])),
            _ => {}
        }
    }
    (text, None)
}

fn attribute_name(name: &str, whole: &str) -> Result<String, Trouble> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Trouble::with("there is no attribute after `@`", "write it as in `a@href`, or leave out the `@`"));
    }
    if name.contains(',') && whole.matches('@').count() > 1 {
        return Err(Trouble::with("alternatives are an array", "write [\"a@href\", \"b@src\"]"));
    }
    let plain = name.len() <= 100 && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'));
    if !plain {
        return Err(Trouble::with(
            format!("`{}` is no attribute", shown(name)),
            "the attribute comes last, as in `ul > li a@href`",
        ));
    }
    Ok(name.to_ascii_lowercase())
}

/// Whether the elements that `css` selects are `<time>`: the last part of each of its alternatives is that type.
fn ends_in_time(css: &str) -> bool {
    css.split(',').all(|selector| {
        let last = selector.trim().rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
        last.strip_prefix("time").is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '#', '[', ':']))
    })
}

/// A field that is a table.
fn table(reading: &mut Reading<'_>, item: Item<'_>, kind: Kind, optional: &mut bool) -> Option<Alternative> {
    let table = reading.table(item, &SHAPE)?;
    if let Some(flag) = table.get("optional") {
        *optional |= reading.boolean(flag) == Some(true);
    }
    let source = source(reading, item, table);
    let all = match table.get("all") {
        Some(flag) => reading.boolean(flag)?,
        None => kind.many,
    };
    let join = table.get("join").and_then(|join| {
        if !all {
            reading.mistake_with(join.span(), "`join` needs more than one match", "add `all = true`");
        }
        reading.string(join).map(str::to_owned)
    });
    let regex = table.get("regex").and_then(|regex| pattern(reading, regex));
    let format = table.get("format").and_then(|format| {
        if !kind.date {
            reading.mistake(format.span(), "`format` is for `date` and `updated` alone");
        }
        let text = reading.string(format)?;
        reading.take(format, leaf::date_format(text))
    });
    let (look, attribute, written) = source?;
    Some(Alternative { look, attribute, all, join, regex, format, written })
}

/// What a table looks at: `css` with `attr`, `jsonld`, `meta` or `value`; exactly one.
fn source(reading: &mut Reading<'_>, item: Item<'_>, table: Table<'_>) -> Option<(Look, Option<String>, String)> {
    let present: Vec<_> =
        ["css", "jsonld", "meta", "value"].into_iter().filter_map(|key| table.get_with_key(key)).collect();
    let (source, _) = match present.as_slice() {
        [only] => only.clone(),
        [] => {
            let message = format!("`{}` says not where to look", shown(item.key));
            reading.absence(item.span(), message, "add one of `css`, `jsonld`, `meta` and `value`");
            return None;
        }
        [first, .., (other, key)] => {
            let message = format!("`{}` and `{}` exclude each other", first.0.key, other.key);
            reading.mistake_with(key.clone(), message, "alternatives are an array of tables");
            return None;
        }
    };
    let attr = table.get_with_key("attr");
    let text = reading.string(source)?;
    if source.key != "css"
        && let Some((_, key)) = attr
    {
        reading.mistake(key, "`attr` goes with `css` alone");
        return None;
    }
    let written = if source.key == "css" { text.trim().to_owned() } else { format!("{} {}", source.key, shown(text)) };
    let (look, mut attribute) = match source.key {
        "css" => css(reading, source, text)?,
        key => (reading.take(source, other_look(key, text))?, None),
    };
    if let Some((attr, key)) = attr {
        if attribute.is_some() {
            reading.mistake(key, "the attribute is named twice: after `@` and in `attr`");
            return None;
        }
        let name = reading.string(attr)?;
        attribute = Some(reading.take(attr, attribute_name(name, name))?);
    }
    Some((look, attribute, written))
}

fn other_look(key: &str, text: &str) -> Result<Look, Trouble> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Trouble::new(format!("`{key}` is empty")));
    }
    match key {
        "meta" => Ok(Look::Meta(text.to_lowercase())),
        "jsonld" => {
            let path: Vec<String> = text.split('.').map(|part| part.trim().to_owned()).collect();
            if path.iter().any(String::is_empty) || path.len() > 20 {
                return Err(Trouble::with("this is no path", "write the names with dots between, as in `author.name`"));
            }
            Ok(Look::JsonLd(path))
        }
        _ => Ok(Look::Value(text.to_owned())),
    }
}
