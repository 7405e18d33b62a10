//! One visit to one source.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::bearing;
use super::furniture::{self, Lessons};
use super::ports::{Answer, Clock, Fetch, Kept, Memory, Mirrored, Publish, Request, Store, Update, Validators};
use super::read::{self, Draft, ReadArticle, ReadListing, Setting, Step};
use super::restore::restore;
use super::{Event, Outcome, Ports, State, archive, doubt, health, mirror, offline, schedule};
use crate::article::recurring::Removed;
use crate::assemble::media::Names;
use crate::assemble::{self, Job, Why};
use crate::config::{Config, Source};
use crate::finding::{Code, Finding};
use crate::format;
use crate::hosting;
use crate::listing::Listing;
use crate::model::{Entry, EntryId, Feed, Part};
use crate::normalise::id::entry_id;
use crate::page::Page;

mod publish;

/// For so long after a story was first seen its page is asked for again in every run, if it could not be read; later
/// only when the listing changes.
const RETRY: TimeDelta = TimeDelta::hours(24);

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
        Err(error) => return refused(source, Finding::error(Code::StateFailed, error.to_string())),
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

/// The outcome of a visit that could not begin, because the row cannot be read.
fn refused(source: &Source, finding: Finding) -> Outcome {
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
    /// Fetches archives that were lost, and reads them all if the state was.
    async fn find_archives(&mut self) {
        let (source, publish) = (self.source, self.ports.publish);
        let newest = self.memory.archives.newest;
        if source.publication.archive {
            self.findings.extend(archive::recover(source, self.config, self.ports.fetch, publish, newest).await);
        }
        if let Some(kept) = &self.rebuilt {
            self.archived = archive::remember(source, publish, kept, &mut self.memory.archives);
        }
    }

    async fn run(&mut self, tell: &(dyn Fn(&Event<'_>) + Sync)) -> Result<Outcome, Finding> {
        let current = self.memory.fingerprint == self.source.fingerprint && self.memory.queued == 0;
        let validators = current.then(|| self.memory.validators.clone());
        self.findings.extend(bearing::robots_note(self.source));
        let url = bearing::address(&self.memory, self.source, self.now).clone();
        // An unchanged page, the usual answer to a conditional request, is the last that is asked for.
        let last = !self.keep_connection && validators.is_some();
        match self.fetch(&url, validators.as_ref(), last).await? {
            Answer::Unchanged(validators) => self.unchanged(validators).await,
            Answer::Page(page, _) if assemble::is_turned_away(&url, &page.url) => {
                let message = format!("the address leads to {}, which is no index page", page.url);
                Err(Finding::error(Code::PageRefused, message).at_page(&url))
            }
            Answer::Page(page, validators) => {
                let (source, container) = (Arc::clone(self.source), self.memory.baseline.container.clone());
                let read = move || read::listing(&page, &source, container.as_deref());
                let listed = read::blocking(self.ports.parsers.as_ref(), read).await??;
                self.findings.extend(listed.findings);
                let mut after = self.memory.clone();
                after.validators = validators;
                self.listed(listed.value, after, tell).await
            }
        }
    }

    async fn fetch(&self, url: &url::Url, validators: Option<&Validators>, last: bool) -> Result<Answer, Finding> {
        let source = self.source;
        let root = source.root.as_ref();
        let request = Request { url, home: &source.url, options: &source.request, root, validators, last };
        self.ports.fetch.fetch(request).await
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
        let leaving = self.leaving(&ordered);
        let files = self.settle(&mut after, &ordered, leaving)?;
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
        let mut known = self.known(&read.listing, &kept)?;
        let judged = doubt::listing(&read, channel.language.as_deref(), &known, &kept, before, self.source, self.now);
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
        let same = doubt::moved(&listing, &known, &kept, self.source, &self.memory);
        known.extend(same.iter().cloned());
        tracing::info!(feed = %self.source.id, items = listing.teasers.len(), strategy = listing.strategy, "listing");
        after.channel = channel;
        self.believe(&mut after, &listing, container, &known, shaped_otherwise);
        let source = Arc::new(assemble::with_habits(self.source, &listing));
        let site = listing.title.clone().unwrap_or_default();
        let mut plan = assemble::plan(listing.teasers, self.source, &known, &kept, shaped_otherwise);
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
        after.queued += read.iter().filter(|story| waits(&story.kept, self.now)).count();
        let mut update = merge(read, &kept, &known);
        update.seen.extend(same);
        update
            .seen
            .extend(plan.beyond.into_iter().flat_map(|(id, keys)| keys.into_iter().map(move |key| (key, id.clone()))));
        // Remembered under a key of its own, so that it is not read again in every run.
        update.seen.extend(left_out.into_iter().map(|key| (assemble::left_out_key(&key, self.source), entry_id(key))));
        self.finish(after, kept, plan.adopted, update).await
    }

    /// Takes a listing that was believed into the row.
    fn believe(
        &self,
        after: &mut Memory,
        listing: &Listing,
        container: Option<String>,
        known: &HashMap<String, EntryId>,
        shaped_otherwise: bool,
    ) {
        after.findings = assemble::listing_findings(listing, self.source);
        after.baseline_items = listing.teasers.len();
        after.baseline = doubt::baseline(&self.memory, listing, container, known, self.source);
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

    /// Reads the stories one after the other: they are on one host. Their pages are compared before the first entry is
    /// made of one. Returns the stories, the keys of those left out, and how many there was no time for.
    async fn read_all(
        &mut self,
        jobs: Vec<Job>,
        setting: Arc<Setting>,
        tell: &(dyn Fn(&Event<'_>) + Sync),
    ) -> Result<(Vec<Story>, Vec<String>, usize), Finding> {
        let total = jobs.len();
        let mut unread = 0;
        let mut steps = Vec::with_capacity(total);
        for (done, job) in jobs.into_iter().enumerate() {
            if self.ports.stopped() && done > 0 {
                unread = total - done;
                break;
            }
            let (why, link, key) = (job.why, job.teaser.url.clone(), job.keys.first().cloned());
            let step = if assemble::has_page(&job.teaser, self.source) {
                self.read_page(job, &setting, done + 1 == total && !self.keep_connection).await
            } else {
                Step::done(read::from_listing(&job, &setting))
            };
            steps.push((why, link, key, step));
            tell(&Event::Article(&self.source.id, done + 1, total));
        }
        let lessons = steps.iter().filter_map(|(_, _, _, step)| match step {
            Step::Draft(draft) => Some(draft.as_ref()),
            Step::Done(_) => None,
        });
        let known = Arc::new(furniture::learn(lessons, self.ports.store, self.source)?);
        let mut read = Vec::with_capacity(total);
        let (mut left_out, mut removed) = (Vec::new(), Vec::new());
        for (why, link, key, step) in steps {
            let story = match step {
                Step::Done(story) => *story,
                Step::Draft(draft) => {
                    let (story, gone) = self.make(*draft, &known, &setting).await;
                    removed.extend(gone);
                    story
                }
            };
            self.findings.extend(story.findings);
            left_out.extend(key.filter(|_| story.left_out));
            read.extend(story.kept.zip(link).map(|(kept, link)| Story { why, link, kept }));
        }
        self.findings.extend(furniture::finding(&removed, &known, self.source));
        self.recurring = known.changed();
        Ok((read, left_out, unread))
    }

    async fn read_page(&self, job: Job, setting: &Arc<Setting>, last: bool) -> Step {
        let Some(url) = job.teaser.url.clone() else { return Step::done(read::from_listing(&job, setting)) };
        let page: Box<Page> = match self.fetch(&url, None, last).await {
            Ok(Answer::Page(page, _)) if assemble::is_diverted(&url, &page.url, self.source) => {
                let message = format!("the story's address leads to {}, which is no story", page.url);
                let finding = Finding::warning(Code::ArticleFailed, message).at_page(&url);
                return Step::done(read::without_page(&job, setting, &finding));
            }
            Ok(Answer::Page(page, _)) => page,
            Ok(Answer::Unchanged(_)) => return Step::done(read::from_listing(&job, setting)),
            Err(finding) => return Step::done(read::without_page(&job, setting, &finding)),
        };
        let (setting_there, job_there) = (Arc::clone(setting), job.clone());
        let read = move || read::story(job_there, &page, &setting_there);
        match read::blocking(self.ports.parsers.as_ref(), read).await {
            Ok(step) => step,
            Err(finding) => Step::done(read::without_page(&job, setting, &finding.at_page(&url))),
        }
    }

    /// Makes the entry of a story whose page was read.
    async fn make(&self, draft: Draft, known: &Arc<Lessons>, setting: &Arc<Setting>) -> (ReadArticle, Vec<Removed>) {
        let job = draft.job.clone();
        let (known, setting_there) = (Arc::clone(known), Arc::clone(setting));
        let make = move || read::finish(draft, &known.known, &setting_there);
        match read::blocking(self.ports.parsers.as_ref(), make).await {
            Ok(made) => made,
            Err(finding) => {
                let finding = job.teaser.url.iter().fold(finding, Finding::at_page);
                (read::without_page(&job, setting, &finding), Vec::new())
            }
        }
    }

    /// Puts history and news together, keeps it, writes the files, and remembers that they are written.
    async fn finish(
        &mut self,
        mut after: Memory,
        kept: Vec<Kept>,
        adopted: Vec<Kept>,
        news: Merged,
    ) -> Result<Outcome, Finding> {
        let mut all: BTreeMap<EntryId, Kept> = kept.into_iter().map(|kept| (kept.entry.id.clone(), kept)).collect();
        let mut written: Vec<Kept> = self.rebuilt.take().unwrap_or_default();
        for kept in adopted.into_iter().chain(news.entries) {
            all.insert(kept.entry.id.clone(), kept.clone());
            written.push(kept);
        }
        let entries = all.into_values().map(|kept| kept.entry).collect();
        let ordered = assemble::in_order(self.source, &after.channel, entries);
        let dropped = self.leaving(&ordered);
        if ordered.is_empty() {
            return Err(Finding::error(Code::ListingEmpty, "no story could be used").at_page(&self.source.url));
        }
        if let Some(finding) = assemble::stale(newest(&ordered), self.source, self.now) {
            self.findings.push(finding.clone());
            after.findings.push(finding);
        }
        self.succeed(&mut after, news.new + news.changed > 0);
        let nothing_new = written.is_empty() && dropped.is_empty() && after.channel == self.memory.channel;
        if nothing_new && self.intact() {
            let recurring = self.recurring.take();
            if news.seen.is_empty() && recurring.is_none() {
                self.note(&after)?;
            } else {
                let update = Update { memory: after.clone(), seen: news.seen, recurring, ..Update::default() };
                self.commit(&update)?;
            }
            return Ok(self.outcome(State::Unchanged, &after, 0, 0, 0));
        }
        after.published = Vec::new();
        // If the commit fails, nobody knows what of it was kept: the next visit looks at all files.
        self.memory.published = Vec::new();
        let recurring = self.recurring.take();
        let seen = news.seen.into_iter().chain(std::mem::take(&mut self.archived)).collect();
        // What goes to an archive is kept until that is on the disk.
        let to_archive = self.source.publication.archive
            && assemble::next_page(&ordered, self.source.max_entries, &after.archives).is_some();
        let (now, later) = if to_archive { (Vec::new(), dropped) } else { (dropped, Vec::new()) };
        self.commit(&Update {
            memory: after.clone(),
            changed: written,
            dropped: now,
            seen,
            recurring,
            ..Update::default()
        })?;
        self.memory = after.clone();
        let files = self.settle(&mut after, &ordered, later)?;
        let feed = self.feed(&after, ordered);
        let files = files + self.publish(feed, &mut after).await?;
        let state = if files > 0 { State::Changed } else { State::Unchanged };
        Ok(self.outcome(state, &after, news.new, news.changed, files))
    }

    /// The entries that the feed has no room for.
    fn leaving(&self, ordered: &[Entry]) -> Vec<EntryId> {
        ordered.iter().skip(self.source.max_entries).map(|entry| entry.id.clone()).collect()
    }

    /// Closes the archives that the entries beyond `max_entries` ask for, then drops those `leaving`; returns how many
    /// files were written. `ordered` are all entries, newest first.
    fn settle(&self, after: &mut Memory, ordered: &[Entry], leaving: Vec<EntryId>) -> Result<usize, Finding> {
        let (source, config, publish) = (self.source, self.config, self.ports.publish);
        let mut files = 0;
        if self.before.last_success.is_some() && self.before.base_url != config.base_url {
            files += archive::move_all(source, config, publish, after.archives.newest)?;
        }
        if source.publication.archive {
            let copies = if self.memory.mirrors { mirror::names(self.pictures()?) } else { Names::new() };
            files += archive::close(source, &after.channel, config, publish, ordered, &copies, &mut after.archives)?;
        }
        after.archives.marks = assemble::remaining(ordered, source.max_entries, &after.archives);
        if !leaving.is_empty() {
            self.commit(&Update { memory: after.clone(), dropped: leaving, ..Update::default() })?;
        }
        Ok(files)
    }

    fn succeed(&mut self, after: &mut Memory, news: bool) {
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

    /// Ends the visit with `finding`: the last good files stay, and the failure is remembered.
    fn failed(mut self, finding: Finding) -> Outcome {
        let unreached = offline::before(self.source, &self.before, &finding);
        let mut memory = self.memory.clone();
        memory.failures = memory.failures.saturating_add(1);
        memory.failing_since.get_or_insert(self.now);
        bearing::failed(&mut memory, self.source, &finding, self.now);
        let mut finding = finding;
        if memory.summary.entries > 0 {
            let of = memory.last_success.or(memory.summary.newest.map(|newest| newest.to_utc()));
            let of = of
                .map(|time| format!(" of {}", time.with_timezone(&self.source.timezone).format("%-d %b %Y")))
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
                self.ports.store.commit(&self.source.id, &update)
            }
            None => self.ports.store.note(&self.source.id, &memory),
        };
        let known = kept.is_ok();
        if let Err(error) = kept {
            findings.push(Finding::error(Code::StateFailed, error.to_string()));
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
            rowless: (!known).then(|| Box::new(memory.shown())),
            findings,
        }
    }

    /// Ends the visit before it began: the page is gone, and so is all interest in it.
    fn retired(mut self, finding: Finding) -> Outcome {
        let mut after = self.memory.clone();
        after.next_due = Some(schedule::next_due(self.source, &after, after.not_before, self.now));
        after.failure = Some(finding.clone());
        if let Err(error) = self.note(&after) {
            self.findings.push(error);
        }
        self.findings.push(finding);
        self.outcome(State::Unchanged, &after, 0, 0, 0)
    }

    fn outcome(&mut self, state: State, after: &Memory, new: usize, changed: usize, files: usize) -> Outcome {
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

    /// Every entry whose content is kept, from the store or just rebuilt.
    fn kept(&self) -> Result<Vec<Kept>, Finding> {
        match &self.rebuilt {
            Some(rebuilt) => Ok(rebuilt.clone()),
            None => self
                .ports
                .store
                .entries(&self.source.id)
                .map_err(|error| Finding::error(Code::StateFailed, error.to_string())),
        }
    }

    fn known(&self, listing: &Listing, kept: &[Kept]) -> Result<HashMap<String, EntryId>, Finding> {
        let keys = listing.teasers.iter().flat_map(|teaser| assemble::keys(teaser, self.source));
        let keys: Vec<String> = keys.flat_map(|key| [assemble::left_out_key(&key, self.source), key]).collect();
        let stored = self.ports.store.known(&self.source.id, &keys);
        let mut known = stored.map_err(|error| Finding::error(Code::StateFailed, error.to_string()))?;
        if self.rebuilt.is_some() {
            known.extend(self.archived.iter().cloned());
            known.extend(kept.iter().flat_map(|kept| kept.keys.iter().map(|key| (key.clone(), kept.entry.id.clone()))));
        }
        Ok(known)
    }

    fn commit(&self, update: &Update) -> Result<(), Finding> {
        self.ports
            .store
            .commit(&self.source.id, update)
            .map_err(|error| Finding::error(Code::StateFailed, error.to_string()))
    }

    /// Keeps the row with the next batch.
    fn note(&self, memory: &Memory) -> Result<(), Finding> {
        let noted = self.ports.store.note(&self.source.id, memory);
        noted.map_err(|error| Finding::error(Code::StateFailed, error.to_string()))
    }

    fn feed(&self, after: &Memory, entries: Vec<Entry>) -> Feed {
        let mut feed = assemble::feed(self.source, &after.channel, entries);
        let newest = after.archives.newest;
        let there = self.source.publication.archive && archive::exists(self.ports.publish, &self.source.id, newest);
        feed.part = Part::Current { newest_archive: there.then_some(newest) };
        feed
    }

    /// Whether every file of the feed was published and is there with its size, was made for the address where it is
    /// served now, and shows its pictures from where it should.
    fn intact(&self) -> bool {
        let written = |path: String| self.memory.published.iter().any(|(known, _)| *known == path);
        !self.memory.published.is_empty()
            && format::paths(&self.source.id).all(written)
            && self.config.precompress == self.memory.published.iter().any(|(path, _)| hosting::twins::is_twin(path))
            && self.memory.base_url == self.config.base_url
            && self.memory.mirrors == self.source.media.is_some()
            && self.memory.pictures_waiting == 0
            && self.memory.presentation == assemble::presentation(self.source)
            && (self.memory.archives.newest == 0
                || archive::exists(self.ports.publish, &self.source.id, self.memory.archives.newest))
            && self.memory.published.iter().all(|(path, size)| self.ports.publish.size(path) == Some(*size))
    }
}

/// Whether the page of a young story could not be read and is worth another visit, though the listing may stand still.
fn waits(kept: &Kept, now: DateTime<Utc>) -> bool {
    kept.pending && now - kept.entry.first_seen < RETRY
}

/// The publication time of the newest of `ordered`.
fn newest(ordered: &[Entry]) -> Option<DateTime<Utc>> {
    ordered.first().map(|entry| entry.published.instant().to_utc())
}

/// What the stories that were read change.
#[derive(Default)]
struct Merged {
    entries: Vec<Kept>,
    seen: Vec<(String, EntryId)>,
    new: usize,
    changed: usize,
}

/// A story that was read.
struct Story {
    why: Why,
    link: url::Url,
    kept: Kept,
}

/// Sorts what was read into new entries, changed ones, and further addresses of known ones: a story whose canonical
/// address is known already is no new entry.
fn merge(read: Vec<Story>, kept: &[Kept], known: &HashMap<String, EntryId>) -> Merged {
    let mut ids: HashMap<String, EntryId> = known.clone();
    let mut titles: HashMap<EntryId, String> = HashMap::new();
    let mut before: HashMap<&EntryId, &Kept> = HashMap::new();
    for kept in kept {
        ids.extend(kept.keys.iter().map(|key| (key.clone(), kept.entry.id.clone())));
        titles.insert(kept.entry.id.clone(), kept.entry.title.as_str().to_owned());
        before.insert(&kept.entry.id, kept);
    }
    let mut merged = Merged::default();
    for Story { why, link, kept: mut story } in read {
        if why != Why::New {
            if before.get(&story.entry.id).is_none_or(|before| **before != story) {
                let same = before.get(&story.entry.id).is_some_and(|before| before.entry == story.entry);
                merged.changed += usize::from(!same);
                merged.entries.push(story);
            }
            continue;
        }
        let twin = titles.contains_key(&story.entry.id).then(|| story.entry.id.clone());
        let twin = twin.or_else(|| story.keys.iter().find_map(|key| ids.get(key)).cloned());
        let another =
            twin.as_ref().and_then(|id| titles.get(id)).is_some_and(|title| title != story.entry.title.as_str());
        match twin {
            Some(id) if !another => merged.seen.extend(story.keys.into_iter().map(|key| (key, id.clone()))),
            _ => {
                if another {
                    trust_the_link(&mut story, &link);
                }
                ids.extend(story.keys.iter().map(|key| (key.clone(), story.entry.id.clone())));
                titles.insert(story.entry.id.clone(), story.entry.title.as_str().to_owned());
                merged.new += 1;
                merged.entries.push(story);
            }
        }
    }
    merged
}

/// Takes back the address that a page calls its own: another story with another headline calls itself the same, so
/// the site names one address for all of its pages.
fn trust_the_link(story: &mut Kept, link: &url::Url) {
    story.keys.truncate(1);
    if let Some(key) = story.keys.first() {
        story.entry.id = entry_id(key.clone());
    }
    story.entry.url = crate::normalise::url::clean(link);
}
