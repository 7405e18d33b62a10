//! Telling a network that is down from sites that are.
//!
//! If not one of several servers could be reached, nothing was learnt about any of them: their rows are put back as they
//! were, so that no site is called failing and none waits longer.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{Clock, Memory, Outcome, Ports, Store, host};
use crate::config::{Config, Source};
use crate::finding::{Code, Finding};

/// Fewer hosts may well be down at once.
const SEVERAL: usize = 2;
/// The wait after a run without a network.
const AGAIN: TimeDelta = TimeDelta::minutes(30);

/// What is put back if the network turns out to be down, of a visit to `source` that failed with `finding`.
pub(super) fn before(source: &Source, before: &Memory, finding: &Finding) -> Option<Box<Memory>> {
    let unreached = source.root.is_none() && matches!(finding.code, Code::FetchFailed | Code::NameUnknown);
    unreached.then(|| Box::new(before.clone()))
}

/// Puts the rows of `outcomes` back if none of several servers could be reached, and says so.
pub(super) fn undo<F, S: Store, P, C: Clock>(
    config: &Config,
    outcomes: &mut [(usize, Outcome)],
    ports: &Ports<'_, F, S, P, C>,
) -> Option<Finding> {
    let mut hosts = BTreeSet::new();
    for (index, outcome) in outcomes.iter() {
        let Some(source) = config.sources.get(*index).filter(|source| source.root.is_none()) else { continue };
        // One that was reached is enough.
        outcome.before.as_ref()?;
        hosts.insert(host(source));
    }
    if hosts.len() < SEVERAL {
        return None;
    }
    for (_, outcome) in outcomes.iter_mut() {
        let Some(before) = outcome.before.take() else { continue };
        let memory = Memory { next_due: Some(ports.clock.now() + AGAIN), ..*before };
        outcome.shows_the_same = true;
        outcome.rowless = None;
        if let Err(error) = ports.store.note(&outcome.id, &memory) {
            return Some(error.into());
        }
    }
    let message = format!("none of {} servers could be reached; the network seems to be down", hosts.len());
    Some(Finding::error(Code::Offline, message).remedy("nothing is noted against the sites; run again when it is up"))
}
