//! Whether a listing can be believed beside what is remembered of the source.
//!
//! A listing that is empty, smaller than `expect.min_items`, or suddenly a small part of what it was keeps the last
//! good feed. A listing that stays small for three visits is the new normal.

use chrono::{DateTime, Utc};

use super::count;
use crate::config::Source;
use crate::finding::{Code, Finding};
use crate::listing::Listing;
use crate::pipeline::Memory;

/// Below this many stories a listing cannot shrink suspiciously.
const SMALL_LISTING: usize = 8;
/// A listing with less than one in so many of its former stories has shrunk.
const SHRINK_FACTOR: usize = 4;
/// After so many visits in a row a shrunk listing is believed.
const PATIENCE: u32 = 3;

/// The judgement of a listing.
#[derive(Debug)]
pub enum Verdict {
    /// Go on.
    Plausible,
    /// Keep the last good feed.
    Refused(Finding),
    /// Keep the last good feed for now; the same again will be believed.
    Shrunk(Finding),
}

/// Judges `listing` beside `memory`, the last good state, if any.
pub fn judge(listing: &Listing, source: &Source, memory: Option<&Memory>) -> Verdict {
    let now = listing.teasers.len();
    let before = memory.map_or(0, |memory| memory.baseline_items);
    let was = if before > 0 { format!(" ({before} before)") } else { String::new() };
    let selector = source.listing.items.is_some().then_some(source.listing.items_written.as_str());
    let url = &source.url;
    if now == 0 {
        let finding = match selector {
            Some(written) if listing.skipped == 0 => Finding::error(
                Code::SelectorUnmatched,
                format!("`listing.items` (`{written}`) matched nothing on {url}{was}"),
            )
            .remedy("the page may have changed: correct `listing.items`, or remove it to have the list found"),
            _ if listing.skipped > 0 => {
                let message =
                    format!("none of {} on {url} has a link and a title{was}", count(listing.skipped, "item"));
                Finding::error(Code::ListingEmpty, message).remedy("correct `listing.link` and `listing.title`")
            }
            _ => {
                let refused: Vec<String> = listing.refused.iter().map(ToString::to_string).collect();
                let seen = if refused.is_empty() {
                    "; no link on it leads to a page".to_owned()
                } else {
                    format!("; not taken: {}", refused.join("; "))
                };
                Finding::error(Code::ListingEmpty, format!("no list of articles was found on {url}{was}{seen}"))
                    .remedy("say where it is: listing = { items = \"…\" }")
            }
        };
        return Verdict::Refused(finding.at_page(url));
    }
    if let Some(least) = source.options.expect.min_items.filter(|&least| now < least) {
        let message = format!("{} on {url}{was}, but `expect.min_items` is {least}", count(now, "item"));
        return Verdict::Refused(Finding::error(Code::ListingShrunk, message).at_page(url));
    }
    let patience = memory.map_or(0, |memory| memory.shrunk_runs);
    if before >= SMALL_LISTING && now * SHRINK_FACTOR < before && patience < PATIENCE {
        let message = format!("only {} on {url}{was}", count(now, "item"));
        let remedy =
            format!("look at the page; if it is right, it will be believed after {} more visits", PATIENCE - patience);
        return Verdict::Shrunk(Finding::error(Code::ListingShrunk, message).at_page(url).remedy(remedy));
    }
    Verdict::Plausible
}

/// A finding if the newest entry is older than `expect.max_age`.
pub fn stale(newest: Option<DateTime<Utc>>, source: &Source, now: DateTime<Utc>) -> Option<Finding> {
    let limit = chrono::TimeDelta::from_std(source.options.expect.max_age?).ok()?;
    let newest = newest?;
    let age = now - newest;
    (age > limit).then(|| {
        let message = format!(
            "the newest entry is of {}, older than `expect.max_age` ({} days)",
            newest.date_naive(),
            limit.num_days()
        );
        Finding::error(Code::ListingStale, message).at_page(&source.url)
    })
}
