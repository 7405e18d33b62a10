//! The synchronous half of a visit: bytes in, owned values out. Runs on a thread for pages, one tree at a time.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use url::Url;

use crate::article::absence::Absence;
use crate::article::recurring::{self, Known, Pieces, Removed};
use crate::article::{self, Article};
use crate::assemble::drift::PageWords;
use crate::assemble::{self, Job, Made, Reading};
use crate::config::Source;
use crate::finding::{Code, Finding, Found};
use crate::listing as listings;
use crate::listing::Listing;
use crate::normalise::text::letters;
use crate::page::{self, Page};
use crate::pipeline::Kept;

/// What an index page says, and what it looks like.
pub(super) struct ReadListing {
    /// Its list.
    pub(super) listing: Listing,
    /// What it says beside that.
    pub(super) words: PageWords,
    /// The element that holds the list.
    pub(super) container: Option<String>,
    /// Whether the element that held the list before is there, without items.
    pub(super) quiet: bool,
}

/// Opens and lists an index page; `container` is the element that held its list before.
pub(super) fn listing(page: &Page, source: &Source, container: Option<&str>) -> Result<Found<ReadListing>, Finding> {
    let opened = page::open(page, source.options.encoding.as_deref())?;
    let document = &opened.value;
    if let Some(wall) = page::block::wall(document, &page.requested) {
        return Err(wall.finding(&page.requested, None));
    }
    let listing = listings::read(document, &source.listing);
    let quiet = container.is_some_and(|container| listings::container::stands_empty(document, container));
    if listing.teasers.is_empty()
        && !quiet
        && let Some(shell) = page::block::shell(document)
    {
        return Err(shell.finding(&page.requested, None));
    }
    let heading = document.first(crate::selector!("h1")).map(|heading| heading.text().collect::<String>());
    let words = PageWords {
        url: page.url.clone(),
        title: document.written_title(),
        heading: heading.map(|heading| crate::model::one_line(&heading, 300)),
    };
    let value = ReadListing { words, container: listings::container::of(document, &listing), quiet, listing };
    Ok(Found { value, findings: opened.findings })
}

/// What became of an article page.
pub(super) struct ReadArticle {
    /// The entry, unless there is none.
    pub(super) kept: Option<Kept>,
    /// Whether there is none because `include` or `exclude` says so.
    pub(super) left_out: bool,
    /// What was noticed.
    pub(super) findings: Vec<Finding>,
}

/// What every story of one visit is read with.
pub(super) struct Setting {
    /// The source.
    pub(super) source: Arc<Source>,
    /// The feed's language.
    pub(super) language: Option<String>,
    /// The name of the feed or site.
    pub(super) site: String,
    /// The moment of the run.
    pub(super) now: DateTime<Utc>,
}

impl Setting {
    fn reading(&self) -> Reading<'_> {
        Reading { source: &self.source, language: self.language.as_deref(), site: &self.site, now: self.now }
    }
}

/// A story whose page was read and whose entry is not made yet: first all the pages of a run are compared.
pub(super) struct Draft {
    pub(super) job: Job,
    /// What the page claims.
    pub(super) article: Article,
    /// The blocks of its body.
    pub(super) pieces: Pieces,
    /// The address that answered.
    url: Url,
    findings: Vec<Finding>,
}

/// What became of an article page.
pub(super) enum Step {
    /// It was read.
    Draft(Box<Draft>),
    /// It cannot be used, and the story is done without it.
    Done(Box<ReadArticle>),
}

impl Step {
    /// The story is `story`.
    pub(super) fn done(story: ReadArticle) -> Self {
        Self::Done(Box::new(story))
    }
}

/// Reads one story from its page; a page that cannot be used leaves the listing's words.
pub(super) fn story(job: Job, page: &Page, setting: &Setting) -> Step {
    let document = match page::open(page, setting.source.options.encoding.as_deref()) {
        Ok(document) => document,
        Err(refusal) if refusal.code == Code::NotHtml && page.media_type.is_some() => {
            return Step::done(file(&job, page, setting));
        }
        Err(refusal) => return Step::done(without_page(&job, setting, &refusal)),
    };
    let mut article = article::read(&document.value, &setting.source.article);
    let mut findings = document.findings;
    if let Some(absence) = article.absence.filter(|_| article.strategy != "configured") {
        let finding = absent(absence, page);
        // A shell may call every page the same.
        let is_shell = absence == Absence::Script && !is_called_the_same(&job, &article);
        if absence.is_another_page() || is_shell {
            return Step::done(elsewhere(&job, setting, absence, finding));
        }
        findings.push(finding);
        if absence != Absence::Paywall {
            article.body = None;
        }
    }
    let pieces = recurring::pieces(&article);
    Step::Draft(Box::new(Draft { job, article, pieces, url: page.url.clone(), findings }))
}

