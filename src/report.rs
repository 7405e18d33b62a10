//! What happened → words and data: the table of a run, JSON, and the files about all feeds.
//!
//! Pure: returns text and artifacts; `cli` prints and the pipeline publishes. The files about all feeds carry no time
//! of generation, so that they change only when a feed does.

mod health;
pub mod metrics;
pub mod status;

use std::fmt::Write as _;
use std::io::Write;

use serde_json::{Value, json};
use url::Url;

use crate::config::{Config, Merged, Source};
use crate::finding::{Finding, Severity};
use crate::format;
use crate::format::html_page::{Health, IndexFeed, SEARCH, SEARCH_SCRIPT};
use crate::format::opml::OpmlOutline;
use crate::hosting::Size;
use crate::model::{FeedId, Sheet};
use crate::pipeline::{Outcome, Shown, State};

/// The name of the OPML file.
const OPML: &str = "feeds.opml";

/// Makes `feeds.opml`, `index.html` with its script, `status.json` and so on for the feeds of `config` that have files, and
/// gives one after the other to `put`. Those of thousands of feeds take megabytes, so that none is ever held.
///
/// # Errors
/// The first error of `put`, which ends it.
pub fn overview<E>(
    config: &Config,
    feeds: &[(&Source, Shown)],
    merged: &[(&Merged, Shown)],
    put: &mut dyn FnMut(Sheet<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let title = config.title.as_deref().unwrap_or("Feeds");
    let merged = merged.iter().filter(|(_, shown)| shown.entries > 0).map(|(merged, shown)| (*merged, shown));
    let merged: Vec<(&Merged, &Shown)> = merged.collect();
    let outlines = outlines(config, feeds, &merged);
    // OPML has no relative addresses: without `base_url` there is nothing to list.
    let opml = (!outlines.is_empty()).then_some(OPML);
    if let Some(path) = opml {
        let write = |out: &mut dyn Write| format::opml::write(out, title, &outlines);
        put(Sheet { path, media_type: "text/x-opml", write: &write })?;
    }
    drop(outlines);
    let index = index_feeds(config, feeds, &merged);
    let write = |out: &mut dyn Write| format::html_page::index_page(out, title, opml, &index);
    put(Sheet { path: "index.html", media_type: "text/html", write: &write })?;
    drop(index);
    let write = |out: &mut dyn Write| out.write_all(SEARCH.as_bytes());
    put(Sheet { path: SEARCH_SCRIPT, media_type: "text/javascript", write: &write })?;
    let write = |out: &mut dyn Write| status::write_published(out, config, feeds, &merged);
    put(Sheet { path: "status.json", media_type: "application/json", write: &write })?;
    let write = |out: &mut dyn Write| status::write_page(out, title, feeds);
    put(Sheet { path: "status.html", media_type: "text/html", write: &write })?;
    let Some(health) = config.health.then(|| health::artifact(config, feeds)).flatten() else { return Ok(()) };
    let write = |out: &mut dyn Write| out.write_all(&health.bytes);
    put(Sheet { path: &health.path, media_type: health.media_type, write: &write })
}

/// Whether the files about so many feeds name the newest entries of each.
pub fn names_latest(feeds: usize) -> bool {
    feeds <= format::html_page::MAX_WITH_LATEST
}

fn outlines<'c>(
    config: &'c Config,
    feeds: &'c [(&Source, Shown)],
    merged: &[(&'c Merged, &'c Shown)],
) -> Vec<OpmlOutline<'c>> {
    let alive = feeds.iter().filter(|(_, shown)| shown.entries > 0);
    let alive =
        alive.filter_map(|(source, shown)| outline(config, &source.id, &source.url, source.category.as_deref(), shown));
    let base = config.base_url.as_ref();
    let together = merged.iter().filter_map(|(merged, shown)| outline(config, &merged.id, base?, None, shown));
    alive.chain(together).collect()
}

fn index_feeds<'c>(
    config: &'c Config,
    feeds: &'c [(&Source, Shown)],
    merged: &[(&'c Merged, &'c Shown)],
) -> Vec<IndexFeed<'c>> {
    let base = config.base_url.as_ref();
    let together = merged.iter().filter_map(|(merged, shown)| {
        let home = base.or_else(|| config.sources.get(*merged.parts.first()?).map(|source| &source.url))?;
        Some(index_feed(&merged.id, home, None, shown))
    });
    let pages =
        feeds.iter().map(|(source, shown)| index_feed(&source.id, &source.url, source.category.as_deref(), shown));
    pages.chain(together).collect()
}

fn outline<'c>(
    config: &Config,
    id: &FeedId,
    home: &'c Url,
    category: Option<&'c str>,
    shown: &'c Shown,
) -> Option<OpmlOutline<'c>> {
    let xml_url = config.base_url.as_ref()?.join(&format!("{id}.atom")).ok()?;
    Some(OpmlOutline { title: &shown.title, category, html_url: home, xml_url: xml_url.into() })
}

