//! Teaser + article + history → entries; entries → feed; and the judgement whether a listing can be believed.
//!
//! Pure. What a person wrote in feeds.toml beats what was detected, and the article page beats the listing. A time
//! that was published once never moves.

mod archive;
pub mod drift;
mod entry;
mod judge;
pub mod media;
mod merged;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use url::Url;

use crate::config::{Filter, Source};
use crate::finding::{Code, Finding};
use crate::listing::{Listing, Teaser};
use crate::model::{EntryId, Feed, Title};
use crate::normalise::{self, date, id};
use crate::pipeline::{Channel, Kept};

pub use archive::{archive, in_order, is_archived, mark, next_page, remaining};
pub use entry::{Made, Reading, entry, is_file};
pub use judge::{Verdict, judge, stale};
pub use merged::{adopted, merged, merged_hub};
pub use shown::shown;

/// The keys under which the story of `teaser` may be known: the site's own id first, then its address.
pub fn keys(teaser: &Teaser, source: &Source) -> Vec<String> {
    let own = teaser.guid.as_deref().map(|guid| id::guid_key(guid, &source.id, &source.url));
    let address = teaser.url.as_ref().map(|url| id::key(url, &source.url));
    let mut keys: Vec<String> = own.into_iter().chain(address).collect();
    keys.dedup();
    keys
}

/// Stands for the fingerprint of a teaser whose story waits to be read under a changed configuration.
const RECONFIGURED: &str = "reconfigured";

