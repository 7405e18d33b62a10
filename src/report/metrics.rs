//! Figures for Prometheus, in its text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>), for a
//! collector of text files.
//!
//! Unlike everything that is published, they have times that move at every run.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::config::Source;
use crate::finding::Severity;
use crate::pipeline::{Memory, Outcome, errors};

/// A figure of every feed: its name, what it is, and how it is read.
struct Figure {
    name: &'static str,
    help: &'static str,
    value: fn(&Memory) -> Option<i64>,
}

const FIGURES: [Figure; 8] = [
    Figure {
        name: "feed_up",
        help: "1 if nothing is wrong with the feed, else 0.",
        value: |memory| Some(i64::from(errors(memory).next().is_none())),
    },
    Figure {
        name: "feed_entries",
        help: "Entries in the feed.",
        value: |memory| i64::try_from(memory.summary.entries).ok(),
    },
    Figure {
        name: "feed_newest_timestamp_seconds",
        help: "When the newest entry was published.",
        value: |memory| memory.summary.newest.map(|time| time.timestamp()),
    },
    Figure {
        name: "feed_last_success_timestamp_seconds",
        help: "The last visit that ended well.",
        value: |memory| memory.last_success.map(|time| time.timestamp()),
    },
    Figure {
        name: "feed_changed_timestamp_seconds",
        help: "When the files of the feed last changed.",
        value: |memory| memory.changed_at.map(|time| time.timestamp()),
    },
    Figure {
        name: "feed_next_due_timestamp_seconds",
        help: "When the source is visited next.",
        value: |memory| memory.next_due.map(|time| time.timestamp()),
    },
    Figure {
        name: "feed_consecutive_failures",
        help: "Visits in a row that failed.",
        value: |memory| Some(i64::from(memory.failures)),
    },
    Figure {
        name: "feed_queued_articles",
        help: "Article pages that wait for a later run.",
        value: |memory| i64::try_from(memory.queued).ok(),
    },
];

/// The figures of one run and of every feed.
#[derive(Debug)]
pub struct Metrics {
    run: String,
    feeds: [String; FIGURES.len()],
    findings: String,
}

impl Metrics {
    /// Begins with the run that ended at `now`.
    pub fn new(outcomes: &[Outcome], now: DateTime<Utc>) -> Self {
        let mut run = String::new();
        let failed = outcomes.iter().filter(|outcome| outcome.failed()).count();
        let written: usize = outcomes.iter().map(|outcome| outcome.files).sum();
        let new: usize = outcomes.iter().map(|outcome| outcome.new).sum();
        for (name, help, value) in [
            ("run_timestamp_seconds", "When the last run ended.", now.timestamp()),
            ("run_feeds_visited", "Feeds that the last run visited.", number(outcomes.len())),
            ("run_feeds_failed", "Feeds that failed in the last run.", number(failed)),
            ("run_entries_new", "Entries that were new in the last run.", number(new)),
            ("run_files_written", "Files of feeds that the last run wrote.", number(written)),
        ] {
            head(&mut run, name, help);
            let _ = writeln!(run, "feedmill_{name} {value}");
        }
        Self { run, feeds: Default::default(), findings: String::new() }
    }

    /// Adds one feed.
    pub fn push(&mut self, source: &Source, memory: &Memory) {
        for (figure, lines) in FIGURES.iter().zip(&mut self.feeds) {
            if let Some(value) = (figure.value)(memory) {
                let _ = writeln!(lines, "feedmill_{}{{feed=\"{}\"}} {value}", figure.name, source.id);
            }
        }
        let mut codes: Vec<_> =
            memory.failure.iter().chain(&memory.findings).map(|finding| (finding.code, finding.severity)).collect();
        codes.sort_unstable();
        for same in codes.chunk_by(|a, b| a == b) {
            let [(code, severity), ..] = same else { continue };
            let severity = match severity {
                Severity::Note => "note",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            let _ = writeln!(
                self.findings,
                "feedmill_feed_findings{{feed=\"{}\",code=\"{}\",severity=\"{severity}\"}} {}",
                source.id,
                code.name(),
                same.len()
            );
        }
    }

    /// The whole text.
    pub fn render(self) -> String {
        let mut out = self.run;
        for (figure, lines) in FIGURES.iter().zip(self.feeds) {
            head(&mut out, figure.name, figure.help);
            out.push_str(&lines);
        }
        head(&mut out, "feed_findings", "Findings about the feed, by their code.");
        out.push_str(&self.findings);
        out
    }
}

fn head(out: &mut String, name: &str, help: &str) {
    let _ = write!(out, "# HELP feedmill_{name} {help}\n# TYPE feedmill_{name} gauge\n");
}

fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
