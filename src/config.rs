//! feeds.toml: as written, then valid [`Source`]s.
//!
//! Every mistake is reported at once, each with file, line and caret. Reads no file and no environment itself: the
//! text and a look-up for `${VAR}` come as arguments.
//!
//! 1. The text becomes a document with spans; a part that is no TOML is noted and the rest is read all the same.
//! 2. `written` reads typed values, `leaf` and `field` understand them, `valid` puts the sources together.
//! 3. Without a mistake there is a [`Config`], else [`Mistakes`], with what may be secret veiled.

mod expect;
mod field;
mod fingerprint;
mod leaf;
mod media;
mod merged;
mod mistake;
mod position;
mod publication;
mod request;
mod settings;
mod suggest;
mod syntax;
#[cfg(test)]
mod tests;
mod valid;
mod veil;
mod written;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use toml::de::DeTable;
use url::Url;

use crate::hosting::Host;
use crate::model::{FeedId, Zone};
use crate::normalise::date::Order;
use crate::{article, listing};

pub use fingerprint::SHAPE_VERSION;
pub use merged::Merged;
pub use mistake::{Mistake, Mistakes, Report};
pub use publication::Publication;
pub use suggest::nearest;

/// The largest feeds.toml in bytes.
pub const MAX_CONFIG_BYTES: usize = 4 * 1024 * 1024;
/// Whether article pages are fetched where nothing is said.
const FULL_TEXT: bool = true;
/// How many entries a feed keeps where nothing is said.
const MAX_ENTRIES: usize = 50;
/// How many article pages one run fetches where nothing is said.
const MAX_ARTICLES_PER_RUN: usize = 20;

/// Reads the text of a feeds.toml.
///
/// `file` is its name for messages and places; `environment` looks up the names in `${NAME}`, which may stand in `url`
/// and in values of `request.headers`. A variable in `url` becomes part of an address that is shown and published, so
/// secrets belong into headers.
///
/// # Errors
/// All mistakes at once, in the order of the file.
pub fn parse(text: &str, file: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Config, Mistakes> {
    let mut reading = written::Reading::new(environment);
    if text.len() > MAX_CONFIG_BYTES {
        reading.mistake(0..0, "the file is larger than 4 MiB; this is no feeds.toml");
        return Err(Mistakes::new("", file, reading.drafts, &[]));
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut config = valid::config(&mut reading, document.get_ref());
    config.digest = fingerprint::digest(text, &config.sources);
    if errors.is_empty() && reading.drafts.is_empty() {
        return Ok(config);
    }
    let mut veiled = veil::in_values(document.get_ref());
    veiled.append(&mut reading.veiled);
    if !errors.is_empty() {
        veiled.append(&mut veil::in_text(text));
    }
    let drafts = syntax::merge(text, &errors, reading.drafts);
    Err(Mistakes::new(text, file, drafts, &veiled))
}

/// A duration as feeds.toml writes it: `90s`, `5m`, `3h`, `7d`.
///
/// # Errors
/// What is wrong with it, and what to write.
pub fn duration(text: &str) -> Result<Duration, String> {
    leaf::duration(text).map_err(|trouble| match trouble.help {
        Some(help) => format!("{}; {help}", trouble.message),
        None => trouble.message,
    })
}

/// A valid configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the output folder will be served; ends with `/`.
    pub base_url: Option<Url>,
    /// The title of the index page and the OPML file.
    pub title: Option<String>,
    /// An address or e-mail for the User-Agent, so that a site can reach whoever runs this.
    pub contact: Option<String>,
    /// Whether `health.atom` is written: an entry when a feed begins to fail and when it is well again.
    pub health: bool,
    /// The file for Prometheus, relative to feeds.toml's folder.
    pub metrics: Option<PathBuf>,
    /// Where the output folder is served.
    pub host: Option<Host>,
    /// Whether compressed twins of the files are written for servers that send them as they are; default false.
    pub precompress: bool,
    /// The sources in the order of the file.
    pub sources: Vec<Source>,
    /// The feeds that are made of others.
    pub merged: Vec<Merged>,
    /// SHA-256 of the text and of the addresses in it, in hexadecimal: for what is made anew when anything changes.
    pub digest: String,
}

/// One valid `[feeds.<id>]` table with the defaults filled in.
#[derive(Clone, Debug)]
pub struct Source {
    /// The key of the table.
    pub id: FeedId,
    /// The index page.
    pub url: Url,
    /// The feed's title; else the page's.
    pub title: Option<String>,
    /// The heading under which it stands in the index page and in the OPML list.
    pub category: Option<String>,
    /// How to read the index page.
    pub listing: Arc<listing::Rules>,
    /// How to read article pages.
    pub article: Arc<article::Rules>,
    /// A folder that stands for the site: the address's folder is mapped to this one. Relative to feeds.toml's folder.
    pub root: Option<PathBuf>,
    /// The rest of what feeds.toml says of it.
    pub options: Arc<SourceOptions>,
    /// Fingerprint of every setting that shapes entries; a change makes the next run read the listing afresh.
    pub fingerprint: String,
}

/// What feeds.toml says of a source and, as a rule, of many others in the same way, which then share it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceOptions {
    /// The feed's description; else the page's.
    pub description: Option<String>,
    /// BCP 47 tag; else the page's.
    pub language: Option<String>,
    /// The zone of times that name none; default UTC.
    pub timezone: Zone,
    /// The label of the pages' encoding; else found out.
    pub encoding: Option<String>,
    /// Fetch article pages; default true.
    pub full_text: bool,
    /// How many entries the feed keeps; default 50, 1 to 500.
    pub max_entries: usize,
    /// How many article pages one run fetches; default 20.
    pub max_articles_per_run: usize,
    /// Drop gallery markers such as `(组图)` from titles; default false.
    pub strip_title_suffix: bool,
    /// The order of numeric dates, where configured.
    pub date_order: Option<Order>,
    /// What a good listing looks like.
    pub expect: Expect,
    /// The time between two visits, where feeds.toml says so; else it follows from how often there is news.
    pub interval: Option<Duration>,
    /// Where failures are told.
    pub errors: Errors,
    /// Only stories that match are kept.
    pub include: Filter,
    /// Stories that match are left out.
    pub exclude: Filter,
    /// How to ask the server.
    pub request: RequestOptions,
    /// The hub that is told of changes, and that readers can subscribe at (W3C `WebSub`).
    pub hub: Option<Url>,
    /// Limits for pictures copied beside the feed; `None` leaves them where they are.
    pub media: Option<Media>,
    /// What of the entries is published.
    pub publication: Publication,
}

