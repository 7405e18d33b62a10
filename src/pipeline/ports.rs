//! The ports: what the pipeline needs of the outside, as small traits that `io` implements.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::model::{Artifact, Entry, EntryId, FeedId, Sheet};
use crate::page::Page;
use crate::pipeline::memory::{Baseline, Doubt, Incident, Pace};
use crate::pipeline::parsers::{self, Order, Parsers};

/// What is asked of [`Fetch`].
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The address.
    pub url: &'a Url,
    /// The index page of the source: its origin alone gets the configured headers, its folder is what `root` stands for.
    pub home: &'a Url,
    /// How to ask.
    pub options: &'a RequestOptions,
    /// The folder that stands for the site.
    pub root: Option<&'a PathBuf>,
    /// What the last answer said, for a conditional request.
    pub validators: Option<&'a Validators>,
    /// Whether nothing more will probably be asked of the host, so that keeping its connection would only cost memory.
    pub last: bool,
}

impl<'a> Request<'a> {
    /// The fingerprint of the body that is known.
    pub fn known_body(&self) -> Option<&'a str> {
        self.validators?.body_hash.as_deref()
    }
}

/// What an answer said for the next request: validators that make it conditional, opaque and echoed exactly (RFC 9110,
/// section 8.8), and hints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, quotes and `W/` included.
    pub etag: Option<String>,
    /// `Last-Modified` as sent.
    pub last_modified: Option<String>,
    /// A fingerprint of the body in hexadecimal.
    pub body_hash: Option<String>,
    /// The address that answered, redirects followed: it alone is shown the validators.
    #[serde(default)]
    pub url: Option<Url>,
    /// Until when the answer holds by its own words (`Cache-Control`, `Expires`), a day at most.
    #[serde(default)]
    pub fresh_until: Option<DateTime<Utc>>,
    /// Where permanent redirects (301, 308) lead, if the asked address begins with one.
    #[serde(default)]
    pub moved: Option<Url>,
}

/// An answer.
#[derive(Clone, Debug)]
pub enum Answer<T = Box<Page>> {
    /// 304, or the same bytes as last time, and what the answer said for the next request.
    Unchanged(Validators),
    /// A page, or what was read of it, and what the answer said for the next request.
    Page(T, Validators),
}

/// Asks servers and folders.
pub trait Fetch: Sync {
    /// One request, with redirects; waits for the host's turn.
    fn fetch(&self, request: Request<'_>) -> impl Future<Output = Result<Answer, Finding>> + Send;

    /// The threads that pages are read on; without any, whoever asks reads them.
    fn parsers(&self) -> Option<&Parsers>;

    /// Like [`Fetch::fetch`], with the page already read by `read` on one of [`Fetch::parsers`]: a page that is
    /// unpacked there is large, and gone again when it was read.
    fn read<T: Send + 'static>(
        &self,
        request: Request<'_>,
        read: impl FnOnce(&Page) -> T + Send + 'static,
    ) -> impl Future<Output = Result<Answer<T>, Finding>> + Send {
        async move {
            let url = request.url;
            match self.fetch(request).await? {
                Answer::Unchanged(validators) => Ok(Answer::Unchanged(validators)),
                Answer::Page(page, validators) => {
                    let read = parsers::run(self.parsers(), Order::InTurn, move || read(&page)).await;
                    Ok(Answer::Page(read.map_err(|finding| finding.at_page(url))?, validators))
                }
            }
        }
    }
}

/// Tells hubs that a feed changed.
///
/// W3C `WebSub`, section 7, leaves the way to publisher and hub; what every known hub takes is a form with
/// `hub.mode=publish` and the address of the feed, as in `PubSubHubbub` 0.4.
pub trait Announce: Sync {
    /// Tells `hub` that `topic` changed; `options` say how to ask.
    fn announce(
        &self,
        hub: &Url,
        topic: &Url,
        options: &RequestOptions,
    ) -> impl Future<Output = Result<(), Finding>> + Send;
}

