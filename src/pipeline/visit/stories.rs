//! The stories of a listing: their pages are read one after the other, then compared, then made into entries.

use std::sync::Arc;

use super::Visit;
use super::merge::Story;
use crate::article::recurring::Removed;
use crate::assemble::{self, Job};
use crate::finding::{Code, Finding};
use crate::page::Page;
use crate::pipeline::Event;
use crate::pipeline::furniture::{self, Lessons};
use crate::pipeline::parsers::{self, Order};
use crate::pipeline::ports::{Answer, Clock, Fetch, Publish, Store};
use crate::pipeline::read::{self, Draft, ReadArticle, Setting, Step};

impl<F: Fetch, S: Store, P: Publish, C: Clock> Visit<'_, F, S, P, C> {
    /// Reads the stories one after the other: they are on one host. Their pages are compared before the first entry is
    /// made of one. Returns the stories, the keys of those left out, and how many there was no time for.
    pub(super) async fn read_all(
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
                    let (story, gone) = self.make(draft, &known, &setting).await;
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
        let (setting_there, job_there, source) = (Arc::clone(setting), job.clone(), Arc::clone(self.source));
        let read = move |page: &Page| {
            if assemble::is_diverted(&page.requested, &page.url, &source) {
                let message = format!("the story's address leads to {}, which is no story", page.url);
                let finding = Finding::warning(Code::ArticleFailed, message).at_page(&page.requested);
                return Step::done(read::without_page(&job_there, &setting_there, &finding));
            }
            read::story(job_there, page, &setting_there)
        };
        match self.read(&url, None, last, read).await {
            Ok(Answer::Page(step, _)) => step,
            Ok(Answer::Unchanged(_)) => Step::done(read::from_listing(&job, setting)),
            Err(finding) => Step::done(read::without_page(&job, setting, &finding)),
        }
    }

    /// Makes the entry of a story whose page was read.
    async fn make(
        &self,
        draft: Box<Draft>,
        known: &Arc<Lessons>,
        setting: &Arc<Setting>,
    ) -> (ReadArticle, Vec<Removed>) {
        let job = draft.job.clone();
        let (known, setting_there) = (Arc::clone(known), Arc::clone(setting));
        let make = move || read::finish(*draft, &known.known, &setting_there);
        match parsers::run(self.ports.fetch.parsers(), Order::First, make).await {
            Ok(made) => made,
            Err(finding) => {
                let finding = job.teaser.url.iter().fold(finding, Finding::at_page);
                (read::without_page(&job, setting, &finding), Vec::new())
            }
        }
    }
}
