//! The end of a visit that went well: history and news together, state, then archives and files.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::merge::Merged;
use super::{Visit, publish};
use crate::assemble;
use crate::assemble::media::Names;
use crate::finding::{Code, Finding};
use crate::format;
use crate::hosting;
use crate::model::{Entry, EntryId, Feed, Part};
use crate::pipeline::ports::{Clock, Fetch, Kept, Memory, Publish, Store, Update};
use crate::pipeline::{Outcome, State, archive, bearing, health, mirror, schedule};

impl<F: Fetch, S: Store, P: Publish, C: Clock> Visit<'_, F, S, P, C> {
    /// Puts history and news together, keeps it, writes the files, and remembers that they are written.
    pub(super) async fn finish(
        &mut self,
        mut after: Memory,
        kept: Vec<Kept>,
        adopted: Vec<Kept>,
        news: Merged,
    ) -> Result<Outcome, Finding> {
        let published = publish::order(&kept, self.source.options.max_entries);
        let mut all: BTreeMap<EntryId, Kept> = kept.into_iter().map(|kept| (kept.entry.id.clone(), kept)).collect();
        let mut written: Vec<Kept> = self.rebuilt.take().unwrap_or_default();
        for kept in adopted.into_iter().chain(news.entries) {
            all.insert(kept.entry.id.clone(), kept.clone());
            written.push(kept);
        }
        self.reused = Some((published, written.iter().map(|kept| kept.entry.id.clone()).collect()));
        let entries = all.into_values().map(|kept| kept.entry).collect();
        let ordered = assemble::in_order(self.source, &after.channel, entries);
        if ordered.is_empty() {
            return Err(Finding::error(Code::ListingEmpty, "no story could be used").at_page(&self.source.url));
        }
        if let Some(finding) = assemble::stale(newest(&ordered), self.source, self.now) {
            self.findings.push(finding.clone());
            after.findings.push(finding);
        }
        self.succeed(&mut after, news.new + news.changed > 0);
        let leaving = self.leaving(&ordered, &after);
        let max = self.source.options.max_entries;
        let closes =
            self.source.options.publication.archive && assemble::next_page(&ordered, max, &after.archives).is_some();
        let nothing_new = written.is_empty() && leaving.is_empty() && !closes && after.channel == self.memory.channel;
        if nothing_new && self.intact() {
            let recurring = self.recurring.take();
            if news.seen.is_empty() && recurring.is_none() {
                self.note(&after)?;
            } else {
                let update = Update { memory: after.clone(), seen: news.seen, recurring, ..Update::default() };
                self.put(&update)?;
            }
            return Ok(self.outcome(State::Unchanged, &after, 0, 0, 0));
        }
        after.published = Vec::new();
        // If this cannot be kept, the next visit looks at all files.
        self.memory.published = Vec::new();
        let recurring = self.recurring.take();
        let seen = news.seen.into_iter().chain(std::mem::take(&mut self.archived)).collect();
        let dropped = leaving.iter().cloned().collect();
        self.put(&Update { memory: after.clone(), changed: written, dropped, seen, recurring, ..Update::default() })?;
        self.memory = after.clone();
        let files = self.settle(&mut after, &ordered, &leaving)?;
        let feed = self.feed(&after, ordered);
        let files = files + self.publish(feed, &mut after).await?;
        let state = if files > 0 { State::Changed } else { State::Unchanged };
        Ok(self.outcome(state, &after, news.new, news.changed, files))
    }

    /// The entries that go: the feed has no room for them and, where it has archives, one that is there to stay has them.
    fn leaving(&self, ordered: &[Entry], after: &Memory) -> BTreeSet<EntryId> {
        let beyond = ordered.iter().skip(self.source.options.max_entries);
        let archive = self.source.options.publication.archive;
        let goes = |entry: &&Entry| !archive || assemble::is_archived(entry, &after.archives);
        beyond.filter(goes).map(|entry| entry.id.clone()).collect()
    }

    /// Closes the archives that the entries beyond `max_entries` ask for; returns how many files were written. `ordered`
    /// are all entries, newest first, of which those `leaving` are kept no longer.
    pub(super) fn settle(
        &self,
        after: &mut Memory,
        ordered: &[Entry],
        leaving: &BTreeSet<EntryId>,
    ) -> Result<usize, Finding> {
        let (source, config, publish) = (self.source, self.config, self.ports.publish);
        let mut files = 0;
        if self.before.last_success.is_some() && self.before.base_url != config.base_url {
            files += archive::move_all(source, config, publish, after.archives.newest)?;
        }
        if source.options.publication.archive {
            let copies = if self.memory.mirrors { mirror::names(self.pictures()?) } else { Names::new() };
            files += archive::close(source, &after.channel, config, publish, ordered, &copies, &mut after.archives)?;
        }
        let left = ordered.iter().filter(|entry| !leaving.contains(&entry.id));
        after.archives.marks = assemble::remaining(left, &after.archives);
        Ok(files)
    }

    pub(super) fn succeed(&mut self, after: &mut Memory, news: bool) {
        bearing::succeeded(after, &self.memory, self.source, self.now);
        self.findings.extend(bearing::moved_note(after, self.source));
        after.last_success = Some(self.now);
        after.failing_since = None;
        after.failures = 0;
        after.failure = None;
        schedule::note(&mut after.pace, news, self.now);
        after.next_due = Some(schedule::next_due(self.source, after, after.not_before, self.now));
        health::note(after, self.now);
    }

    pub(super) fn feed(&self, after: &Memory, entries: Vec<Entry>) -> Feed {
        let mut feed = assemble::feed(self.source, &after.channel, entries);
        let newest = after.archives.newest;
        let there =
            self.source.options.publication.archive && archive::exists(self.ports.publish, &self.source.id, newest);
        feed.part = Part::Current { newest_archive: there.then_some(newest) };
        feed
    }

    /// Whether every file of the feed was published and is there with its size, was made for the address where it is
    /// served now, and shows its pictures from where it should.
    pub(super) fn intact(&self) -> bool {
        let written = |path: String| self.memory.published.iter().any(|(known, _)| *known == path);
        !self.memory.published.is_empty()
            && format::paths(&self.source.id).all(written)
            && self.config.precompress == self.memory.published.iter().any(|(path, _)| hosting::twins::is_twin(path))
            && self.memory.base_url == self.config.base_url
            && self.memory.mirrors == self.source.options.media.is_some()
            && self.memory.pictures_waiting == 0
            && self.memory.presentation == assemble::presentation(self.source)
            && (self.memory.archives.newest == 0
                || archive::exists(self.ports.publish, &self.source.id, self.memory.archives.newest))
            && self.memory.published.iter().all(|(path, size)| self.ports.publish.size(path) == Some(*size))
    }
}

/// The publication time of the newest of `ordered`.
fn newest(ordered: &[Entry]) -> Option<DateTime<Utc>> {
    ordered.first().map(|entry| entry.published.instant().to_utc())
}
