//! Mistakes in feeds.toml: what is wrong, where, and what was probably meant.
//!
//! Shows a mistake on a terminal or as data. Refuses to show what may be a secret: the quoted lines went through
//! [`super::veil`], and control characters of the file never reach a terminal.
//!
//! 1. The reader leaves drafts, each with a byte span.
//! 2. [`Mistakes::new`] orders them, finds line and column, and cuts out the lines to quote.
//! 3. [`Mistakes::render`] draws them for people, [`Mistakes::reports`] lists them for programs.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents};
use miette::{SourceCode, SourceSpan, SpanContents};
use serde::Serialize;

use super::position::Positions;

/// The most mistakes that are kept of one file; a file of another kind would give thousands.
const MAX_MISTAKES: usize = 200;
/// The most characters of a line that are quoted before the mistake.
const QUOTED_BEFORE: usize = 70;
/// The most characters of a line that are quoted from the mistake on.
const QUOTED_AFTER: usize = 110;

/// A mistake as the reader leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Bytes of the file.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
    /// Whether something is absent, which may be the fault of a line that could not be read.
    pub(super) absence: bool,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong; lower case, no full stop, never a secret.
    pub message: String,
    /// What to do, such as ``did you mean `max_entries`?``.
    pub help: Option<String>,
    /// Where, in bytes of the file.
    pub span: Range<usize>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    quote: Quote,
}

/// The lines around a mistake, secrets veiled.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Quote {
    text: String,
    /// The number of the first line, from 0.
    first_line: usize,
    /// The mistake, in bytes of `text`.
    span: Range<usize>,
}

/// Everything that is wrong with a file, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    /// The file as given.
    pub file: String,
    /// At most 200.
    pub list: Vec<Mistake>,
    /// How many more there are.
    pub left_out: usize,
}

/// A mistake as data, for `--json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report<'a> {
    /// The file as given.
    pub file: &'a str,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: &'a str,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<&'a str>,
}

impl Mistakes {
    /// Orders `drafts` by place; `veiled` are the spans of `text` that are not shown.
    pub(super) fn new(text: &str, file: &str, mut drafts: Vec<Draft>, veiled: &[Range<usize>]) -> Self {
        drafts.sort_by(|a, b| {
            let place = (a.span.start, a.span.end).cmp(&(b.span.start, b.span.end));
            place.then_with(|| a.message.cmp(&b.message))
        });
        drafts.dedup();
        let left_out = drafts.len().saturating_sub(MAX_MISTAKES);
        drafts.truncate(MAX_MISTAKES);
        let mut positions = Positions::new(text);
        let mistakes = drafts.into_iter().map(|draft| {
            let (line, column) = positions.at(draft.span.start);
            let quote = quote(text, &positions, line, &draft.span, veiled);
            Mistake { message: draft.message, help: draft.help, span: draft.span, line, column, quote }
        });
        Self { file: file.to_owned(), list: mistakes.collect(), left_out }
    }

    /// For a terminal `width` columns wide: file, line and caret of every mistake. In colour with lines drawn in
    /// Unicode, or else in plain ASCII, which any log keeps.
    pub fn render(&self, colour: bool, width: usize) -> String {
        let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(width.max(40)).with_links(false);
        let mut out = String::new();
        for mistake in &self.list {
            let shown = Shown { file: &self.file, mistake };
            if handler.render_report(&mut out, &shown).is_err() {
                out.push_str(&self.line_of(mistake));
            }
            out.push('\n');
        }
        out.push_str(&self.count());
        out.push('\n');
        out
    }

    /// The mistakes as data.
    pub fn reports(&self) -> Vec<Report<'_>> {
        let reports = self.list.iter().map(|mistake| Report {
            file: &self.file,
            line: mistake.line,
            column: mistake.column,
            message: &mistake.message,
            help: mistake.help.as_deref(),
        });
        reports.collect()
    }

    fn line_of(&self, mistake: &Mistake) -> String {
        format!("{}:{}:{}: {}", self.file, mistake.line, mistake.column, mistake.message)
    }

    fn count(&self) -> String {
        let shown = self.list.len();
        match (shown + self.left_out, self.left_out) {
            (1, _) => format!("1 mistake in {}", self.file),
            (all, 0) => format!("{all} mistakes in {}", self.file),
            (all, _) => format!("{all} mistakes in {}; the first {shown} are shown", self.file),
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.list {
            writeln!(f, "{}", self.line_of(mistake))?;
        }
        f.write_str(&self.count())
    }
}

