//! What the articles of a source have in common: read from the store, learned from a run, told to the user.

use super::ports::Store;
use super::read::Draft;
use crate::article::recurring::{Known, Removed};
use crate::assemble::count;
use crate::config::Source;
use crate::finding::{Code, Finding};
use crate::model::one_line;

/// How many blocks a finding quotes.
const QUOTED: usize = 3;

/// What is known before and after a run.
pub(super) struct Lessons {
    /// After it.
    pub(super) known: Known,
    /// Before it, as stored.
    before: Vec<u8>,
}

impl Lessons {
    /// What the store has to keep, if it does not have it already.
    pub(super) fn changed(&self) -> Option<Vec<u8>> {
        let bytes = self.known.to_bytes();
        (bytes != self.before && self.known.articles() > 0).then_some(bytes)
    }
}

/// Learns from all `drafts` of one run, beside what the store knows.
pub(super) fn learn<'d>(
    drafts: impl Iterator<Item = &'d Draft>,
    store: &impl Store,
    source: &Source,
) -> Result<Lessons, Finding> {
    let mut drafts = drafts.filter(|draft| draft.article.body.is_some() && !source.article.keep_recurring).peekable();
    if drafts.peek().is_none() {
        return Ok(Lessons { known: Known::default(), before: Vec::new() });
    }
    let before = store.recurring(&source.id)?;
    let mut known = Known::from_bytes(&before);
    for draft in drafts {
        known.learn(draft.job.keys.first().map_or("", String::as_str), &draft.pieces);
    }
    Ok(Lessons { known, before })
}

/// Tells which blocks were taken out in this run and never before.
pub(super) fn finding(removed: &[Removed], lessons: &Lessons, source: &Source) -> Option<Finding> {
    let before = Known::from_bytes(&lessons.before);
    let mut fresh: Vec<&Removed> = Vec::new();
    for block in removed.iter().filter(|block| !block.was_known(&before)) {
        if !fresh.iter().any(|known| known.text == block.text) {
            fresh.push(block);
        }
    }
    if fresh.is_empty() {
        return None;
    }
    let quoted = fresh.iter().take(QUOTED).map(|block| format!("{:?} ({})", one_line(&block.text, 60), block.articles));
    let quoted = quoted.collect::<Vec<_>>().join(", ");
    let more = if fresh.len() > QUOTED { ", …" } else { "" };
    let message =
        format!("left out what stands in several of {}: {quoted}{more}", count(lessons.known.articles(), "article"));
    let remedy = "if it belongs to the articles, keep it: article = { recurring = \"keep\" }";
    Some(Finding::note(Code::FurnitureFound, message).at_page(&source.url).remedy(remedy))
}
