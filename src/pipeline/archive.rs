//! Archives on disk: closed when entries leave the feed, never changed, fetched back where they were lost.
//!
//! The JSON file is an archive's first one. Where it exists, it is the archive, whatever the state says: a run that was
//! killed, or a state that is older than the files, finds it and goes on behind it.

use std::collections::BTreeSet;

use super::ports::{Archives, Channel, Fetch, Kept, Publish, Written};
use super::{mirror, restore};
use crate::assemble;
use crate::assemble::media::{self, Names};
use crate::config::{Config, Source};
use crate::finding::{Code, Finding};
use crate::format::{self, json_feed};
use crate::model::{Artifact, Entry, EntryId, Feed, FeedId, Part, REFRESH, Title, archive_stem};
use crate::normalise::id;

/// The JSON file of archive `number`.
fn path(id: &FeedId, number: u32) -> String {
    format!("{}.json", archive_stem(id, number))
}

/// Whether archive `number` is there.
pub(super) fn exists<P: Publish>(publish: &P, id: &FeedId, number: u32) -> bool {
    publish.size(&path(id, number)).is_some()
}

/// Closes as many archives as the entries beyond `max_entries` ask for; returns how many files were written. `ordered`
/// are all entries, newest first.
pub(super) fn close<P: Publish>(
    source: &Source,
    channel: &Channel,
    config: &Config,
    publish: &P,
    ordered: &[Entry],
    copies: &Names,
    archives: &mut Archives,
) -> Result<usize, Finding> {
    let mut files = 0;
    while let Some(page) = assemble::next_page(ordered, source.options.max_entries, archives) {
        let number = archives.newest.saturating_add(1);
        let feed = read(publish, source, number).unwrap_or_else(|| {
            let mut feed = assemble::archive(source, channel, page, number);
            feed.media = copies.iter().map(|(url, name)| (name.clone(), url.clone())).collect();
            feed
        });
        files += write(&feed, config, publish, Existing::Stays)?;
        archives.newest = number;
        archives.marks.extend(feed.entries().iter().map(assemble::mark));
    }
    Ok(files)
}

/// Writes every archive anew for another `base_url`: their links name where they are served.
pub(super) fn move_all<P: Publish>(
    source: &Source,
    config: &Config,
    publish: &P,
    newest: u32,
) -> Result<usize, Finding> {
    let feeds = (1..=newest).filter_map(|number| read(publish, source, number));
    feeds.map(|feed| write(&feed, config, publish, Existing::IsReplaced)).sum()
}

/// What becomes of a file that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    Stays,
    IsReplaced,
}

fn write<P: Publish>(feed: &Feed, config: &Config, publish: &P, existing: Existing) -> Result<usize, Finding> {
    let mut files = 0;
    let copies: Names = feed.media.iter().map(|(name, url)| (url.clone(), name.clone())).collect();
    let shown = config.base_url.as_ref().map(|base| media::mirrored(feed.clone(), &copies, base));
    for artifact in format::artifacts(shown.as_ref().unwrap_or(feed), config.base_url.as_ref()) {
        if existing == Existing::Stays && publish.size(&artifact.path).is_some() {
            continue;
        }
        let written = publish.write(&artifact)?;
        files += usize::from(written == Written::Changed);
    }
    Ok(files)
}

/// The copied pictures that archives show: they stay as long as the archives do.
pub(super) fn pictures<P: Publish>(publish: &P, source: &Source, newest: u32) -> BTreeSet<String> {
    let feeds = (1..=newest).filter_map(|number| read(publish, source, number));
    feeds.flat_map(|feed| feed.media.into_keys()).collect()
}

/// Archive `number` as it was published, but with every picture where the site has it.
fn read<P: Publish>(publish: &P, source: &Source, number: u32) -> Option<Feed> {
    parse(&publish.read(&path(&source.id, number))?, source, number)
}

