//! One visit to one source.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::bearing;
use super::ports::{Answer, Clock, Fetch, Kept, Memory, Mirrored, Publish, Request, Store, Validators};
use super::read::{self, ReadListing, Setting};
use super::restore::restore;
use super::{Event, Outcome, Ports, State, archive, doubt};
use crate::assemble::{self, Why};
use crate::config::{Config, Source};
use crate::finding::{Code, Finding};
use crate::listing::Listing;
use crate::model::EntryId;
use crate::normalise::id::entry_id;
use crate::page::Page;

mod finish;
mod merge;
mod outcome;
mod publish;
mod state;
mod stories;

/// Everything one visit carries along.
struct Visit<'a, F, S, P, C> {
    source: &'a Arc<Source>,
    config: &'a Config,
    ports: &'a Ports<'a, F, S, P, C>,
    /// Whether more will be asked of the host after this visit.
    keep_connection: bool,
    now: DateTime<Utc>,
    /// What was remembered when the visit began.
    before: Memory,
    memory: Memory,
    /// Entries that a rebuild found and the store does not have yet.
    rebuilt: Option<Vec<Kept>>,
    /// The same for pictures.
    rebuilt_pictures: Vec<Mirrored>,
    /// Keys of what a rebuild found in archives, which the store does not have yet either.
    archived: Vec<(String, EntryId)>,
    findings: Vec<Finding>,
    /// What was learned of the blocks that the articles have in common.
    recurring: Option<Vec<u8>>,
    /// The ids of the published entries in their order, and those of entries that are not as they were published.
    reused: Option<(Vec<EntryId>, HashSet<EntryId>)>,
}

