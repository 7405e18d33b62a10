//! Judging a listing and its stories, and how long a doubt lasts.
//!
//! `assemble::judge` and `assemble::drift` say what looks wrong; here stands what follows. A listing that shrank is
//! believed after three visits, one that lost fields or all of its ids after a week; a page that says that there is
//! nothing, or that belongs to somebody else, only when a person says so (`feedmill accept`).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::read::ReadListing;
use super::{Baseline, Doubt, Kept, Memory, Story};
use crate::assemble::{self, Verdict, drift};
use crate::config::Source;
use crate::finding::{Code, Finding};
use crate::listing::Listing;
use crate::model::EntryId;

/// After so long, and so many visits, what is doubted is believed.
const PATIENCE: TimeDelta = TimeDelta::days(7);
const PATIENT_VISITS: u32 = 3;

/// The judgement of a listing.
pub(super) enum Judged {
    /// Go on.
    Good,
    /// The list stands on the page, without items today.
    Quiet(Finding),
    /// Keep the last good feed; the doubt to remember.
    Refused(Finding, Option<Doubt>),
    /// Keep the last good feed for now.
    Shrunk(Finding),
}

/// Judges what was read, of which a `number` of stories is known, beside `memory`, the last good state, if any.
pub(super) fn listing(
    read: &ReadListing,
    language: Option<&str>,
    number: usize,
    kept: &[Kept],
    memory: Option<&Memory>,
    source: &Source,
    now: DateTime<Utc>,
) -> Judged {
    let listing = &read.listing;
    let before = memory.filter(|memory| !memory.accepted);
    let accepted = memory.is_some_and(|memory| memory.accepted);
    if !accepted && let Some(finding) = drift::replaced(&read.words, language, number, source, before) {
        return Judged::Refused(finding, None);
    }
    if read.quiet && number == 0 && !accepted && source.options.expect.min_items.unwrap_or_default() == 0 {
        let before = memory.map_or(0, |memory| memory.baseline_items);
        let message = format!("the list on {} has no items today ({before} before)", source.url);
        return Judged::Quiet(Finding::note(Code::ListingQuiet, message).at_page(&source.url));
    }
    match assemble::judge(listing, source, before) {
        Verdict::Plausible => {}
        Verdict::Refused(finding) => return Judged::Refused(finding, None),
        Verdict::Shrunk(finding) => return Judged::Shrunk(finding),
    }
    if let Some(finding) = drift::unmet(Some((listing, language)), &[], source) {
        return Judged::Refused(finding, None);
    }
    let Some(before) = before.filter(|memory| memory.fingerprint == source.fingerprint) else { return Judged::Good };
    let finding = drift::ids(listing, number, kept, source, before, now);
    let finding = finding.or_else(|| drift::fields(&drift::fill(listing), source, before));
    match finding.and_then(|finding| doubted(finding, before, now)) {
        Some((finding, doubt)) => Judged::Refused(finding, Some(doubt)),
        None => Judged::Good,
    }
}

/// Judges the stories that were read: the finding and the doubt to remember, unless they can be believed.
pub(super) fn stories(
    new: &[Story],
    source: &Source,
    memory: &Memory,
    shaped_otherwise: bool,
    now: DateTime<Utc>,
) -> Option<(Finding, Option<Doubt>)> {
    if let Some(finding) = drift::unmet(None, new, source) {
        return Some((finding, None));
    }
    if shaped_otherwise || memory.accepted {
        return None;
    }
    let finding = drift::stories(new, source, memory)?;
    doubted(finding, memory, now).map(|(finding, doubt)| (finding, Some(doubt)))
}

/// The finding with the day on which it will be believed, and the doubt to remember; `None` if that day has come.
fn doubted(finding: Finding, memory: &Memory, now: DateTime<Utc>) -> Option<(Finding, Doubt)> {
    let before = memory.doubt.as_ref().filter(|doubt| doubt.code == finding.code);
    let doubt = Doubt {
        code: finding.code,
        visits: before.map_or(0, |doubt| doubt.visits) + 1,
        since: before.map_or(now, |doubt| doubt.since),
    };
    let day = doubt.since + PATIENCE;
    if doubt.visits > PATIENT_VISITS && now >= day {
        return None;
    }
    let mut finding = finding;
    let remedy = finding.remedy.take().unwrap_or_default();
    Some((
        finding.remedy(format!("{remedy}; if it stays so, it will be believed on {}", day.format("%-d %b %Y"))),
        doubt,
    ))
}

/// How many of the stories with these keys are known.
pub(super) fn number_known(keys: &[Vec<String>], known: &HashMap<String, EntryId>, source: &Source) -> usize {
    let is_known = |keys: &&Vec<String>| {
        keys.iter().any(|key| known.contains_key(key)) || assemble::is_left_out(keys, source, known)
    };
    keys.iter().filter(is_known).count()
}

/// Which entry each story stays whose address is new and whose headline is known, by the `keys` of the stories: in a
/// listing that was doubted because all of its addresses are new, and is believed now.
pub(super) fn moved(
    listing: &Listing,
    keys: &[Vec<String>],
    number: usize,
    kept: &[Kept],
    memory: &Memory,
) -> Vec<(String, EntryId)> {
    let doubted = memory.doubt.as_ref().is_some_and(|doubt| doubt.code == Code::IdsChanged);
    if !doubted || number > 0 {
        return Vec::new();
    }
    let same = drift::same_headlines(listing, kept).into_iter();
    let keys = |(index, id): (usize, EntryId)| {
        let keys = keys.get(index).into_iter().flatten().cloned();
        keys.map(move |key| (key, id.clone()))
    };
    same.flat_map(keys).collect()
}

/// What a believed listing looks like, of which a `number` of stories is known.
pub(super) fn baseline(memory: &Memory, listing: &Listing, container: Option<String>, number: usize) -> Baseline {
    let total = listing.teasers.len();
    let new = total - number;
    let mut baseline = memory.baseline.clone();
    if memory.last_success.is_some() {
        baseline.news = drift::usual_news(baseline.news, new, total);
    }
    baseline.listing = drift::fill(listing);
    baseline.container = container.or(baseline.container);
    baseline
}
