//! How a visit can end, as the run is told.

use super::Visit;
use crate::assemble;
use crate::config::Source;
use crate::finding::Finding;
use crate::pipeline::ports::{Clock, Fetch, Memory, Publish, Store, Update};
use crate::pipeline::{Outcome, State, bearing, health, offline, schedule};

/// The outcome of a visit that could not begin, because the row cannot be read.
pub(super) fn refused(source: &Source, finding: Finding) -> Outcome {
    Outcome {
        id: source.id.clone(),
        state: State::Failed,
        new: 0,
        changed: 0,
        files: 0,
        entries: 0,
        newest: None,
        last_success: None,
        next_due: None,
        failures: 0,
        before: None,
        rowless: Some(Box::default()),
        shows_the_same: false,
        findings: vec![finding],
    }
}

impl<F: Fetch, S: Store, P: Publish, C: Clock> Visit<'_, F, S, P, C> {
    /// Ends the visit with `finding`: the last good files stay, and the failure is remembered.
    pub(super) fn failed(mut self, finding: Finding) -> Outcome {
        let unreached = offline::before(self.source, &self.before, &finding);
        let mut memory = self.memory.clone();
        memory.failures = memory.failures.saturating_add(1);
        memory.failing_since.get_or_insert(self.now);
        bearing::failed(&mut memory, self.source, &finding, self.now);
        let mut finding = finding;
        if memory.summary.entries > 0 {
            let of = memory.last_success.or(memory.summary.newest.map(|newest| newest.to_utc()));
            let of = of
                .map(|time| format!(" of {}", self.source.options.timezone.at(time.to_utc()).format("%-d %b %Y")))
                .unwrap_or_default();
            finding.message = format!(
                "{}; kept the feed{of} ({})",
                finding.message,
                assemble::count(memory.summary.entries, "entry")
            );
        }
        memory.failure = Some(finding.clone());
        let mut findings = std::mem::take(&mut self.findings);
        findings.push(finding);
        memory.next_due = Some(schedule::next_due(self.source, &memory, memory.not_before, self.now));
        health::note(&mut memory, self.now);
        findings.extend(self.tell_in_the_feed(&mut memory).err());
        let kept = match self.rebuilt {
            Some(rebuilt) => {
                let update = Update { memory: memory.clone(), changed: rebuilt, ..Update::default() };
                self.ports.store.put(&self.source.id, &update)
            }
            None => self.ports.store.note(&self.source.id, &memory),
        };
        let known = kept.is_ok();
        if let Err(error) = kept {
            findings.push(error.into());
        }
        Outcome {
            id: self.source.id.clone(),
            state: State::Failed,
            new: 0,
            changed: 0,
            files: 0,
            entries: memory.summary.entries,
            newest: memory.summary.newest,
            last_success: memory.last_success,
            next_due: memory.next_due,
            failures: memory.failures,
            before: unreached,
            shows_the_same: known && self.before.shows_the_same(&memory),
            rowless: (!known).then(|| Box::new(memory.into())),
            findings,
        }
    }

    /// Ends the visit before it began: the page is gone, and so is all interest in it.
    pub(super) fn retired(mut self, finding: Finding) -> Outcome {
        let mut after = self.memory.clone();
        after.next_due = Some(schedule::next_due(self.source, &after, after.not_before, self.now));
        after.failure = Some(finding.clone());
        if let Err(error) = self.note(&after) {
            self.findings.push(error);
        }
        self.findings.push(finding);
        self.outcome(State::Unchanged, &after, 0, 0, 0)
    }

    pub(super) fn outcome(
        &mut self,
        state: State,
        after: &Memory,
        new: usize,
        changed: usize,
        files: usize,
    ) -> Outcome {
        Outcome {
            id: self.source.id.clone(),
            state,
            new,
            changed,
            files,
            entries: after.summary.entries,
            newest: after.summary.newest,
            last_success: after.last_success,
            next_due: after.next_due,
            failures: after.failures,
            before: None,
            rowless: None,
            shows_the_same: self.before.shows_the_same(after),
            findings: std::mem::take(&mut self.findings),
        }
    }
}