/// What a good listing looks like; anything less keeps the last good feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// The fewest stories.
    pub min_items: Option<usize>,
    /// The most stories.
    pub max_items: Option<usize>,
    /// The age of the newest entry.
    pub max_age: Option<Duration>,
    /// The fewest characters of the text of most stories.
    pub min_body: Option<usize>,
    /// What nearly all stories have.
    pub fields: Option<Vec<ExpectedField>>,
    /// The language of the listing (BCP 47).
    pub language: Option<String>,
}

/// A field that stories can be expected to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedField {
    /// A time that the site says.
    Date,
    /// A picture.
    Image,
    /// Who wrote it.
    Author,
    /// A short text.
    Summary,
    /// A text.
    Body,
}

impl ExpectedField {
    /// Every field.
    pub const ALL: [Self; 5] = [Self::Date, Self::Image, Self::Author, Self::Summary, Self::Body];

    /// The word in feeds.toml.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Image => "image",
            Self::Author => "author",
            Self::Summary => "summary",
            Self::Body => "body",
        }
    }
}

/// Where failures are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Errors {
    /// In the report, `status.json` and the health feed; the feed has articles alone.
    #[default]
    Report,
    /// Also as an entry of the feed, as long as they last.
    Entry,
}

/// Limits for pictures that are copied beside a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The largest picture in bytes; default 5 MiB.
    pub max_bytes: u64,
    /// The most bytes of all pictures of the feed; default 200 MiB. The newest entries come first.
    pub max_total: u64,
    /// How many pictures one run asks for; default 60. The rest follows in the next run.
    pub max_per_run: usize,
}

impl Default for Media {
    fn default() -> Self {
        Self { max_bytes: 5 * 1024 * 1024, max_total: 200 * 1024 * 1024, max_per_run: 60 }
    }
}

/// Patterns on the parts of a story; a part without a pattern says nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// On the headline.
    pub title: Option<Regex>,
    /// On the address.
    pub link: Option<Regex>,
    /// On summary and body, as plain text.
    pub text: Option<Regex>,
    /// On any subject.
    pub category: Option<Regex>,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.patterns().into_iter().zip(other.patterns());
        pairs.all(|(one, other)| one.map(Regex::as_str) == other.map(Regex::as_str))
    }
}

impl Filter {
    /// Whether no part has a pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns().iter().all(Option::is_none)
    }

    fn patterns(&self) -> [Option<&Regex>; 4] {
        let Self { title, link, text, category } = self;
        [title, link, text, category].map(Option::as_ref)
    }
}

/// How to ask a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of feeds.toml of its own")]
pub struct RequestOptions {
    /// Headers for the source's own origin; values may come from the environment and are never printed.
    pub headers: Vec<(String, Secret)>,
    /// The pause between two requests to the host; default 1 s.
    pub delay: Duration,
    /// The most time for one answer; default 60 s.
    pub timeout: Duration,
    /// The largest body after decompression in bytes; default 15 MiB.
    pub max_bytes: u64,
    /// Whether private and loopback addresses may be asked; default false.
    pub allow_private: bool,
    /// Whether a redirect from https to http is followed; default false.
    pub allow_downgrade: bool,
    /// Whether cookies are kept for the run and sent back to the origin that set them; default false.
    pub cookies: bool,
    /// The address of an HTTP proxy that is asked instead; it may hold a password. The environment's is never used.
    pub proxy: Option<Secret>,
    /// Whether robots.txt is obeyed; default true.
    pub obey_robots: bool,
    /// Why robots.txt is not obeyed; always there if it is not.
    pub robots_reason: Option<String>,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            delay: Duration::from_secs(1),
            timeout: Duration::from_mins(1),
            max_bytes: 15 * 1024 * 1024,
            allow_private: false,
            allow_downgrade: false,
            cookies: false,
            proxy: None,
            obey_robots: true,
            robots_reason: None,
        }
    }
}

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for the request alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
