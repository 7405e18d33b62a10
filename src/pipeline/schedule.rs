//! When a source is visited next.
//!
//! Pure. A source without `interval` is visited as often as it has news: of `n` visits at a mean distance `I`, `X` of
//! which saw news, the rate of news is estimated as `-ln((n - X + 0.5) / (n + 0.5)) / I` (Cho and Garcia-Molina,
//! "Estimating frequency of change", 2003), and the next visit is planned for half of the mean time between two of them.
//! Once it is known at which hours of the week the news come, both are reckoned in active time (`hours`).
//! What a server asks for is a lower bound, failures wait longer and longer, and every wait is stretched by up to a tenth
//! that depends on the feed's id alone, so that feeds that began together do not stay together.
//!
//! Times are kept in the state: a restart brings nothing forward.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{Memory, Pace, Store, StoreError};
use crate::config::{Config, Source};
use crate::finding::Code;
use crate::model::FeedId;

mod hours;

pub use hours::Hours;

/// The wait after the first visit, in seconds.
const FIRST: f64 = 3600.0;
/// The shortest wait where feeds.toml names none, in seconds.
const LEAST: f64 = 1800.0;
/// The same where the server gives nothing to make requests conditional with: every one costs it a whole page.
const LEAST_UNCONDITIONAL: f64 = 7200.0;
/// The longest wait where feeds.toml names none, in seconds.
const MOST: f64 = 86_400.0;
/// The longest wait after failures, in seconds; for a page that is not there, and after a month of failures, a week.
const MOST_FAILING: f64 = 86_400.0;
const MOST_MISSING: f64 = 604_800.0;
/// For so long a source fails before it is visited once a week.
const DEAD: TimeDelta = TimeDelta::days(30);
/// The most of a wait that is added to spread visits.
const JITTER: f64 = 0.1;
/// What is left of older visits' weight after one more.
const FADING: f64 = 0.95;
/// A wait is at most so many times the one before, up or down: one visit alone says little.
const STEP_UP: f64 = 1.5;
const STEP_DOWN: f64 = 0.5;
/// More of the time between two visits is not counted.
const LONGEST: TimeDelta = TimeDelta::days(7);
/// News seen by visits so far apart came at a known hour.
const KNOWN_TO_THE_HOUR: TimeDelta = TimeDelta::hours(3);
/// No time of a next visit is taken for true that lies further ahead than the longest wait there is: the clock was set
/// back.
const MOST_AHEAD: TimeDelta = TimeDelta::days(35);

/// Notes a visit at `now`, and whether it saw news.
pub(super) fn note(pace: &mut Pace, changed: bool, now: DateTime<Utc>) {
    let elapsed = pace.visited.map(|visited| now - visited);
    pace.visited = Some(now);
    // Two visits within a minute are one; after a clock that was set back there is nothing to learn.
    let Some(elapsed) = elapsed.filter(|elapsed| *elapsed >= TimeDelta::minutes(1)) else { return };
    // News that a visit saw after a longer time may have come at any hour.
    if changed && elapsed <= KNOWN_TO_THE_HOUR {
        pace.hours.note(now - elapsed / 2);
    }
    let elapsed = match pace.hours.activity() {
        Some(activity) => seconds(activity.between(now - elapsed, now, LONGEST)),
        None => u64::try_from(elapsed.min(LONGEST).num_seconds()).unwrap_or_default(),
    };
    let fade = |weight: u32| thousandths(f64::from(weight) / 1000.0 * FADING);
    pace.visits = fade(pace.visits) + 1000;
    pace.changes = fade(pace.changes) + if changed { 1000 } else { 0 };
    pace.seconds = seconds(seconds_of(pace.seconds) * FADING) + elapsed;
}

/// When `source` is visited next, after the visit that `memory` tells of; the server's wish is a lower bound.
pub(super) fn next_due(
    source: &Source,
    memory: &Memory,
    not_before: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let interval = interval(source, memory, now);
    let wait = match &memory.failure {
        Some(failure) if memory.failures > 0 => {
            let dead = memory.failing_since.is_some_and(|since| now - since > DEAD);
            let missing = matches!(failure.status, Some(404 | 410)) || failure.code == Code::RobotsDisallowed;
            let most = if dead || missing { MOST_MISSING } else { MOST_FAILING };
            let grown = interval * f64::from(1_u32 << memory.failures.min(16));
            if dead { MOST_MISSING } else { grown.min(most).max(interval) }
        }
        _ => interval,
    };
    let asked =
        not_before.map_or(0.0, |time| seconds_of(u64::try_from((time - now).num_seconds()).unwrap_or_default()));
    now + TimeDelta::seconds(whole(wait.max(asked) * (1.0 + JITTER * share(&source.id))))
}

