//! Findings: what went wrong or looks wrong, as values.
//!
//! A finding has a stable code, a severity, a message that names the thing, a remedy and a place. Broken input is a
//! finding beside a value ([`Found`]); `Err` is kept for "cannot go on".

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Note,
    /// Something was left out or guessed.
    Warning,
    /// The feed could not be made or renewed; its last good files stay.
    Error,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// The stable name of a kind of finding; scripts may rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the pipeline.
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            /// The kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),+ }
            }
        }
    };
}

codes! {
    /// The name of the server does not exist.
    NameUnknown = "name-unknown",
    /// The source could not be reached: connection, TLS or time-out.
    FetchFailed = "fetch-failed",
    /// No server at all could be reached.
    Offline = "offline",
    /// The page is not in the archive that the run reads from.
    NotArchived = "not-archived",
    /// The server answered with a status other than 200 or 304.
    HttpStatus = "http-status",
    /// The page has moved for good.
    Moved = "moved",
    /// The page is gone for good and is asked for no more; the last feed stays.
    Retired = "retired",
    /// A challenge (Cloudflare and others, a captcha) stands before the page.
    BlockedChallenge = "blocked-challenge",
    /// A firewall or the site itself refuses this network or this program.
    BlockedRefusal = "blocked-refusal",
    /// The page wants consent before it shows anything.
    BlockedConsent = "blocked-consent",
    /// The page wants a sign-in before it shows anything.
    BlockedLogin = "blocked-login",
    /// The network wants a sign-in of its own and answers instead of the site.
    BlockedPortal = "blocked-portal",
    /// The page is an application without content, which a script would fetch.
    AppShell = "app-shell",
    /// robots.txt disallows the page.
    RobotsDisallowed = "robots-disallowed",
    /// robots.txt is not asked, for the reason that feeds.toml gives.
    RobotsIgnored = "robots-ignored",
    /// The address is private, local or otherwise not public.
    AddressRefused = "address-refused",
    /// The body is larger than the cap.
    BodyTooLarge = "body-too-large",
    /// The body is empty.
    BodyEmpty = "body-empty",
    /// The answer is not HTML.
    NotHtml = "not-html",
    /// The page is nested too deeply or has too many attributes to be parsed safely.
    PageRefused = "page-refused",
    /// Bytes of the page do not fit its character encoding.
    EncodingDoubtful = "encoding-doubtful",
    /// No list of entries was found on the page.
    ListingEmpty = "listing-empty",
    /// A configured selector matched nothing.
    SelectorUnmatched = "selector-unmatched",
    /// The listing has far fewer entries than before.
    ListingShrunk = "listing-shrunk",
    /// The list stands on the page, without items today.
    ListingQuiet = "listing-quiet",
    /// The page says that there is nothing, or belongs to another site.
    PageReplaced = "page-replaced",
    /// All stories of the listing are new, though there was no time for that.
    IdsChanged = "ids-changed",
    /// What nearly every story had is missing.
    FieldLost = "field-lost",
    /// Something of `expect` is not so.
    ExpectationUnmet = "expectation-unmet",
    /// The newest entry is older than `expect.max_age`.
    ListingStale = "listing-stale",
    /// An item has no link or no title and was left out.
    ItemSkipped = "item-skipped",
    /// An item was left out by `include` or `exclude`.
    ItemFiltered = "item-filtered",
    /// An article page could not be fetched; the listing's words are used.
    ArticleFailed = "article-failed",
    /// No body was found on an article page; the listing's words are used.
    ArticleEmpty = "article-empty",
    /// An article page says that it does not exist, with a status that says the contrary.
    ArticleNotFound = "article-not-found",
    /// An article page is an error message, with a status that says the contrary.
    ArticleError = "article-error",
    /// An article page asks for consent to cookies instead of showing its text.
    ArticleConsent = "article-consent",
    /// An article page asks to sign in instead of showing its text.
    ArticleLogin = "article-login",
    /// An article page shows only the beginning of its text.
    ArticlePaywall = "article-paywall",
    /// An article page shows a film or a recording and no text.
    ArticleVideo = "article-video",
    /// An article page is empty until its script runs.
    ArticleScript = "article-script",
    /// Blocks that stand in several articles of a source were taken for furniture and left out.
    FurnitureFound = "furniture-found",
    /// More new articles than one run fetches; the rest follow in the next run.
    ArticlesQueued = "articles-queued",
    /// A text that should be a date is none.
    DateUnreadable = "date-unreadable",
    /// An archive of the feed is neither in the folder nor served.
    ArchiveMissing = "archive-missing",
    /// The time for the run was up; the rest follows in the next run.
    TimeUp = "time-up",
    /// The state file was lost or unusable, and was rebuilt from the published feed.
    StateRebuilt = "state-rebuilt",
    /// The state could not be read or written.
    StateFailed = "state-failed",
    /// A file could not be published.
    PublishFailed = "publish-failed",
    /// A picture could not be copied and stays where it is.
    MediaFailed = "media-failed",
    /// A file that calls itself a picture is none, and is not copied.
    MediaRefused = "media-refused",
    /// A hub could not be told that a feed changed.
    HubFailed = "hub-failed",
    /// The output folder is near what its host takes, or past it.
    HostLimit = "host-limit",
    /// The output folder has own files that no feed renews any more.
    FilesStale = "files-stale",
    /// The work on a source ended unexpectedly; a mistake in feedmill.
    Internal = "internal",
}

/// Where a finding belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// A page, by its address.
    Page {
        /// The address.
        url: String,
    },
    /// A file.
    File {
        /// Its path.
        file: String,
    },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Page { url } => f.write_str(url),
            Place::File { file } => f.write_str(file),
        }
    }
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The stable name of its kind.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What happened, with the figures; lower case, no full stop.
    pub message: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<String>,
    /// The HTTP status, where a server's answer is the reason.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// When the server wants to be asked again at the earliest; for the schedule, not for people.
    #[serde(skip)]
    pub not_before: Option<DateTime<Utc>>,
}

impl Finding {
    /// A finding of severity [`Severity::Error`].
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A finding of severity [`Severity::Warning`].
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A finding of severity [`Severity::Note`].
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), place: None, remedy: None, status: None, not_before: None }
    }

    /// The same finding, at a page.
    #[must_use]
    pub fn at_page(mut self, url: &url::Url) -> Self {
        self.place = Some(Place::Page { url: url.to_string() });
        self
    }

    /// The same finding, at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same finding, with the HTTP status that is its reason.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same finding, with the earliest time for the next request.
    #[must_use]
    pub fn not_before(mut self, time: DateTime<Utc>) -> Self {
        self.not_before = Some(time);
        self
    }

    /// The same finding, with what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// A value and what was noticed while making it.
#[derive(Clone, Debug, Default)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// What was noticed, in the order of the page.
    pub findings: Vec<Finding>,
}

impl<T> Found<T> {
    /// A value with nothing to tell.
    pub fn clean(value: T) -> Self {
        Self { value, findings: Vec::new() }
    }
}
