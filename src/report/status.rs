//! What is remembered of every feed: `status.json` for everybody, the table and its JSON for whoever runs feedmill.
//!
//! What is published says nothing that moves by itself: no time of the last visit, no number of failures in a row. The
//! last success is published while a feed fails, because then it stands still.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use url::Url;

use super::{address, moment};
use crate::config::{Config, Merged, Source};
use crate::finding::Finding;
use crate::format::FORMATS;
use crate::format::status_page::{self, StatusRow};
use crate::model::FeedId;
use crate::pipeline::{Memory, Shown, errors};

/// `status.json`.
#[derive(Serialize)]
struct Published<F: Serialize, M: Serialize> {
    feeds: F,
    merged: M,
}

/// A feed in it.
#[derive(Serialize)]
struct FeedStatus<'a> {
    id: &'a FeedId,
    url: &'a Url,
    title: &'a str,
    state: &'static str,
    failing_since: Option<String>,
    last_success: Option<String>,
    entries: usize,
    newest: Option<String>,
    files: Vec<String>,
    findings: &'a [Finding],
}

/// A merged feed in it.
#[derive(Serialize)]
struct MergedStatus<'a> {
    id: &'a FeedId,
    title: &'a str,
    entries: usize,
    newest: Option<String>,
    feeds: Vec<&'a FeedId>,
    files: Vec<String>,
}

/// A list whose items are made as they are written.
struct Each<'a, T, I>(&'a [T], fn(&'a T, &'a Config) -> I, &'a Config);

impl<'a, T, I: Serialize> Serialize for Each<'a, T, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(items, item, config) = self;
        serializer.collect_seq(items.iter().map(|one: &'a T| item(one, config)))
    }
}

/// `status.json`.
pub(super) fn write_published(
    out: &mut dyn Write,
    config: &Config,
    feeds: &[(&Source, Shown)],
    merged: &[(&Merged, &Shown)],
) -> io::Result<()> {
    let whole = Published { feeds: Each(feeds, feed_status, config), merged: Each(merged, merged_status, config) };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    out.write_all(b"\n")
}

fn feed_status<'a>((source, shown): &'a (&'a Source, Shown), config: &'a Config) -> FeedStatus<'a> {
    FeedStatus {
        id: &source.id,
        url: &source.url,
        title: &shown.title,
        state: if shown.errors().next().is_some() { "failing" } else { "ok" },
        failing_since: shown.failing_since.map(moment),
        last_success: shown.last_success.map(moment),
        entries: shown.entries,
        newest: shown.newest.map(|time| time.to_rfc3339()),
        files: if shown.entries == 0 { Vec::new() } else { files(&source.id, config) },
        findings: &shown.findings,
    }
}

fn merged_status<'a>((merged, shown): &'a (&'a Merged, &'a Shown), config: &'a Config) -> MergedStatus<'a> {
    let parts = merged.parts.iter().filter_map(|place| config.sources.get(*place));
    MergedStatus {
        id: &merged.id,
        title: &shown.title,
        entries: shown.entries,
        newest: shown.newest.map(|time| time.to_rfc3339()),
        feeds: parts.map(|source| &source.id).collect(),
        files: files(&merged.id, config),
    }
}

fn files(id: &FeedId, config: &Config) -> Vec<String> {
    FORMATS.iter().map(|format| address(config, &format!("{id}.{}", format.extension()))).collect()
}

/// `status.html`.
pub(super) fn write_page(out: &mut dyn Write, title: &str, feeds: &[(&Source, Shown)]) -> io::Result<()> {
    fn row<'a>((source, shown): &'a (&'a Source, Shown)) -> StatusRow<'a> {
        StatusRow {
            id: source.id.as_str(),
            title: if shown.title.is_empty() { source.id.as_str() } else { &shown.title },
            home: &source.url,
            entries: shown.entries,
            newest: shown.newest.map(|newest| newest.date_naive()),
            failing_since: shown.failing_since,
            last_success: shown.last_success,
            findings: &shown.findings,
        }
    }
    let rows: Vec<StatusRow<'_>> = feeds.iter().map(row).collect();
    status_page::write(out, title, &rows)
}

/// Everything that is remembered of `feeds`, for `feedmill status --json`.
pub fn details(feeds: &[(&Source, Memory)]) -> Vec<Value> {
    let detail = |(source, memory): &(&Source, Memory)| {
        json!({
            "id": source.id,
            "url": source.url,
            "state": state(memory),
            "last_success": memory.last_success.map(moment),
            "last_change": memory.changed_at.map(moment),
            "next_due": memory.next_due.map(moment),
            "failing_since": memory.failing_since.map(moment),
            "failures": memory.failures,
            "items": memory.baseline_items,
            "entries": memory.summary.entries,
            "newest": memory.summary.newest.map(|time| time.to_rfc3339()),
            "queued": memory.queued,
            "accepted": memory.accepted,
            "findings": memory.failure.iter().chain(&memory.findings).collect::<Vec<_>>(),
        })
    };
    feeds.iter().map(detail).collect()
}

/// The table of `feedmill status`; times are UTC.
pub fn table(feeds: &[(&Source, Memory)]) -> String {
    let minute = |time: Option<chrono::DateTime<chrono::Utc>>| {
        time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M").to_string())
    };
    let row = |(source, memory): &(&Source, Memory)| {
        let mut codes: Vec<&str> =
            memory.failure.iter().chain(&memory.findings).map(|finding| finding.code.name()).collect();
        codes.dedup();
        [
            source.id.to_string(),
            state(memory).to_owned(),
            minute(memory.last_success),
            memory.baseline_items.to_string(),
            memory.summary.entries.to_string(),
            minute(memory.next_due),
            memory.failures.to_string(),
            if codes.is_empty() { "-".to_owned() } else { codes.join(", ") },
        ]
    };
    let header = ["feed", "state", "last success", "items", "entries", "next due", "failures", "findings"];
    super::plain_table(header, [3, 4, 6], || feeds.iter().map(row))
}

/// The state of a feed in one word.
fn state(memory: &Memory) -> &'static str {
    if errors(memory).next().is_some() {
        "failing"
    } else if memory.last_success.is_none() {
        "new"
    } else {
        "ok"
    }
}