/// Whether page and listing agree on the headline, give or take a part of it.
fn is_called_the_same(job: &Job, article: &Article) -> bool {
    let (Some(listed), Some(shown)) = (&job.teaser.title, &article.title) else { return false };
    let (listed, shown) = (letters(listed), letters(&shown.value));
    !listed.is_empty() && !shown.is_empty() && (listed.contains(&shown) || shown.contains(&listed))
}

fn absent(absence: Absence, page: &Page) -> Finding {
    let instead = if absence == Absence::Paywall { "that is published" } else { "the listing's words are used" };
    let finding = Finding::warning(absence.code(), format!("{}; {instead}", absence.words())).at_page(&page.url);
    absence.remedy().into_iter().fold(finding, Finding::remedy)
}

/// A story whose page is about something else: nothing on it is believed. What is only there for a while is asked for
/// again.
fn elsewhere(job: &Job, setting: &Setting, absence: Absence, finding: Finding) -> ReadArticle {
    let mut story = match job.previous.clone() {
        Some(kept) => ReadArticle { kept: Some(kept), left_out: false, findings: Vec::new() },
        None => from_listing(job, setting),
    };
    if let Some(kept) = &mut story.kept {
        kept.pending = job.previous.is_some() || matches!(absence, Absence::NotFound | Absence::Failure);
    }
    story.findings.push(finding);
    story
}

/// Makes the entry of `draft`, without the blocks that are furniture as far as is `known`; returns those, too.
pub(super) fn finish(mut draft: Draft, known: &Known, setting: &Setting) -> (ReadArticle, Vec<Removed>) {
    let published = draft.job.previous.as_ref().filter(|kept| !kept.pending);
    let published = published.and_then(|kept| kept.entry.content.as_ref());
    let removed = recurring::apply(&mut draft.article, &draft.pieces, known, &draft.url, published);
    recurring::without_stock(&mut draft.article, &draft.pieces, known, &draft.url);
    let Draft { job, article, url, mut findings, .. } = draft;
    if article.body.is_none() && article.absence.is_none() && job.teaser.content.is_none() {
        let finding = Finding::warning(Code::ArticleEmpty, "no body was found; the listing's words are used");
        findings.push(finding.at_page(&url).remedy("say where it is: article = { content = \"…\" }"));
    }
    for (name, written) in &article.unmatched {
        let message = format!("`article.{name}` (`{written}`) matched nothing");
        findings.push(Finding::warning(Code::SelectorUnmatched, message).at_page(&url));
    }
    let found = assemble::entry(&job, Some((&article, &url)), setting.reading());
    findings.extend(found.findings);
    (read(Found { value: found.value, findings }), removed)
}

fn read(found: Found<Made>) -> ReadArticle {
    let left_out = matches!(found.value, Made::LeftOut);
    let kept = if let Made::Entry(kept) = found.value { Some(*kept) } else { None };
    ReadArticle { kept, left_out, findings: found.findings }
}

/// A story whose address is a file: the file is its enclosure.
fn file(job: &Job, page: &Page, setting: &Setting) -> ReadArticle {
    let mut article = Article::default();
    article.enclosures.push(article::EnclosureClaim {
        url: page.url.clone(),
        media_type: page.media_type.clone(),
        length: u64::try_from(page.body.len()).ok(),
        title: None,
    });
    read(assemble::entry(job, Some((&article, &page.url)), setting.reading()))
}

/// A story whose page cannot be had; it is read again in a later run. What was published before stays as it was: a
/// failure takes no text away.
pub(super) fn without_page(job: &Job, setting: &Setting, why: &Finding) -> ReadArticle {
    let known = job.previous.clone();
    let instead = if known.is_some() { "the entry stays as it was" } else { "the listing's words are used" };
    let mut finding = Finding::warning(Code::ArticleFailed, format!("{}; {instead}", why.message));
    finding.place.clone_from(&why.place);
    let mut read = match known {
        Some(kept) => ReadArticle { kept: Some(kept), left_out: false, findings: Vec::new() },
        None => from_listing(job, setting),
    };
    read.findings.push(finding);
    if let Some(kept) = &mut read.kept {
        kept.pending = true;
    }
    read
}

/// A story that has no page of its own.
pub(super) fn from_listing(job: &Job, setting: &Setting) -> ReadArticle {
    read(assemble::entry(job, None, setting.reading()))
}
