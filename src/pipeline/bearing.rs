//! How a source bears itself towards what its server says beside the pages: come back later, moved for good, gone.
//!
//! Pure: rows and answers go in, rows come out. A permanent redirect is applied after a week in which it led to the
//! same address; a page that is gone is asked for no more after two weeks without another word. Both are undone by a
//! change of feeds.toml, and neither touches a file.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::ports::{Memory, Moved};
use crate::config::Source;
use crate::finding::{Code, Finding};

/// The usual time between two visits.
const INTERVAL: TimeDelta = TimeDelta::minutes(30);
/// The longest time between two visits to a page that is not found.
const LONGEST_BACK_OFF: TimeDelta = TimeDelta::days(7);
/// For so long a redirect has to lead to the same address before it is believed to be permanent.
const BELIEVED_AFTER: TimeDelta = TimeDelta::days(7);
/// For so long a page has to be gone before it is asked for no more.
const RETIRED_AFTER: TimeDelta = TimeDelta::days(14);

/// Where to ask for the index page.
pub(super) fn address<'a>(memory: &'a Memory, source: &'a Source, now: DateTime<Utc>) -> &'a Url {
    applied(memory, source, now).unwrap_or(&source.url)
}

/// The address that the index page has moved to, once that is believed.
fn applied<'a>(memory: &'a Memory, source: &Source, now: DateTime<Utc>) -> Option<&'a Url> {
    let moved = memory.moved.as_ref().filter(|_| memory.fingerprint == source.fingerprint)?;
    (now - moved.since >= BELIEVED_AFTER).then_some(&moved.to)
}

/// Notes a visit that ended well, and what the answer said (`memory.validators`).
pub(super) fn succeeded(memory: &mut Memory, before: &Memory, source: &Source, now: DateTime<Utc>) {
    memory.moved = moved(memory, before, source, now);
    memory.gone_since = None;
    memory.not_before = memory.validators.fresh_until.filter(|until| *until > now);
}

fn moved(memory: &Memory, before: &Memory, source: &Source, now: DateTime<Utc>) -> Option<Moved> {
    let known = before.moved.clone().filter(|_| before.fingerprint == source.fingerprint);
    match (memory.validators.moved.clone(), known) {
        (Some(to), Some(known)) if known.to == to => Some(known),
        (Some(to), _) => Some(Moved { to, since: now }),
        (None, known) => known.filter(|_| applied(before, source, now).is_some()),
    }
}

/// Notes a visit that failed with `finding`; `memory.failures` counts it already.
pub(super) fn failed(memory: &mut Memory, source: &Source, finding: &Finding, now: DateTime<Utc>) {
    let lost = matches!(finding.status, Some(404 | 410)) || finding.code == Code::NameUnknown;
    if lost && applied(memory, source, now).is_some() {
        // The new address is no good any more: back to the one in feeds.toml.
        memory.moved = None;
    } else if finding.status == Some(410) {
        memory.gone_since.get_or_insert(now);
    } else if finding.status.is_some() {
        memory.gone_since = None;
    }
    memory.not_before = finding.not_before;
    if finding.status == Some(404) {
        let doubled = INTERVAL * 2_i32.pow(memory.failures.min(10));
        memory.not_before = memory.not_before.max(Some(now + doubled.min(LONGEST_BACK_OFF)));
    }
}

/// The finding for a source whose page has been gone for so long that it is asked for no more.
pub(super) fn retired(memory: &Memory, source: &Source, now: DateTime<Utc>) -> Option<Finding> {
    let since = memory.gone_since.filter(|since| now - *since >= RETIRED_AFTER)?;
    if memory.fingerprint != source.fingerprint {
        return None;
    }
    let host = source.url.host_str().unwrap_or_default();
    let day = source.options.timezone.at(since).format("%-d %b %Y");
    let message =
        format!("{host} has said since {day} that the page is gone; it is asked for no more, and the last feed stays");
    let finding = Finding::warning(Code::Retired, message).at_page(&source.url);
    Some(finding.remedy("give the page's new address as `url`, or remove the feed"))
}

/// The finding for a page that has moved for good.
pub(super) fn moved_note(memory: &Memory, source: &Source) -> Option<Finding> {
    let moved = memory.moved.as_ref()?;
    let day = source.options.timezone.at(moved.since).format("%-d %b %Y");
    let message = format!("the page has moved for good to {} (seen since {day})", moved.to);
    let finding = Finding::note(Code::Moved, message).at_page(&source.url);
    Some(finding.remedy(format!("set `url = \"{}\"`; the feed and its entries stay as they are", moved.to)))
}

/// The finding for a source whose robots.txt is not asked.
pub(super) fn robots_note(source: &Source) -> Option<Finding> {
    if source.options.request.obey_robots || source.root.is_some() {
        return None;
    }
    let reason = source.options.request.robots_reason.as_deref().unwrap_or_default();
    let message = format!("robots.txt is not asked: {reason}");
    Some(Finding::note(Code::RobotsIgnored, message).at_page(&source.url))
}