/// Reads the clock.
pub trait Clock: Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// What is remembered of a source between runs, apart from its entries: one small row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Of the last good listing.
    pub validators: Validators,
    /// [`crate::config::Source::fingerprint`] of the run that wrote this.
    pub fingerprint: String,
    /// Stories on the last good listing.
    pub baseline_items: usize,
    /// Runs in a row whose listing was refused as shrunk.
    pub shrunk_runs: u32,
    /// The last run that ended well.
    pub last_success: Option<DateTime<Utc>>,
    /// The first of the failures since then.
    pub failing_since: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// When the source should be visited next.
    pub next_due: Option<DateTime<Utc>>,
    /// The server wants no visit before: a lower bound for `next_due`.
    #[serde(default)]
    pub not_before: Option<DateTime<Utc>>,
    /// Where the index page has moved for good.
    #[serde(default)]
    pub moved: Option<Moved>,
    /// The first of an unbroken row of answers 410 (gone).
    #[serde(default)]
    pub gone_since: Option<DateTime<Utc>>,
    /// Article pages that wait for a later run.
    pub queued: usize,
    /// Title, home, language and so on of the feed as last published.
    pub channel: Channel,
    /// Findings of the last listing that was read.
    pub findings: Vec<Finding>,
    /// Why the last visit failed, if it did.
    pub failure: Option<Finding>,
    /// Paths and sizes in bytes of the published files; empty while a publication is under way.
    pub published: Vec<(String, u64)>,
    /// Fingerprint of the files of the feed as they were written (`format::mark`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written: String,
    /// `base_url` at that time: the feeds name their own address.
    #[serde(default)]
    pub base_url: Option<Url>,
    /// Files that changed since the hub was told last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unannounced: Vec<String>,
    /// Whether the published feed shows copied pictures.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mirrors: bool,
    /// Pictures that wait for a later run to be copied.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pictures_waiting: usize,
    /// What `assemble::presentation` said at that time.
    #[serde(default)]
    pub presentation: String,
    /// The archives of the feed.
    #[serde(default)]
    pub archives: Archives,
    /// What the files about all feeds say of this one.
    pub summary: Summary,
    /// How often the source had news.
    #[serde(default)]
    pub pace: Pace,
    /// What its listing and its stories look like when all is well.
    #[serde(default)]
    pub baseline: Baseline,
    /// Refusals in a row of a listing that looks wrong.
    #[serde(default)]
    pub doubt: Option<Doubt>,
    /// Whether the next listing is believed whatever it looks like (`feedmill accept`).
    #[serde(default)]
    pub accepted: bool,
    /// When failures began and ended, the newest last.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// The first visit that is remembered.
    #[serde(default)]
    pub since: Option<DateTime<Utc>>,
    /// When the files of the feed last changed.
    #[serde(default)]
    pub changed_at: Option<DateTime<Utc>>,
}

impl Memory {
    /// Whether the files about all feeds say the same of both. What they never say is left out by name, so that a
    /// field that is added later counts.
    pub(crate) fn shows_the_same(&self, other: &Self) -> bool {
        let unshown = Self {
            validators: other.validators.clone(),
            fingerprint: other.fingerprint.clone(),
            published: other.published.clone(),
            written: other.written.clone(),
            presentation: other.presentation.clone(),
            archives: other.archives.clone(),
            last_success: other.last_success,
            next_due: other.next_due,
            not_before: other.not_before,
            moved: other.moved.clone(),
            gone_since: other.gone_since,
            failures: other.failures,
            pace: other.pace.clone(),
            baseline: other.baseline.clone(),
            doubt: other.doubt.clone(),
            ..self.clone()
        };
        unshown == *other
    }
}

/// A permanent redirect of the index page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where it leads.
    pub to: Url,
    /// When it was seen first; it led to the same address ever since.
    pub since: DateTime<Utc>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What is remembered of the archives of a feed (see `assemble::next_page`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archives {
    /// The number of the newest; 0 if there is none.
    pub newest: u32,
    /// Marks of the kept entries that are in an archive as they are now.
    pub marks: BTreeSet<String>,
}

/// What the files about all feeds say of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Entries in the feed.
    pub entries: usize,
    /// The publication time of the newest.
    pub newest: Option<DateTime<FixedOffset>>,
    /// Titles and addresses of the newest few.
    pub latest: Vec<(String, Url)>,
}

/// The feed's own fields, as last published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// A picture.
    pub icon: Option<Url>,
    /// Who holds which rights, as the page says.
    #[serde(default)]
    pub rights: Option<String>,
    /// The e-mail address of whoever answers for the content.
    #[serde(default)]
    pub editor: Option<String>,
}

/// An entry with what is remembered beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The entry.
    pub entry: Entry,
    /// Fingerprint of its teaser when it was last read; a change means that the article is read again.
    /// Empty after the state was rebuilt: the next teaser is taken as it is.
    pub teaser: String,
    /// Whether the article page still has to be read.
    pub pending: bool,
    /// Keys under which it is known (see `normalise::id`).
    pub keys: Vec<String>,
}

/// A picture that was to be published beside the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// Its address at the site.
    pub url: Url,
    /// The copy, if there is one.
    pub copy: Option<Copy>,
    /// How often in a row it could not be copied.
    pub failures: u32,
}

/// A copied picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The name of the file in the feed's media folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What one visit changes.
#[derive(Debug, Default)]
pub struct Update {
    /// The row.
    pub memory: Memory,
    /// Entries that are new or different; others stay as they are.
    pub changed: Vec<Kept>,
    /// Entries that left the feed: their content is dropped, their keys stay known.
    pub dropped: Vec<EntryId>,
    /// Keys that are known from now on without an entry of their own: stories beyond the cap, further addresses.
    pub seen: Vec<(String, EntryId)>,
    /// What is known from now on of the blocks that the source's articles have in common, if that changed.
    pub recurring: Option<Vec<u8>>,
    /// Pictures that were copied, or could not be.
    pub mirrored: Vec<Mirrored>,
    /// Pictures that no entry shows any more.
    pub unmirrored: Vec<Url>,
}