/// Visits `source`: whatever goes wrong becomes a finding, and the last good files stay. `keep_connection` says whether
/// more will be asked of the host.
pub async fn visit<F: Fetch, S: Store, P: Publish, C: Clock>(
    source: &Arc<Source>,
    config: &Config,
    ports: &Ports<'_, F, S, P, C>,
    keep_connection: bool,
    tell: &(dyn Fn(&Event<'_>) + Sync),
) -> Outcome {
    let now = ports.clock.now();
    let memory = match ports.store.memory(&source.id) {
        Ok(memory) => memory,
        Err(error) => return outcome::refused(source, error.into()),
    };
    // A row that only tells of failures holds no history: it may still be read back from the published feed.
    let first = memory.as_ref().is_none_or(|memory| memory.last_success.is_none() && memory.summary.entries == 0);
    let memory = memory.unwrap_or_default();
    let before = memory.clone();
    let mut visit = Visit {
        source,
        config,
        ports,
        keep_connection,
        now,
        before,
        memory,
        rebuilt: None,
        rebuilt_pictures: Vec::new(),
        archived: Vec::new(),
        findings: Vec::new(),
        recurring: None,
        reused: None,
    };
    if first {
        match restore(source, config, ports.fetch, ports.publish).await {
            Ok(Some(restored)) => {
                visit.memory = Memory {
                    failures: visit.memory.failures,
                    failing_since: visit.memory.failing_since,
                    incidents: visit.memory.incidents,
                    since: visit.memory.since,
                    ..restored.memory
                };
                visit.findings.push(restored.finding);
                visit.rebuilt = Some(restored.entries);
                visit.rebuilt_pictures = restored.pictures;
            }
            Ok(None) => {}
            Err(finding) => return visit.failed(finding),
        }
    }
    visit.find_archives().await;
    tracing::info!(feed = %source.id, known = !first, "visit");
    if let Some(finding) = bearing::retired(&visit.memory, source, now) {
        return visit.retired(finding);
    }
    match visit.run(tell).await {
        Ok(outcome) => outcome,
        Err(finding) => visit.failed(finding),
    }
}

impl<F: Fetch, S: Store, P: Publish, C: Clock> Visit<'_, F, S, P, C> {
    /// Fetches archives that were lost, and reads them all if the state was.
    async fn find_archives(&mut self) {
        let (source, publish) = (self.source, self.ports.publish);
        let newest = self.memory.archives.newest;
        if source.options.publication.archive {
            self.findings.extend(archive::recover(source, self.config, self.ports.fetch, publish, newest).await);
        }
        if let Some(kept) = &self.rebuilt {
            self.archived = archive::remember(source, publish, kept, &mut self.memory.archives);
        }
        let archives = &mut self.memory.archives;
        if archives.newest > 0 && !archive::exists(publish, &source.id, archives.newest) {
            // What was in it is in none, as far as anybody can see.
            archives.marks.clear();
        }
    }

    async fn run(&mut self, tell: &(dyn Fn(&Event<'_>) + Sync)) -> Result<Outcome, Finding> {
        let current = self.memory.fingerprint == self.source.fingerprint && self.memory.queued == 0;
        let validators = current.then(|| self.memory.validators.clone());
        self.findings.extend(bearing::robots_note(self.source));
        let url = bearing::address(&self.memory, self.source, self.now).clone();
        // An unchanged page, the usual answer to a conditional request, is the last that is asked for; so is any index
        // page where nothing but it is read.
        let alone = !self.source.options.full_text && self.source.options.media.is_none();
        let last = !self.keep_connection && (alone || validators.is_some());
        let (source, container) = (Arc::clone(self.source), self.memory.baseline.container.clone());
        let read = move |page: &Page| {
            if assemble::is_turned_away(&page.requested, &page.url) {
                let message = format!("the address leads to {}, which is no index page", page.url);
                return Err(Finding::error(Code::PageRefused, message).at_page(&page.requested));
            }
            read::listing(page, &source, container.as_deref())
        };
        // Boxed, as is what follows a listing: visits that wait hold little beside what they wait for.
        match Box::pin(self.read(&url, validators.as_ref(), last, read)).await? {
            Answer::Unchanged(validators) => self.unchanged(validators).await,
            Answer::Page(listed, validators) => {
                let listed = listed?;
                self.findings.extend(listed.findings);
                let mut after = self.memory.clone();
                after.validators = validators;
                Box::pin(self.listed(listed.value, after, tell)).await
            }
        }
    }

    /// Asks for a page, and reads it with `read`.
    async fn read<T: Send + 'static>(
        &self,
        url: &url::Url,
        validators: Option<&Validators>,
        last: bool,
        read: impl FnOnce(&Page) -> T + Send + 'static,
    ) -> Result<Answer<T>, Finding> {
        let source = self.source;
        let root = source.root.as_ref();
        let request = Request { url, home: &source.url, options: &source.options.request, root, validators, last };
        self.ports.fetch.read(request, read).await
    }

    /// The listing is as it was: nothing is parsed; files are written only if they are not as they should be.
    async fn unchanged(&mut self, validators: Validators) -> Result<Outcome, Finding> {
        let mut after = Memory { validators, ..self.memory.clone() };
        // A listing that stands still grows stale without changing.
        after.findings.retain(|finding| finding.code != Code::ListingStale);
        let newest = after.summary.newest.map(|newest| newest.to_utc());
        after.findings.extend(assemble::stale(newest, self.source, self.now));
        after.shrunk_runs = 0;
        after.doubt = None;
        self.succeed(&mut after, false);
        self.findings.extend(after.findings.iter().cloned());
        if self.intact() {
            self.note(&after)?;
            return Ok(self.outcome(State::Unchanged, &after, 0, 0, 0));
        }
        let entries = self.kept()?.into_iter().map(|kept| kept.entry).collect();
        let ordered = assemble::in_order(self.source, &after.channel, entries);
        let files = self.settle(&mut after, &ordered, &BTreeSet::new())?;
        let feed = self.feed(&after, ordered);
        let files = files + self.publish(feed, &mut after).await?;
        let state = if files > 0 { State::Changed } else { State::Unchanged };
        Ok(self.outcome(state, &after, 0, 0, files))
    }

    /// A listing was read: judge it, read what is new, merge, publish.
    async fn listed(
        &mut self,
        read: ReadListing,
        mut after: Memory,
        tell: &(dyn Fn(&Event<'_>) + Sync),
    ) -> Result<Outcome, Finding> {
        let before = (self.memory.last_success.is_some() || self.memory.summary.entries > 0).then_some(&self.memory);
        let channel = assemble::channel(self.source, &read.listing, before.map(|memory| &memory.channel));
        let kept = self.kept()?;
        let keys: Vec<_> = read.listing.teasers.iter().map(|teaser| assemble::keys(teaser, self.source)).collect();
        let mut known = self.known(&keys, &kept)?;
        let number = doubt::number_known(&keys, &known, self.source);
        let judged = doubt::listing(&read, channel.language.as_deref(), number, &kept, before, self.source, self.now);
        match judged {
            doubt::Judged::Good => {}
            doubt::Judged::Quiet(finding) => {
                self.memory.findings = vec![finding];
                return self.unchanged(after.validators).await;
            }
            doubt::Judged::Refused(finding, doubted) => {
                self.memory.doubt = doubted;
                return Err(finding);
            }
            doubt::Judged::Shrunk(finding) => {
                self.memory.shrunk_runs += 1;
                return Err(finding);
            }
        }
        let ReadListing { listing, container, .. } = read;
        let shaped_otherwise =
            !self.memory.fingerprint.is_empty() && self.memory.fingerprint != self.source.fingerprint;
        let same = doubt::moved(&listing, &keys, number, &kept, &self.memory);
        let number = if same.is_empty() {
            number
        } else {
            known.extend(same.iter().cloned());
            doubt::number_known(&keys, &known, self.source)
        };
        tracing::info!(feed = %self.source.id, items = listing.teasers.len(), strategy = listing.strategy, "listing");
        after.channel = channel;
        self.believe(&mut after, &listing, container, number, shaped_otherwise);
        let source = Arc::new(assemble::with_habits(self.source, &listing));
        let site = listing.title.clone().unwrap_or_default();
        let stories = listing.teasers.into_iter().zip(keys);
        let mut plan = assemble::plan(stories, self.source, &known, &kept, shaped_otherwise);
        self.findings.extend(after.findings.iter().cloned());
        after.queued = plan.queued;
        tracing::info!(feed = %self.source.id, to_read = plan.fresh.len(), queued = plan.queued, "plan");

        let setting = Setting { source, language: after.channel.language.clone(), site, now: self.now };
        let jobs = std::mem::take(&mut plan.fresh);
        let (read, left_out, unread) = self.read_all(jobs, Arc::new(setting), tell).await?;
        plan.queued += unread;
        after.queued += unread;
        let new = read.iter().filter(|story| story.why == Why::New && !story.kept.pending);
        let stories: Vec<super::Story> = new.map(|story| assemble::drift::story(&story.kept)).collect();
        if let Some(refused) = doubt::stories(&stories, self.source, &self.memory, shaped_otherwise, self.now) {
            self.memory.doubt = refused.1;
            return Err(refused.0);
        }
        assemble::drift::learn(&mut after.baseline, &stories);
        plan.filtered += left_out.len();
        self.findings.extend(assemble::plan_findings(&plan, self.source));
        after.queued += read.iter().filter(|story| merge::waits(&story.kept, self.now)).count();
        let mut update = merge::merge(read, &kept, &known);
        update.seen.extend(same);
        update
            .seen
            .extend(plan.beyond.into_iter().flat_map(|(id, keys)| keys.into_iter().map(move |key| (key, id.clone()))));
        // Remembered under a key of its own, so that it is not read again in every run.
        let left_out = left_out.into_iter();
        let left_out = left_out.filter_map(|key| Some((assemble::left_out_key(&key, self.source)?, entry_id(key))));
        update.seen.extend(left_out);
        self.finish(after, kept, plan.adopted, update).await
    }

    /// Takes a listing that was believed into the row; a `number` of its stories is known.
    fn believe(
        &self,
        after: &mut Memory,
        listing: &Listing,
        container: Option<String>,
        number: usize,
        shaped_otherwise: bool,
    ) {
        after.findings = assemble::listing_findings(listing, self.source);
        after.baseline_items = listing.teasers.len();
        after.baseline = doubt::baseline(&self.memory, listing, container, number);
        after.baseline.language.clone_from(&after.channel.language);
        if shaped_otherwise || self.memory.accepted {
            after.baseline.recent.clear();
            after.baseline.stories = super::Fill::default();
        }
        after.shrunk_runs = 0;
        after.doubt = None;
        after.accepted = false;
        after.fingerprint.clone_from(&self.source.fingerprint);
    }
}
