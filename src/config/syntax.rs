//! Errors of TOML itself, in the same words and the same order as all others.

use std::collections::BTreeSet;

use toml::de::Error;

use super::mistake::Draft;
use super::position::Positions;
use super::written::shown;

/// The most errors of TOML that are looked at; one wrong bracket can make many.
const MAX_ERRORS: usize = 1_000;

/// `errors` and `drafts` together, without the drafts that are only the echo of a line that could not be read.
pub(super) fn merge(text: &str, errors: &[Error], mut drafts: Vec<Draft>) -> Vec<Draft> {
    let mut syntax: Vec<Draft> = errors.iter().take(MAX_ERRORS).map(|error| draft(text, error)).collect();
    syntax.sort_by_key(|draft| draft.span.start);
    // Of one line, the first error is the cause.
    let positions = Positions::new(text);
    syntax.dedup_by_key(|draft| positions.line_of(draft.span.start));
    let lines: BTreeSet<usize> = syntax.iter().map(|draft| positions.line_of(draft.span.start)).collect();
    let broken = errors.iter().any(|error| error.message() != "duplicate key");
    drafts.retain(|draft| !(lines.contains(&positions.line_of(draft.span.start)) || broken && draft.absence));
    drafts.append(&mut syntax);
    drafts
}

fn draft(text: &str, error: &Error) -> Draft {
    let span = error.span().unwrap_or(text.len()..text.len());
    let span = span.start.min(text.len())..span.end.min(text.len());
    let (message, help) = match error.message() {
        "duplicate key" => {
            let key = text.get(span.clone()).unwrap_or_default();
            (
                format!("`{}` is there twice", shown(key)),
                Some("keep one of them, or give this one another name".to_owned()),
            )
        }
        message => (message.to_owned(), None),
    };
    Draft { span, message, help, absence: false }
}
