//! When a source began to fail, and when it was well again: what the health feed tells.

use chrono::{DateTime, Utc};

use super::{Incident, Memory};
use crate::assemble;
use crate::config::{Errors, Source};
use crate::finding::{Code, Finding, Severity};
use crate::model::{Entry, EntryId};

/// How many beginnings and ends are remembered of one source.
const MAX_INCIDENTS: usize = 20;

/// Notes in `memory`, after a visit at `now`, whether a failure began or ended.
///
/// A server that could not be reached or had a trouble of its own counts from the second time in a row: most such
/// hiccups are over by then.
pub(super) fn note(memory: &mut Memory, now: DateTime<Utc>) {
    memory.since.get_or_insert(now);
    let fails = memory.incidents.last().is_some_and(|incident| incident.failure.is_some());
    let trouble = errors(memory).next();
    let incident = match trouble {
        Some(finding) if !fails && (memory.failures >= 2 || !passes(finding)) => {
            Incident { at: memory.failing_since.unwrap_or(now), failure: Some(finding.message.clone()) }
        }
        None if fails => Incident { at: now, failure: None },
        _ => return,
    };
    memory.incidents.push(incident);
    if memory.incidents.len() > MAX_INCIDENTS {
        memory.incidents.remove(0);
    }
}

/// What is wrong with a source: why its last visit failed, and errors of its last listing.
pub fn errors(memory: &Memory) -> impl Iterator<Item = &Finding> {
    memory.failure.iter().chain(&memory.findings).filter(|finding| finding.severity == Severity::Error)
}

/// How the ids of entries that tell of a failure begin: they are of no story, and nothing restores them.
const NOTICE: &str = "urn:feedmill-failure:";

/// The entry that tells in the feed itself that it fails, as `errors = "entry"` wants; always the same for one failure.
pub(super) fn notice(source: &Source, memory: &Memory) -> Option<Entry> {
    let incident = memory.incidents.last().filter(|_| source.options.errors == Errors::Entry)?;
    let failure = incident.failure.clone()?;
    let id = EntryId::from_key(format!("{NOTICE}{}:{}", source.id, incident.at.format("%Y%m%dT%H%M%SZ")));
    let title = format!("{} cannot be renewed", memory.channel.title);
    assemble::notice(id, &title, failure, source.url.clone(), incident.at)
}

/// Whether an entry of a published feed tells of a failure.
pub(super) fn is_notice(entry: &Entry) -> bool {
    entry.id.as_str().starts_with(NOTICE)
}

/// Whether a failure often passes by itself.
fn passes(finding: &Finding) -> bool {
    let server = finding.status.is_some_and(|status| status >= 500 || status == 429 || status == 408);
    matches!(finding.code, Code::FetchFailed | Code::NameUnknown) || finding.code == Code::HttpStatus && server
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn beginnings_and_ends_are_noted_once() {
        let mut memory = Memory::default();
        note(&mut memory, at(0));
        assert_eq!((memory.incidents.len(), memory.since), (0, Some(at(0))));
        let failing = |memory: &mut Memory, code, time| {
            memory.failure = Some(Finding::error(code, format!("failed at {time}")));
            memory.failures += 1;
            memory.failing_since.get_or_insert(at(time));
            note(memory, at(time));
        };
        let well = |memory: &mut Memory, time| {
            *memory = Memory { incidents: std::mem::take(&mut memory.incidents), ..Memory::default() };
            note(memory, at(time));
        };
        failing(&mut memory, Code::FetchFailed, 1);
        well(&mut memory, 2);
        assert_eq!(memory.incidents, [], "one hiccup is no incident");
        failing(&mut memory, Code::FetchFailed, 3);
        failing(&mut memory, Code::FetchFailed, 4);
        failing(&mut memory, Code::FetchFailed, 5);
        well(&mut memory, 6);
        well(&mut memory, 7);
        failing(&mut memory, Code::ListingEmpty, 8);
        let told: Vec<_> = memory.incidents.iter().map(|i| (i.at, i.failure.as_deref())).collect();
        assert_eq!(told, [(at(3), Some("failed at 4")), (at(6), None), (at(8), Some("failed at 8"))]);
        for time in 0..100 {
            failing(&mut memory, Code::ListingEmpty, time);
            well(&mut memory, time);
        }
        assert_eq!(memory.incidents.len(), MAX_INCIDENTS);
    }
}