/// The seconds between two visits while all is well.
fn interval(source: &Source, memory: &Memory, now: DateTime<Utc>) -> f64 {
    if let Some(interval) = source.options.interval {
        return interval.as_secs_f64();
    }
    let validators = &memory.validators;
    let conditional = source.root.is_some() || validators.etag.is_some() || validators.last_modified.is_some();
    let least = if conditional { LEAST } else { LEAST_UNCONDITIONAL };
    let Pace { visits, changes, seconds, ref hours, .. } = memory.pace;
    if visits < 1000 {
        return FIRST.max(least);
    }
    let (visits, changes) = (f64::from(visits) / 1000.0, f64::from(changes) / 1000.0);
    let mean = seconds_of(seconds) / visits;
    let rate = -((visits - changes + 0.5) / (visits + 0.5)).ln() / mean;
    let wanted = if rate > 0.0 { 0.5 / rate } else { MOST };
    let wanted = wanted.clamp(mean * STEP_DOWN, mean * STEP_UP).min(MOST);
    hours.activity().map_or(wanted, |activity| activity.lasting(now, wanted)).clamp(least, MOST)
}

/// Whether `source` is to be visited at `now`: its time has come, it was never visited, or feeds.toml says something
/// else about it than at the last visit.
pub fn is_due(source: &Source, memory: Option<&Memory>, now: DateTime<Utc>) -> bool {
    let Some(memory) = memory else { return true };
    let configured_anew = memory.failures == 0 && memory.fingerprint != source.fingerprint;
    memory.accepted || configured_anew || due(memory, now).is_none_or(|due| due <= now)
}

/// The time of the next visit; `None` is now.
pub fn due(memory: &Memory, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    memory.next_due.filter(|due| *due - now <= MOST_AHEAD)
}

/// The sources of `config` that are due at `now`, of those in `only` if there is a list, and when the next of the others
/// is.
pub fn due_sources<S: Store>(
    config: &Config,
    only: Option<&[FeedId]>,
    store: &S,
    now: DateTime<Utc>,
) -> Result<(Vec<FeedId>, Option<DateTime<Utc>>), StoreError> {
    let mut ready = Vec::new();
    let mut next: Option<DateTime<Utc>> = None;
    for source in config.sources.iter().filter(|source| only.is_none_or(|only| only.contains(&source.id))) {
        let memory = store.memory(&source.id)?;
        if is_due(source, memory.as_ref(), now) {
            ready.push(source.id.clone());
        } else if let Some(due) = memory.and_then(|memory| due(&memory, now)) {
            next = Some(next.map_or(due, |next| next.min(due)));
        }
    }
    Ok((ready, next))
}

/// Whether `id` belongs to part `part` of `parts` (from 1): the same on every machine, whatever other feeds there are.
pub fn in_shard(id: &FeedId, part: u32, parts: u32) -> bool {
    number(id) % u64::from(parts.max(1)) == u64::from(part.saturating_sub(1))
}

/// A number from 0 to 1 that depends on `id` alone.
fn share(id: &FeedId) -> f64 {
    // Another part of the number than what chooses the shard, or all feeds of one would be visited together.
    f64::from(u16::try_from(number(id) >> 48).unwrap_or_default()) / f64::from(u16::MAX)
}

