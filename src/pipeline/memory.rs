//! What a source's row remembers for the schedule, the judgement and the health feed.
//!
//! Whole numbers only, so that rows can be compared; shares are in thousandths.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Memory;
use super::schedule::Hours;
use crate::finding::{Code, Finding, Severity};

/// What the files about all feeds say of one. They hold this of every source at once, so that it is small.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The title of the feed.
    pub title: String,
    /// Its language (BCP 47).
    pub language: Option<String>,
    /// Entries in the feed.
    pub entries: usize,
    /// The publication time of the newest.
    pub newest: Option<DateTime<FixedOffset>>,
    /// Titles and addresses of the newest few.
    pub latest: Vec<(String, Url)>,
    /// Why the last visit failed, if it did, and findings of the last listing that was read.
    pub findings: Vec<Finding>,
    /// The first of the failures since the last visit that ended well.
    pub failing_since: Option<DateTime<Utc>>,
    /// The last visit that ended well, where the source fails.
    pub last_success: Option<DateTime<Utc>>,
    /// When failures began and ended, the newest last.
    pub incidents: Vec<Incident>,
    /// The first visit that is remembered.
    pub since: Option<DateTime<Utc>>,
}

impl From<Memory> for Shown {
    fn from(memory: Memory) -> Self {
        Self {
            title: memory.channel.title,
            language: memory.channel.language,
            entries: memory.summary.entries,
            newest: memory.summary.newest,
            latest: memory.summary.latest,
            findings: memory.failure.into_iter().chain(memory.findings).collect(),
            failing_since: memory.failing_since,
            last_success: memory.last_success.filter(|_| memory.failing_since.is_some()),
            incidents: memory.incidents,
            since: memory.since,
        }
    }
}

impl Shown {
    /// What is wrong with the source.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// How often a source had news, as its visits saw it; older visits count less.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// The last visit that saw the source.
    pub visited: Option<DateTime<Utc>>,
    /// Visits, in thousandths.
    pub visits: u32,
    /// Visits that saw news, in thousandths.
    pub changes: u32,
    /// The seconds that these visits cover; active ones, where the hours of the news are known.
    pub seconds: u64,
    /// At which hours of the week there was news.
    #[serde(default, skip_serializing_if = "Hours::is_empty")]
    pub hours: Hours,
}

/// What a source looks like when all is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Items on the last good listing, and how many of them had each field.
    pub listing: Fill,
    /// The same of the stories that were read, older ones counting less.
    pub stories: Fill,
    /// The stories that were read last, the newest last: not yet part of `stories`.
    pub recent: Vec<Story>,
    /// The share of new stories that a visit usually sees, in thousandths.
    pub news: u32,
    /// The language of the listing (BCP 47).
    pub language: Option<String>,
    /// The element that holds the list, as a CSS selector.
    pub container: Option<String>,
}

/// How many of some items have each field, in thousandths of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Items.
    pub items: u32,
    /// With a time.
    pub date: u32,
    /// With a picture.
    pub image: u32,
    /// With a name of who wrote it.
    pub author: u32,
    /// With a short text.
    pub summary: u32,
    /// With a text.
    pub body: u32,
    /// The usual length of the text in characters.
    pub length: u32,
}

/// What one story that was read had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field that a story has or lacks")]
pub struct Story {
    /// A time that the site said.
    pub date: bool,
    /// A picture.
    pub image: bool,
    /// A name.
    pub author: bool,
    /// A short text.
    pub summary: bool,
    /// Characters of its text; 0 if it has none.
    pub length: u32,
}

/// A listing that was refused because it looks wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// In which way.
    pub code: Code,
    /// Visits in a row.
    pub visits: u32,
    /// The first of them.
    pub since: DateTime<Utc>,
}

/// A failure that began, or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When.
    pub at: DateTime<Utc>,
    /// Why it failed; `None` where it is well again.
    pub failure: Option<String>,
}