/// Why state could not be kept.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct StoreError(pub String);

impl From<StoreError> for Finding {
    fn from(error: StoreError) -> Self {
        Self::error(Code::StateFailed, error.to_string())
    }
}

/// Keeps state between runs. Nothing outside `io` knows how.
pub trait Store: Sync {
    /// The row of a source; `None` if it was never visited.
    fn memory(&self, id: &FeedId) -> Result<Option<Memory>, StoreError>;
    /// Every entry whose content is kept.
    fn entries(&self, id: &FeedId) -> Result<Vec<Kept>, StoreError>;
    /// Those of the entries whose content is kept that were published at `since` or later.
    fn entries_since(&self, id: &FeedId, since: DateTime<Utc>) -> Result<Vec<Kept>, StoreError>;
    /// Which of `keys` are known, and as what; keys stay known after their entry left the feed.
    fn known(&self, id: &FeedId, keys: &[String]) -> Result<HashMap<String, EntryId>, StoreError>;
    /// What is known of the blocks that the source's articles have in common, as the last [`Update::recurring`] said;
    /// opaque to the store. Empty if nothing is.
    fn recurring(&self, id: &FeedId) -> Result<Vec<u8>, StoreError>;
    /// The pictures that were copied, or could not be, by address.
    fn mirrored(&self, id: &FeedId) -> Result<Vec<Mirrored>, StoreError>;
    /// Applies `update`, all of it or nothing. It is read at once, and kept by the next [`Store::commit`], if not before.
    fn put(&self, id: &FeedId, update: &Update) -> Result<(), StoreError>;
    /// Keeps what was put: it is on the disk when this returns. After an error, of this or of [`Store::put`], some of it is
    /// lost.
    fn commit(&self) -> Result<(), StoreError>;
    /// Replaces the row of a source with the next [`Store::flush`]; until then a run that is killed loses it. For what
    /// the next run can do again: the times of a visit that changed nothing, the mark that files are written.
    fn note(&self, id: &FeedId, memory: &Memory) -> Result<(), StoreError>;
    /// Whether something of what was put is gone, so that nothing is kept until [`Store::begin_anew`].
    fn is_lost(&self) -> bool;
    /// Forgets what was put and noted, and that something was lost. For when nobody goes on with what was put before.
    fn begin_anew(&self);
    /// Writes what was noted, in one transaction; the disk is not waited for.
    fn flush(&self) -> Result<(), StoreError>;
    /// Forgets what was noted, and what was put and is not kept yet.
    fn discard(&self);
    /// Shows every row, also of sources that are no longer configured, one after the other.
    fn each(&self, see: &mut dyn FnMut(&str, Memory)) -> Result<(), StoreError>;
    /// What the last run left with [`Store::set_overview`]; it is forgotten by this.
    fn take_overview(&self) -> Result<Option<String>, StoreError>;
    /// Keeps a word about the files about all feeds until the next run begins.
    fn set_overview(&self, word: &str) -> Result<(), StoreError>;
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Its bytes were already there.
    Same,
    /// It was written.
    Changed,
}

/// Why files could not be published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// One cannot be written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the system said, and what to do.
        reason: String,
        /// Whether there is no room for it.
        full: bool,
    },
    /// What they show could not be kept, so that they are given up.
    #[error(transparent)]
    State(#[from] StoreError),
}

impl From<PublishError> for Finding {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::File { .. } => Self::error(Code::PublishFailed, error.to_string()),
            PublishError::State(error) => error.into(),
        }
    }
}

/// Puts files where they are served.
pub trait Publish: Sync {
    /// Writes a file, unless its bytes are already there. It is shown by [`Publish::finish`]; this trait's other functions
    /// see it at once.
    fn write(&self, artifact: &Artifact) -> Result<Written, PublishError>;
    /// The same for a file that is not held; returns its size in bytes, too.
    fn write_sheet(&self, sheet: Sheet<'_>) -> Result<(Written, u64), PublishError>;
    /// The content of a published file, if there is one.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
    /// The size of a published file in bytes, if there is one.
    fn size(&self, path: &str) -> Option<u64>;
    /// Removes a published file with the next [`Publish::finish`]; `false` if there is none. Nothing but a regular file
    /// is removed.
    fn remove(&self, path: &str) -> Result<bool, PublishError>;
    /// Shows what was written since the last time, each file at once or not at all, and makes it durable. What cannot be
    /// shown is given up, and the file before it stays.
    fn finish(&self) -> Result<(), PublishError>;
    /// Forgets what was written and removed since then.
    fn discard(&self);
}