fn number(id: &FeedId) -> u64 {
    let digest = Sha256::digest(id.as_str());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[expect(clippy::cast_precision_loss, reason = "seconds of some weeks")]
fn seconds_of(seconds: u64) -> f64 {
    seconds as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few visits, never negative")]
fn thousandths(weight: f64) -> u32 {
    (weight * 1000.0).round() as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of some weeks, never negative")]
fn seconds(seconds: f64) -> u64 {
    seconds.round() as u64
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of some weeks")]
fn whole(seconds: f64) -> i64 {
    seconds.ceil() as i64
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Timelike};

    use super::*;
    use crate::finding::Finding;

    fn source(more: &str) -> Source {
        let text = format!("[feeds.a]\nurl = \"https://site.example/news/\"\n{more}");
        crate::config::parse(&text, "feeds.toml", &|_| None).map_err(|_| text).unwrap().sources.remove(0)
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).unwrap()
    }

    fn well() -> Memory {
        let mut memory = Memory::default();
        memory.validators.etag = Some("\"a\"".to_owned());
        memory
    }

    /// Visits a source whose news come every `news` minutes for `days`; returns the last wait in minutes.
    fn settled(source: &Source, news: i64, days: i64) -> i64 {
        let (mut memory, mut now, mut seen) = (well(), at(0), 0);
        let mut wait = TimeDelta::zero();
        while now < at(days * 1440) {
            let count = (now - at(0)).num_minutes() / news;
            note(&mut memory.pace, count > seen, now);
            seen = count;
            let due = next_due(source, &memory, None, now);
            wait = due - now;
            now = due;
        }
        wait.num_minutes()
    }

    #[test]
    fn a_source_is_visited_as_often_as_it_has_news() {
        let source = source("");
        let waits: Vec<i64> = [20, 360, 1440, 10 * 1440].iter().map(|news| settled(&source, *news, 60)).collect();
        assert!(waits[0] <= 33, "{waits:?}");
        // Its hours are learnt: the wait depends on which is next.
        assert!((90..=300).contains(&waits[1]), "{waits:?}");
        assert!((480..=1000).contains(&waits[2]), "{waits:?}");
        assert!((1400..=1590).contains(&waits[3]), "{waits:?}");
    }

    #[test]
    fn a_source_is_visited_more_at_the_hours_of_its_news() {
        let source = source("");
        let is_busy = |time: DateTime<Utc>| (8..18).contains(&time.hour()) && time.weekday().num_days_from_monday() < 5;
        let (mut memory, mut now, mut news) = (well(), at(0), at(0));
        let (mut busy, mut quiet) = (0, 0);
        while now < at(60 * 1440) {
            // A story every 40 minutes of office hours.
            let mut changed = false;
            while news <= now {
                changed |= is_busy(news);
                news += TimeDelta::minutes(40);
            }
            note(&mut memory.pace, changed, now);
            if now > at(30 * 1440) {
                *(if is_busy(now) { &mut busy } else { &mut quiet }) += 1;
            }
            now = next_due(&source, &memory, None, now);
        }
        // Of a week, 50 hours are busy and 118 are not.
        let (busy, quiet) = (f64::from(busy) / 50.0, f64::from(quiet) / 118.0);
        assert!(busy > 1.7 * quiet, "{busy} {quiet}");
    }

    #[test]
    fn what_feeds_toml_and_the_server_say_are_lower_bounds() {
        let hourly = source("interval = \"1h\"");
        let spread = |due: DateTime<Utc>, least: i64| {
            let wait = (due - at(0)).num_minutes();
            assert!(wait >= least && wait <= least + least / 10 + 1, "{wait} {least}");
        };
        spread(next_due(&hourly, &well(), None, at(0)), 60);
        spread(next_due(&hourly, &well(), Some(at(600)), at(0)), 600);
        spread(next_due(&hourly, &well(), Some(at(5)), at(0)), 60);
        spread(next_due(&source(""), &well(), None, at(0)), 60);
        spread(next_due(&source(""), &Memory::default(), None, at(0)), 120);
    }

    #[test]
    fn failures_wait_longer_and_longer() {
        let source = source("interval = \"30m\"");
        let waits = |status: Option<u16>| -> Vec<i64> {
            let mut memory = well();
            let mut failure = Finding::error(Code::HttpStatus, "x");
            failure.status = status;
            memory.failure = Some(failure);
            memory.failing_since = Some(at(0));
            (1..=12)
                .map(|failures| {
                    memory.failures = failures;
                    (next_due(&source, &memory, None, at(0)) - at(0)).num_hours()
                })
                .collect()
        };
        let bad = waits(Some(500));
        assert!(bad.windows(2).all(|pair| pair[0] <= pair[1]) && bad[0] == 1 && bad[11] <= 26, "{bad:?}");
        assert!(waits(Some(404))[11] >= 7 * 24);
        let mut dead = well();
        dead.failure = Some(Finding::error(Code::FetchFailed, "x"));
        dead.failures = 1;
        dead.failing_since = Some(at(-31 * 1440));
        assert!((next_due(&source, &dead, None, at(0)) - at(0)).num_days() >= 7);
    }

    #[test]
    fn what_is_due() {
        let source = source("");
        let mut memory = Memory { fingerprint: source.fingerprint.clone(), next_due: Some(at(10)), ..well() };
        assert!(is_due(&source, None, at(0)));
        assert!(!is_due(&source, Some(&memory), at(9)));
        assert!(is_due(&source, Some(&memory), at(10)));
        assert!(is_due(&source, Some(&memory), at(-60 * 24 * 365)), "the clock was set back by a year");
        memory.fingerprint.clear();
        assert!(is_due(&source, Some(&memory), at(9)), "feeds.toml changed");
        memory.failures = 1;
        assert!(!is_due(&source, Some(&memory), at(9)), "but a failure waits");
    }

    #[test]
    fn every_feed_is_in_one_shard() {
        let ids: Vec<FeedId> = (0..100).map(|n| FeedId::new(&format!("feed-{n}")).unwrap()).collect();
        for id in &ids {
            assert_eq!((1..=3).filter(|part| in_shard(id, *part, 3)).count(), 1);
        }
        for part in 1..=3 {
            assert!(ids.iter().filter(|id| in_shard(id, part, 3)).count() > 20);
        }
        let shares: std::collections::BTreeSet<u64> = ids.iter().map(|id| seconds(share(id) * 1000.0)).collect();
        assert!(shares.len() > 80, "{}", shares.len());
    }
}
