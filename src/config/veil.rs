//! Which parts of feeds.toml are not quoted in a message, because they may be secrets.
//!
//! Values of request headers belong in the environment, but some will write them into the file. Only looked for when
//! there is a mistake to show. Errs on the side of hiding: the key may be misspelt or stand in the wrong table.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key with such a part holds secrets, and so does everything below it.
const SECRET_KEYS: [&str; 8] = ["header", "cookie", "auth", "token", "password", "secret", "api-key", "apikey"];

/// The values below keys that sound like secrets.
pub(super) fn in_values(root: &DeTable<'_>) -> Vec<Range<usize>> {
    let mut veiled = Vec::new();
    let mut waiting = vec![(root, false)];
    while let Some((table, secret)) = waiting.pop() {
        for (key, value) in table {
            veil_value(value, secret || is_secret(key.get_ref()), &mut veiled, &mut waiting);
        }
    }
    veiled.sort_by_key(|span| (span.start, span.end));
    veiled
}

fn veil_value<'t, 'i>(
    value: &'t Spanned<DeValue<'i>>,
    secret: bool,
    veiled: &mut Vec<Range<usize>>,
    waiting: &mut Vec<(&'t DeTable<'i>, bool)>,
) {
    let mut values = vec![value];
    while let Some(value) = values.pop() {
        match value.get_ref() {
            DeValue::Table(table) => waiting.push((table, secret)),
            DeValue::Array(array) => values.extend(array.iter()),
            _ if secret => veiled.push(value.span()),
            _ => {}
        }
    }
}

/// The same in a text that is no TOML: everything after such a word in its line, and the tables named so.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let mut veiled = Vec::new();
    let mut start = 0;
    let mut in_section = false;
    let mut in_braces = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let whole = start..start + line.len();
        if trimmed.starts_with('[') {
            in_section = is_secret(trimmed);
            in_braces = false;
        } else if in_section || in_braces {
            veiled.push(whole);
            in_braces &= !line.contains('}');
        } else if let Some(after) = after_secret_word(line) {
            veiled.push(whole.start + after..whole.end);
            in_braces = line.get(after..).is_some_and(|rest| rest.contains('{') && !rest.contains('}'));
        }
        start += line.len();
    }
    veiled
}

fn is_secret(key: &str) -> bool {
    first_secret_word(&key.to_ascii_lowercase()).is_some()
}

/// The byte after the first word of `line` that sounds like a secret.
fn after_secret_word(line: &str) -> Option<usize> {
    first_secret_word(&line.to_ascii_lowercase())
}

/// The end of the first such word; `lower` is in lower case.
fn first_secret_word(lower: &str) -> Option<usize> {
    let ends = SECRET_KEYS.iter().filter_map(|word| {
        // The `auth` of an `author` is none, that of `authorization` is one.
        let is_author = |at: usize| {
            let rest = lower.get(at..).unwrap_or_default();
            rest.starts_with("author") && !rest.starts_with("authori")
        };
        lower.match_indices(word).find(|(at, _)| !is_author(*at)).map(|(at, _)| at + word.len())
    });
    ends.min()
}