/// A fingerprint of what a listing says of a story; texts that change by themselves (ages, counters) are left out.
pub fn teaser_fingerprint(teaser: &Teaser) -> String {
    let mut hasher = Sha256::new();
    hasher.update(teaser.title.as_deref().unwrap_or_default());
    hasher.finalize()[..8].iter().fold(String::with_capacity(16), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether `teaser` may pass `include` and `exclude` as far as the listing can tell; the text is judged with the entry.
pub fn wanted(teaser: &Teaser, source: &Source) -> bool {
    let hits = |filter: &Filter| {
        let title = filter.title.as_ref().map(|p| p.is_match(teaser.title.as_deref().unwrap_or_default()));
        let link = filter.link.as_ref().map(|p| p.is_match(teaser.url.as_ref().map_or("", Url::as_str)));
        [title, link]
    };
    hits(&source.options.include).into_iter().flatten().all(|hit| hit)
        && !hits(&source.options.exclude).into_iter().flatten().any(|hit| hit)
}

/// The key that remembers that the story known as `key` was read and left out by `include` or `exclude`; another
/// configuration asks for another key, and reads it again. `None` where there is neither.
pub fn left_out_key(key: &str, source: &Source) -> Option<String> {
    let leaves_out = !(source.options.include.is_empty() && source.options.exclude.is_empty());
    leaves_out.then(|| format!("left-out:{}:{key}", source.fingerprint))
}

/// Whether the story with these keys was read and left out.
pub fn is_left_out(keys: &[String], source: &Source, known: &HashMap<String, EntryId>) -> bool {
    keys.iter().filter_map(|key| left_out_key(key, source)).any(|key| known.contains_key(&key))
}

/// `source` with the order in which `listing` writes its numeric dates, where feeds.toml names none: a page that has
/// `28/03/2025` means April by `03/04/2025`.
pub fn with_habits(source: &Source, listing: &Listing) -> Source {
    let dates = listing.teasers.iter().filter_map(|teaser| teaser.published.as_ref());
    let order = source.options.date_order.or_else(|| date::habit(dates.map(|date| date.text.as_str())));
    let mut source = source.clone();
    if order != source.options.date_order {
        Arc::make_mut(&mut source.options).date_order = order;
    }
    source
}

/// What to do with the stories of one listing.
#[derive(Debug, Default)]
pub struct Plan {
    /// Stories to read and publish, in the order of the page.
    pub fresh: Vec<Job>,
    /// New stories that wait for a later run.
    pub queued: usize,
    /// Keys of stories beyond the cap: remembered, so that they are never new.
    pub beyond: Vec<(EntryId, Vec<String>)>,
    /// Kept entries whose teaser is taken as it is (after a rebuild).
    pub adopted: Vec<Kept>,
    /// Stories left out by `include` and `exclude`.
    pub filtered: usize,
}

/// One story to read.
#[derive(Clone, Debug)]
pub struct Job {
    /// What the listing says.
    pub teaser: Teaser,
    /// Its place in the listing.
    pub position: u32,
    /// Its keys.
    pub keys: Vec<String>,
    /// The entry it already is.
    pub previous: Option<Kept>,
    /// Why it is read.
    pub why: Why,
}

/// Why a story is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is new.
    New,
    /// Its teaser changed, or its page could not be read so far: what was published as its time stays.
    Changed,
    /// The configuration changed: its time is read anew, too.
    Reconfigured,
}

/// Sorts the stories of a listing into what is new, changed, known and too much.
///
/// `stories` come with their [`keys`]. `known` maps keys to entries, dropped ones too; `kept` are the entries whose content
/// is kept; `reconfigured` says that they were made under another configuration.
pub fn plan(
    stories: impl Iterator<Item = (Teaser, Vec<String>)>,
    source: &Source,
    known: &HashMap<String, EntryId>,
    kept: &[Kept],
    reconfigured: bool,
) -> Plan {
    let by_id: HashMap<&EntryId, &Kept> = kept.iter().map(|kept| (&kept.entry.id, kept)).collect();
    let mut plan = Plan::default();
    let mut planned = std::collections::HashSet::new();
    let mut changed = Vec::new();
    let mut fresh = 0;
    let mut position = 0;
    for (teaser, keys) in stories {
        if !wanted(&teaser, source) {
            plan.filtered += 1;
            continue;
        }
        let place = position;
        position += 1;
        let Some(first) = keys.first().cloned() else { continue };
        let id = keys.iter().find_map(|key| known.get(key)).cloned();
        if !planned.insert(id.clone().unwrap_or_else(|| id::entry_id(first.clone()))) {
            continue;
        }
        let at = u32::try_from(place).unwrap_or(u32::MAX);
        let costs = has_page(&teaser, source);
        match id {
            None if is_left_out(&keys, source, known) => plan.filtered += 1,
            None if place >= source.options.max_entries => plan.beyond.push((id::entry_id(first), keys)),
            None if costs && fresh >= source.options.max_articles_per_run => plan.queued += 1,
            None => {
                fresh += usize::from(costs);
                plan.fresh.push(Job { teaser, position: at, keys, previous: None, why: Why::New });
            }
            Some(id) => {
                let Some(previous) = by_id.get(&id) else { continue };
                if previous.teaser.is_empty() {
                    let adopted = Kept { teaser: teaser_fingerprint(&teaser), keys, ..(*previous).clone() };
                    plan.adopted.push(adopted);
                } else if reconfigured || previous.pending || previous.teaser != teaser_fingerprint(&teaser) {
                    let anew = reconfigured || previous.teaser == RECONFIGURED;
                    let why = if anew { Why::Reconfigured } else { Why::Changed };
                    changed.push(Job { teaser, position: at, keys, previous: Some((*previous).clone()), why });
                }
            }
        }
    }
    let room = source.options.max_articles_per_run.saturating_sub(fresh).min(changed.len());
    let later = changed.split_off(room);
    plan.queued += later.len();
    plan.adopted.extend(later.into_iter().filter_map(postponed));
    plan.fresh.extend(changed);
    plan
}

/// The entry of a story that is read again in a later run, marked with the reason.
fn postponed(job: Job) -> Option<Kept> {
    let mut kept = job.previous?;
    kept.pending = true;
    if job.why == Why::Reconfigured {
        RECONFIGURED.clone_into(&mut kept.teaser);
    }
    Some(kept)
}

/// Whether the story has a page to read: not where full text is off, the link is a file, or it is a place on the
/// index page itself.
pub fn has_page(teaser: &Teaser, source: &Source) -> bool {
    let own = |url: &Url| !is_file(url) && id::key(url, &source.url) != id::key(&source.url, &source.url);
    source.options.full_text
        && teaser.url.as_ref().is_some_and(|url| own(url) && !id::key(url, &source.url).contains('#'))
}

/// Parts of addresses at which sites put what they show instead of a story.
const NO_STORY: [&str; 12] = [
    "404",
    "auth",
    "consent",
    "error",
    "log-in",
    "login",
    "not-found",
    "notfound",
    "sign-in",
    "signin",
    "sso",
    "subscribe",
];

/// Whether asking for the story at `link` ended at `answered`, a page that is no story: the front page, the index page,
/// or a request to sign in. Its words belong to no entry, and its address must not become the id of one.
pub fn is_diverted(link: &Url, answered: &Url, source: &Source) -> bool {
    if id::key(link, &source.url) == id::key(answered, &source.url) {
        return false;
    }
    let front =
        answered.path() == "/" && answered.query().is_none() && normalise::url::same_site(answered, &source.url);
    let index = id::key(answered, &source.url) == id::key(&source.url, &source.url);
    front || index || is_turned_away(link, answered)
}

/// Whether asking for `address` ended at `answered`, a page that asks to sign in or says that there is nothing.
pub fn is_turned_away(address: &Url, answered: &Url) -> bool {
    let names = |url: &Url| {
        let stem = |part: &str| part.split('.').next().unwrap_or_default().to_ascii_lowercase();
        url.path().split('/').any(|part| NO_STORY.contains(&stem(part).as_str()))
    };
    names(answered) && !names(address)
}

/// The feed's own fields: configured, else as the listing says, else as they were.
pub fn channel(source: &Source, listing: &Listing, before: Option<&Channel>) -> Channel {
    let line =
        |text: Option<&String>, max| text.map(|text| crate::model::one_line(text, max)).filter(|t| !t.is_empty());
    let title = line(source.title.as_ref(), 300).or_else(|| line(listing.title.as_ref(), 300));
    let title = title.or_else(|| before.map(|before| before.title.clone()));
    let language =
        source.options.language.clone().or_else(|| listing.language.as_deref().and_then(normalise::language::tag));
    let language = language.or_else(|| normalise::language::detect(&headlines(listing)));
    Channel {
        title: title.unwrap_or_else(|| source.url.host_str().unwrap_or("feed").to_owned()),
        description: line(source.options.description.as_ref(), 1000)
            .or_else(|| line(listing.description.as_ref(), 1000)),
        language,
        icon: listing.icon.clone(),
        rights: line(listing.rights.as_ref(), 300),
        editor: listing.editor.clone(),
    }
}

/// The headlines and summaries of a listing as one text, to tell its language by.
fn headlines(listing: &Listing) -> String {
    let texts = listing.teasers.iter().take(40).flat_map(|teaser| [teaser.title.as_deref(), teaser.summary.as_deref()]);
    texts.flatten().collect::<Vec<&str>>().join("\n")
}

/// The feed of `entries` as it is published; what does not fit under `max_entries` is left out.
pub fn feed(source: &Source, channel: &Channel, entries: Vec<crate::model::Entry>) -> Feed {
    let feed = empty(source, channel).with_entries(entries, source.options.max_entries);
    feed.map_entries(|entry| shown(entry, source, channel))
}

/// A fingerprint of the settings that change how a feed is written and not what is kept of it; another version of this
/// program may write it another way.
pub fn presentation(source: &Source) -> String {
    format!(
        "{} {:?} {:?}",
        env!("CARGO_PKG_VERSION"),
        source.options.publication,
        source.options.hub.as_ref().map(Url::as_str)
    )
}

/// The feed without its entries.
fn empty(source: &Source, channel: &Channel) -> Feed {
    let title = Title::new(&channel.title).or_else(|| Title::new(source.id.as_str()));
    let title = title.unwrap_or_else(|| unreachable_title(source));
    let mut feed = Feed::new(source.id.clone(), title, source.url.clone());
    feed.description.clone_from(&channel.description);
    feed.language.clone_from(&channel.language);
    feed.icon.clone_from(&channel.icon);
    feed.rights = source.options.publication.rights.clone().or_else(|| channel.rights.clone());
    feed.editor.clone_from(&channel.editor);
    feed.hub.clone_from(&source.options.hub);
    feed.podcast.clone_from(&source.options.publication.podcast);
    feed
}

/// An id is never empty, so this is never called with an empty one; the host is as good a title as any.
fn unreachable_title(source: &Source) -> Title {
    Title::new(source.url.as_str()).unwrap_or_else(|| unreachable!("an address is not empty"))
}

/// What the plan tells the user.
pub fn plan_findings(plan: &Plan, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if plan.filtered > 0 {
        let message = format!("{} left out by `include` or `exclude`", count(plan.filtered, "item"));
        findings.push(Finding::note(Code::ItemFiltered, message).at_page(&source.url));
    }
    if plan.queued > 0 {
        let message = format!("{} will be read in the next run", count(plan.queued, "more article"));
        let remedy = "raise `max_articles_per_run` to read more at once";
        findings.push(Finding::note(Code::ArticlesQueued, message).at_page(&source.url).remedy(remedy));
    }
    findings
}

/// What the listing itself tells the user: items left out, fields that matched nowhere.
pub fn listing_findings(listing: &Listing, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if listing.skipped > 0 {
        let message = format!("{} without a link or a title left out", count(listing.skipped, "item"));
        findings.push(Finding::warning(Code::ItemSkipped, message).at_page(&source.url));
    }
    for (name, written) in &listing.unmatched {
        let message =
            format!("`listing.{name}` (`{written}`) matched nothing in {}", count(listing.teasers.len(), "item"));
        let remedy = "correct the selector, or add `optional = true`";
        findings.push(Finding::warning(Code::SelectorUnmatched, message).at_page(&source.url).remedy(remedy));
    }
    findings
}

/// `3 items`, `1 entry`.
pub fn count(number: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

/// The moment as the clock at the source's site shows it.
pub fn local(now: DateTime<Utc>, source: &Source) -> chrono::NaiveDateTime {
    source.options.timezone.at(now).naive_local()
}

/// An entry that feedmill itself writes: about a failure, not about a story.
pub fn notice(id: EntryId, title: &str, summary: String, url: Url, at: DateTime<Utc>) -> Option<crate::model::Entry> {
    Some(crate::model::Entry {
        id,
        url,
        title: Title::new(title)?,
        published: crate::model::Timestamp::exact(at.fixed_offset()),
        updated: at.fixed_offset(),
        authors: Vec::new(),
        summary: Some(summary),
        content: None,
        image: None,
        categories: Vec::new(),
        enclosures: Vec::new(),
        language: Some("en".to_owned()),
        source: None,
        comments: None,
        notice: None,
        parent: None,
        first_seen: at,
        position: 0,
    })
}