fn parse(bytes: &[u8], source: &Source, number: u32) -> Option<Feed> {
    let (header, entries) = json_feed::read(bytes).ok()?;
    if entries.is_empty() || header.archive != Some(number) {
        return None;
    }
    let title = header.title.or_else(|| Title::new(source.id.as_str()))?;
    let mut feed = Feed::new(source.id.clone(), title, header.home.unwrap_or_else(|| source.url.clone()));
    feed.description = header.description;
    feed.language = header.language;
    feed.icon = header.icon;
    feed.rights = header.rights;
    feed.editor = header.editor;
    feed.hub = header.hub;
    feed.refresh = header.refresh.unwrap_or(REFRESH);
    feed.part = Part::Archive { number };
    let entries = entries.into_iter().map(|entry| media::original(entry, &source.id, &header.media)).collect();
    feed.media = header.media;
    Some(feed.with_entries(entries, usize::MAX))
}

/// Fetches archives that are missing here from where they are served, the newest first, until one is here. What cannot
/// be had is told.
pub(super) async fn recover<F: Fetch, P: Publish>(
    source: &Source,
    config: &Config,
    fetch: &F,
    publish: &P,
    newest: u32,
) -> Option<Finding> {
    for number in (1..=newest).rev().take_while(|number| !exists(publish, &source.id, *number)) {
        let path = path(&source.id, number);
        let served = restore::served(source, config, fetch, &path).await;
        let found = served.ok().flatten().and_then(|(bytes, _)| Some((parse(&bytes, source, number)?, bytes)));
        let Some((feed, bytes)) = found else {
            let message = format!("archive {number} of the feed is gone: it is neither in the folder nor served");
            let remedy =
                "keep the published folder between runs; what is missing here may still be where it was served";
            return Some(Finding::warning(Code::ArchiveMissing, message).remedy(remedy));
        };
        // The very bytes that were published.
        let file = Artifact { path, media_type: "application/feed+json", bytes };
        if let Err(error) = publish.write(&file) {
            return Some(error.into());
        }
        if let Err(finding) = write(&feed, config, publish, Existing::Stays) {
            return Some(finding);
        }
        for name in feed.media.keys() {
            recover_picture(source, config, fetch, publish, name).await;
        }
    }
    None
}

/// Fetches the copy of a picture that is missing here. One that cannot be had is missing, but its words are there.
async fn recover_picture<F: Fetch, P: Publish>(
    source: &Source,
    config: &Config,
    fetch: &F,
    publish: &P,
    name: &str,
) -> Option<()> {
    let path = media::path(&source.id, name);
    if publish.size(&path).is_some() {
        return None;
    }
    let (bytes, _) = restore::served(source, config, fetch, &path).await.ok().flatten()?;
    let media_type = mirror::media_type(name, &bytes)?;
    publish.write(&Artifact { path, media_type, bytes }).ok().map(drop)
}

/// Reads every archive after the state was lost: the keys of all that is in them, so that nothing in them is new again,
/// and which of the `kept` entries they have.
pub(super) fn remember<P: Publish>(
    source: &Source,
    publish: &P,
    kept: &[Kept],
    archives: &mut Archives,
) -> Vec<(String, EntryId)> {
    // A run that was killed may have closed one that the feed does not name yet.
    while exists(publish, &source.id, archives.newest.saturating_add(1)) {
        archives.newest += 1;
    }
    let mut keys = Vec::new();
    let mut marks = BTreeSet::new();
    for feed in (1..=archives.newest).filter_map(|number| read(publish, source, number)) {
        for entry in feed.entries() {
            marks.insert(assemble::mark(entry));
            keys.push((entry.id.as_str().to_owned(), entry.id.clone()));
            keys.push((id::key(&entry.url, &source.url), entry.id.clone()));
        }
    }
    archives.marks = kept.iter().map(|kept| assemble::mark(&kept.entry)).filter(|mark| marks.contains(mark)).collect();
    keys
}