fn index_feed<'c>(id: &'c FeedId, home: &'c Url, category: Option<&'c str>, shown: &'c Shown) -> IndexFeed<'c> {
    let title = if shown.title.is_empty() { id.as_str() } else { &shown.title };
    let trouble: Vec<&str> = shown.errors().map(|finding| finding.message.as_str()).collect();
    IndexFeed {
        id,
        title,
        language: shown.language.as_deref(),
        category,
        home,
        entries: shown.entries,
        newest: shown.newest.map(|newest| newest.date_naive()),
        health: if trouble.is_empty() { Health::Ok } else { Health::Failing(trouble.join("; ")) },
        latest: &shown.latest,
    }
}

fn address(config: &Config, path: &str) -> String {
    let served = config.base_url.as_ref().and_then(|base| base.join(path).ok());
    served.map_or_else(|| path.to_owned(), String::from)
}

/// The run as one JSON object.
pub fn json(outcomes: &[Outcome], common: &[Finding], size: Size) -> Value {
    let feeds: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            json!({
                "id": outcome.id,
                "state": if outcome.failed() { State::Failed } else { outcome.state },
                "new": outcome.new,
                "changed": outcome.changed,
                "kept": kept(outcome),
                "entries": outcome.entries,
                "files_written": outcome.files,
                "last_success": outcome.last_success.map(moment),
                "next_due": outcome.next_due.map(moment),
                "failures": outcome.failures,
                "findings": outcome.findings,
            })
        })
        .collect();
    json!({ "feeds": feeds, "findings": common, "failed": failures(outcomes, common), "output": size })
}

/// The size of the output folder in words.
pub fn size(size: Size) -> String {
    format!("the output folder holds {} files, {}", size.files, format::size(size.bytes))
}

fn moment(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Entries that were there before and still are.
fn kept(outcome: &Outcome) -> usize {
    outcome.entries.saturating_sub(outcome.new + outcome.changed)
}

/// How many feeds failed, and whether the common files did.
pub fn failures(outcomes: &[Outcome], common: &[Finding]) -> usize {
    let common = common.iter().any(|finding| finding.severity == Severity::Error);
    outcomes.iter().filter(|outcome| outcome.failed()).count() + usize::from(common)
}

/// The table of a run, one row a feed.
pub fn table(outcomes: &[Outcome]) -> String {
    let row = |outcome: &Outcome| {
        let newest = outcome.newest.map(|time| time.format("%Y-%m-%d").to_string());
        [
            outcome.id.to_string(),
            state(outcome).to_owned(),
            outcome.new.to_string(),
            outcome.changed.to_string(),
            kept(outcome).to_string(),
            outcome.entries.to_string(),
            newest.unwrap_or_else(|| "-".to_owned()),
        ]
    };
    let header = ["feed", "state", "new", "changed", "kept", "entries", "newest"];
    plain_table(header, [2, 3, 4, 5], || outcomes.iter().map(row))
}

/// A table without lines; the columns `numbers` stand at the right. Its rows are made twice, first to see how wide the
/// columns are, so that those of thousands of feeds are never held.
fn plain_table<const COLUMNS: usize, const NUMBERS: usize, R: Iterator<Item = [String; COLUMNS]>>(
    header: [&str; COLUMNS],
    numbers: [usize; NUMBERS],
    rows: impl Fn() -> R,
) -> String {
    let header = || std::iter::once(header.map(str::to_owned));
    let mut widths = [0; COLUMNS];
    for row in header().chain(rows()) {
        for (width, cell) in widths.iter_mut().zip(&row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in header().chain(rows()) {
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            // Writing to a text cannot fail.
            let _ = if numbers.contains(&column) {
                write!(text, " {cell:>width$} ")
            } else {
                write!(text, " {cell:<width$} ")
            };
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// The state of a feed in one word.
pub fn state(outcome: &Outcome) -> &'static str {
    match outcome.state {
        State::Failed => "failed",
        _ if outcome.failed() => "failed",
        State::Changed => "changed",
        State::Unchanged => "unchanged",
    }
}

/// A finding as lines for people: severity, code, what, where, remedy.
pub fn finding(feed: Option<&str>, finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let feed = feed.map(|feed| format!(" feed `{feed}`")).unwrap_or_default();
    let mut lines = vec![format!("{severity}[{}]{feed}: {}", finding.code.name(), printable(&finding.message))];
    let place = finding.place.as_ref().map(|place| printable(&place.to_string()));
    lines.extend(place.filter(|place| !finding.message.contains(place)).map(|place| format!("  at {place}")));
    lines.extend(finding.remedy.as_ref().map(|remedy| format!("  help: {}", printable(remedy))));
    lines.join("\n")
}

/// `text` without control characters: pages must not reach the terminal's own language.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = || [["a", "1", "-"], ["abcdef", "1000", "2026-11-25"]].map(|row| row.map(str::to_owned)).into_iter();
        let table = plain_table(["feed", "new", "newest"], [1], rows);
        let expected = [" feed     new  newest", " a          1  -", " abcdef  1000  2026-11-25"];
        assert_eq!(table.lines().collect::<Vec<_>>(), expected);
        assert_eq!(plain_table(["feed"], [], std::iter::empty), " feed");
    }
}