impl std::error::Error for Mistakes {}

/// Cuts the line of the mistake and its neighbours out of `text`; `line` counts from 1.
fn quote(text: &str, positions: &Positions<'_>, line: usize, span: &Range<usize>, veiled: &[Range<usize>]) -> Quote {
    let here = line.saturating_sub(1);
    let first_line = here.saturating_sub(1);
    let shown = positions.line(first_line).map_or(0, |bounds| bounds.start)
        ..positions.line(here + 1).or_else(|| positions.line(here)).map_or(text.len(), |bounds| bounds.end);
    let near = veiled.iter().filter(|veil| veil.start < shown.end && shown.start < veil.end);
    let veiled: &[Range<usize>] = &near.cloned().collect::<Vec<_>>();
    let mut quote = Quote { text: String::new(), first_line, span: 0..0 };
    for number in first_line..=here + 1 {
        let Some(bounds) = positions.line(number) else { break };
        if number == here {
            let start = span.start.clamp(bounds.start, bounds.end);
            let end = span.end.clamp(start, bounds.end);
            let from = back(text, bounds.start, start, QUOTED_BEFORE);
            copy(&mut quote.text, text, from..start, from > bounds.start, veiled);
            let begin = quote.text.len();
            let to = forth(text, start, bounds.end, QUOTED_AFTER);
            copy(&mut quote.text, text, start..end.min(to), false, veiled);
            quote.span = begin..quote.text.len();
            copy(&mut quote.text, text, end.min(to)..to, false, veiled);
            if to < bounds.end {
                quote.text.push('…');
            }
        } else {
            let to = forth(text, bounds.start, bounds.end, QUOTED_AFTER);
            copy(&mut quote.text, text, bounds.start..to, false, veiled);
        }
        quote.text.push('\n');
    }
    quote
}

/// The byte `count` characters before `at`, not before `start`.
fn back(text: &str, start: usize, at: usize, count: usize) -> usize {
    let before = text.get(start..at).unwrap_or_default();
    before.char_indices().rev().nth(count).map_or(start, |(index, c)| start + index + c.len_utf8())
}

/// The byte `count` characters after `at`, not after `end`.
fn forth(text: &str, at: usize, end: usize, count: usize) -> usize {
    let after = text.get(at..end).unwrap_or_default();
    after.char_indices().nth(count).map_or(end, |(index, _)| at + index)
}

/// Appends a part of `text` as it may be shown.
fn copy(out: &mut String, text: &str, span: Range<usize>, cut: bool, veiled: &[Range<usize>]) {
    if cut {
        out.push('…');
    }
    for (index, c) in text.get(span.clone()).unwrap_or_default().char_indices() {
        let hidden = veiled.iter().any(|veil| veil.contains(&(span.start + index)));
        out.push(match c {
            '\t' => '\t',
            c if c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') => '\u{FFFD}',
            c if hidden && c.is_alphanumeric() => '*',
            c => c,
        });
    }
}

/// One mistake in the terms of miette.
struct Shown<'a> {
    file: &'a str,
    mistake: &'a Mistake,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistake.message)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistake.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.mistake.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = &self.mistake.quote.span;
        let label = LabeledSpan::new_primary_with_span(None, (span.start, span.len()));
        Some(Box::new(std::iter::once(label)))
    }
}

impl SourceCode for Shown<'_> {
    /// The whole quotation; asked without context lines, it is for the place in the heading.
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let quote = &self.mistake.quote;
        let heading = before == 0 && after == 0;
        let (line, column) =
            if heading { (self.mistake.line - 1, self.mistake.column - 1) } else { (quote.first_line, 0) };
        let whole = (0, quote.text.len()).into();
        let lines = quote.text.lines().count();
        let bytes = quote.text.as_bytes();
        let contents = MietteSpanContents::new_named(self.file.to_owned(), bytes, whole, line, column, lines);
        Ok(Box::new(contents))
    }
}
