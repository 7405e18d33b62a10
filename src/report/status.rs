//! What is remembered of every feed: `status.json` for everybody, the table and its JSON for whoever runs feedmill.
//!
//! What is published says nothing that moves by itself: no time of the last visit, no number of failures in a row. The
//! last success is published while a feed fails, because then it stands still.

use serde_json::{Value, json};

use super::{address, moment};
use crate::config::{Config, Merged, Source};
use crate::format::FORMATS;
use crate::format::status_page::{self, StatusRow};
use crate::model::FeedId;
use crate::pipeline::{Memory, errors};

/// `status.json`.
pub(super) fn published(config: &Config, feeds: &[(&Source, Memory)], merged: &[&(&Merged, Memory)]) -> Vec<u8> {
    let files = |id: &FeedId| -> Vec<String> {
        FORMATS.iter().map(|format| address(config, &format!("{id}.{}", format.extension()))).collect()
    };
    let merged: Vec<Value> = merged
        .iter()
        .map(|(merged, memory)| {
            let parts = merged.parts.iter().filter_map(|place| config.sources.get(*place));
            json!({
                "id": merged.id,
                "title": memory.channel.title,
                "entries": memory.summary.entries,
                "newest": memory.summary.newest.map(|time| time.to_rfc3339()),
                "feeds": parts.map(|source| &source.id).collect::<Vec<_>>(),
                "files": files(&merged.id),
            })
        })
        .collect();
    let feeds: Vec<Value> = feeds
        .iter()
        .map(|(source, memory)| {
            json!({
                "id": source.id,
                "url": source.url,
                "title": memory.channel.title,
                "state": if errors(memory).next().is_some() { "failing" } else { "ok" },
                "failing_since": memory.failing_since.map(moment),
                "last_success": memory.last_success.filter(|_| memory.failing_since.is_some()).map(moment),
                "entries": memory.summary.entries,
                "newest": memory.summary.newest.map(|time| time.to_rfc3339()),
                "files": if memory.summary.entries == 0 { Vec::new() } else { files(&source.id) },
                "findings": memory.failure.iter().chain(&memory.findings).collect::<Vec<_>>(),
            })
        })
        .collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({ "feeds": feeds, "merged": merged })).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// `status.html`.
pub(super) fn page(title: &str, feeds: &[(&Source, Memory)]) -> Vec<u8> {
    fn row<'a>((source, memory): &'a (&'a Source, Memory)) -> StatusRow<'a> {
        let title = if memory.channel.title.is_empty() { source.id.as_str() } else { &memory.channel.title };
        StatusRow {
            id: source.id.as_str(),
            title,
            home: &source.url,
            entries: memory.summary.entries,
            newest: memory.summary.newest.map(|newest| newest.date_naive()),
            failing_since: memory.failing_since,
            last_success: memory.last_success.filter(|_| memory.failing_since.is_some()),
            findings: memory.failure.iter().chain(&memory.findings).collect(),
        }
    }
    let rows: Vec<StatusRow<'_>> = feeds.iter().map(row).collect();
    status_page::render(title, &rows)
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
    let mut table =
        super::plain_table(&["feed", "state", "last success", "items", "entries", "next due", "failures", "findings"]);
    let minute = |time: Option<chrono::DateTime<chrono::Utc>>| {
        time.map_or_else(|| "-".to_owned(), |time| time.format("%Y-%m-%d %H:%M").to_string())
    };
    for (source, memory) in feeds {
        let mut codes: Vec<&str> =
            memory.failure.iter().chain(&memory.findings).map(|finding| finding.code.name()).collect();
        codes.dedup();
        table.add_row([
            source.id.to_string(),
            state(memory).to_owned(),
            minute(memory.last_success),
            memory.baseline_items.to_string(),
            memory.summary.entries.to_string(),
            minute(memory.next_due),
            memory.failures.to_string(),
            if codes.is_empty() { "-".to_owned() } else { codes.join(", ") },
        ]);
    }
    super::aligned(table, &[3, 4, 6])
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
