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
use crate::pipeline::{Outcome, Shown, State};

/// The name of the OPML file.
const OPML: &str = "feeds.opml";

/// Makes `feeds.opml`, `index.html` with its script, `status.json` and so on for the feeds of `config` that have files, and
/// gives one after the other to `put`.
///
/// # Errors
/// The first error of `put`, which ends it.
pub fn overview<E>(
    config: &Config,
    feeds: &[(&Source, Shown)],
    merged: &[(&Merged, Shown)],
    put: &mut dyn FnMut(Artifact) -> Result<(), E>,
) -> Result<(), E> {
    let title = config.title.as_deref().unwrap_or("Feeds");
    let merged = merged.iter().filter(|(_, shown)| shown.entries > 0).map(|(merged, shown)| (*merged, shown));
    let merged: Vec<(&Merged, &Shown)> = merged.collect();
    let outlines = outlines(config, feeds, &merged);
    // OPML has no relative addresses: without `base_url` there is nothing to list.
    let opml = (!outlines.is_empty()).then_some(OPML);
    if let Some(path) = opml {
        let bytes = format::opml::render(title, &outlines);
        put(Artifact { path: path.to_owned(), media_type: "text/x-opml", bytes })?;
    }
    drop(outlines);
    let bytes = format::html_page::index_page(title, opml, &index_feeds(config, feeds, &merged));
    put(Artifact { path: "index.html".to_owned(), media_type: "text/html", bytes })?;
    let (path, bytes) = (SEARCH_SCRIPT.to_owned(), SEARCH.as_bytes().to_vec());
    put(Artifact { path, media_type: "text/javascript", bytes })?;
    let bytes = status::published(config, feeds, &merged);
    put(Artifact { path: "status.json".to_owned(), media_type: "application/json", bytes })?;
    let bytes = status::page(title, feeds);
    put(Artifact { path: "status.html".to_owned(), media_type: "text/html", bytes })?;
    let health = config.health.then(|| health::artifact(config, feeds)).flatten();
    health.map_or(Ok(()), put)
}

/// Whether the files about so many feeds name the newest entries of each.
pub fn names_latest(feeds: usize) -> bool {
    feeds <= format::html_page::MAX_WITH_LATEST
}

fn outlines(config: &Config, feeds: &[(&Source, Shown)], merged: &[(&Merged, &Shown)]) -> Vec<OpmlOutline> {
    let alive = feeds.iter().filter(|(_, shown)| shown.entries > 0);
    let alive =
        alive.filter_map(|(source, shown)| outline(config, &source.id, &source.url, source.category.as_deref(), shown));
    let base = config.base_url.as_ref();
    let together = merged.iter().filter_map(|(merged, shown)| outline(config, &merged.id, base?, None, shown));
    alive.chain(together).collect()
}

fn index_feeds(config: &Config, feeds: &[(&Source, Shown)], merged: &[(&Merged, &Shown)]) -> Vec<IndexFeed> {
    let base = config.base_url.as_ref();
    let together = merged.iter().filter_map(|(merged, shown)| {
        let home = base.or_else(|| config.sources.get(*merged.parts.first()?).map(|source| &source.url))?;
        Some(index_feed(&merged.id, home, None, shown))
    });
    let pages =
        feeds.iter().map(|(source, shown)| index_feed(&source.id, &source.url, source.category.as_deref(), shown));
    pages.chain(together).collect()
}

fn outline(config: &Config, id: &FeedId, home: &Url, category: Option<&str>, shown: &Shown) -> Option<OpmlOutline> {
    let xml_url = config.base_url.as_ref()?.join(&format!("{id}.atom")).ok()?;
    Some(OpmlOutline {
        title: shown.title.clone(),
        category: category.map(str::to_owned),
        html_url: home.clone(),
        xml_url,
    })
}

fn index_feed(id: &FeedId, home: &Url, category: Option<&str>, shown: &Shown) -> IndexFeed {
    let title = if shown.title.is_empty() { id.as_str() } else { &shown.title };
    let trouble: Vec<&str> = shown.errors().map(|finding| finding.message.as_str()).collect();
    IndexFeed {
        id: id.clone(),
        title: title.to_owned(),
        language: shown.language.clone(),
        category: category.map(str::to_owned),
        home: home.clone(),
        entries: shown.entries,
        newest: shown.newest.map(|newest| newest.date_naive()),
        health: if trouble.is_empty() { Health::Ok } else { Health::Failing(trouble.join("; ")) },
        latest: shown.latest.clone(),
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
