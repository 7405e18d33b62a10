//! What happened → words and data: the table of a run, JSON, and the files about all feeds.
//!
//! Pure: returns text and artifacts; `cli` prints and the pipeline publishes. The files about all feeds carry no time
//! of generation, so that they change only when a feed does.

mod health;
pub mod metrics;
pub mod status;

use serde_json::{Value, json};
use url::Url;

use crate::config::{Config, Merged, Source};
use crate::finding::{Finding, Severity};
use crate::format;
use crate::format::html_page::{Health, IndexFeed, SEARCH, SEARCH_SCRIPT};
use crate::format::opml::OpmlOutline;
use crate::hosting::Size;
use crate::model::{Artifact, FeedId};
use crate::pipeline::{Memory, Outcome, State, errors};

/// The name of the OPML file.
const OPML: &str = "feeds.opml";

/// `feeds.opml`, `index.html` with its script, and `status.json` for the feeds of `config` that have files.
pub fn overview(config: &Config, feeds: &[(&Source, Memory)], merged: &[(&Merged, Memory)]) -> Vec<Artifact> {
    let title = config.title.as_deref().unwrap_or("Feeds");
    let alive: Vec<&(&Source, Memory)> = feeds.iter().filter(|(_, memory)| memory.summary.entries > 0).collect();
    let merged: Vec<&(&Merged, Memory)> = merged.iter().filter(|(_, memory)| memory.summary.entries > 0).collect();
    let outlines = alive
        .iter()
        .filter_map(|(source, memory)| outline(config, &source.id, &source.url, source.category.as_deref(), memory));
    let base = config.base_url.as_ref();
    let together = merged.iter().filter_map(|(merged, memory)| outline(config, &merged.id, base?, None, memory));
    let outlines: Vec<OpmlOutline> = outlines.chain(together).collect();
    let together = merged.iter().filter_map(|(merged, memory)| {
        let home = base.or_else(|| config.sources.get(*merged.parts.first()?).map(|source| &source.url))?;
        Some(index_feed(&merged.id, home, None, memory))
    });
    let pages =
        feeds.iter().map(|(source, memory)| index_feed(&source.id, &source.url, source.category.as_deref(), memory));
    let pages: Vec<IndexFeed> = pages.chain(together).collect();
    let mut artifacts = Vec::new();
    // OPML has no relative addresses: without `base_url` there is nothing to list.
    if !outlines.is_empty() {
        let bytes = format::opml::render(title, &outlines);
        artifacts.push(Artifact { path: OPML.to_owned(), media_type: "text/x-opml", bytes });
    }
    let opml = (!outlines.is_empty()).then_some(OPML);
    let bytes = format::html_page::index_page(title, opml, &pages);
    artifacts.push(Artifact { path: "index.html".to_owned(), media_type: "text/html", bytes });
    let (path, bytes) = (SEARCH_SCRIPT.to_owned(), SEARCH.as_bytes().to_vec());
    artifacts.push(Artifact { path, media_type: "text/javascript", bytes });
    let bytes = status::published(config, feeds, &merged);
    artifacts.push(Artifact { path: "status.json".to_owned(), media_type: "application/json", bytes });
    let bytes = status::page(title, feeds);
    artifacts.push(Artifact { path: "status.html".to_owned(), media_type: "text/html", bytes });
    if config.health {
        artifacts.extend(health::artifact(config, feeds));
    }
    artifacts
}

fn outline(config: &Config, id: &FeedId, home: &Url, category: Option<&str>, memory: &Memory) -> Option<OpmlOutline> {
    let xml_url = config.base_url.as_ref()?.join(&format!("{id}.atom")).ok()?;
    Some(OpmlOutline {
        title: memory.channel.title.clone(),
        category: category.map(str::to_owned),
        html_url: home.clone(),
        xml_url,
    })
}

fn index_feed(id: &FeedId, home: &Url, category: Option<&str>, memory: &Memory) -> IndexFeed {
    let title = if memory.channel.title.is_empty() { id.as_str() } else { &memory.channel.title };
    let trouble: Vec<&str> = errors(memory).map(|finding| finding.message.as_str()).collect();
    IndexFeed {
        id: id.clone(),
        title: title.to_owned(),
        language: memory.channel.language.clone(),
        category: category.map(str::to_owned),
        home: home.clone(),
        entries: memory.summary.entries,
        newest: memory.summary.newest.map(|newest| newest.date_naive()),
        health: if trouble.is_empty() { Health::Ok } else { Health::Failing(trouble.join("; ")) },
        latest: memory.summary.latest.clone(),
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
    let mut table = plain_table(&["feed", "state", "new", "changed", "kept", "entries", "newest"]);
    for outcome in outcomes {
        let newest = outcome.newest.map(|time| time.format("%Y-%m-%d").to_string());
        table.add_row([
            outcome.id.to_string(),
            state(outcome).to_owned(),
            outcome.new.to_string(),
            outcome.changed.to_string(),
            kept(outcome).to_string(),
            outcome.entries.to_string(),
            newest.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    aligned(table, &[2, 3, 4, 5])
}

/// A table without lines.
fn plain_table(header: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header);
    table
}

/// The text of `table`, with numbers in some of its columns.
fn aligned(mut table: comfy_table::Table, numbers: &[usize]) -> String {
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
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
