//! The end of a visit: pictures, files, and the mark that they are written.

use super::Visit;
use crate::assemble::{self, media};
use crate::finding::Finding;
use crate::format::{self, Published};
use crate::model::{Entry, EntryId, Feed};
use crate::pipeline::mirror::{Mirroring, mirror, names};
use crate::pipeline::ports::{Clock, Fetch, Kept, Memory, Mirrored, Publish, Store, Update, Written};
use crate::pipeline::{announce, archive, health, summary, twins};

impl<F: Fetch, S: Store, P: Publish, C: Clock> Visit<'_, F, S, P, C> {
    /// Writes the files of `feed`, notes them in `after` and keeps that; returns how many changed.
    pub(super) async fn publish(&mut self, feed: Feed, after: &mut Memory) -> Result<usize, Finding> {
        let mirroring = self.mirror(&feed, after).await?;
        after.summary = summary(&feed);
        let feed = match &self.config.base_url {
            Some(base) => media::mirrored(feed, &mirroring.names, base),
            None => feed,
        };
        let mut changed = 0;
        let mut published = Vec::new();
        let base = self.config.base_url.as_ref();
        let artifacts = match self.published_before(after) {
            Some(before) => format::artifacts_after(&feed, base, &before),
            None => format::artifacts(&feed, base),
        };
        after.written = format::mark(artifacts.iter().map(|artifact| artifact.bytes.as_slice()));
        for artifact in artifacts {
            let (path, for_readers) = (artifact.path.clone(), artifact.media_type != "text/html");
            let (written, files) = twins::write(self.ports.publish, self.config, artifact)?;
            changed += usize::from(written == Written::Changed);
            // A run that was killed after writing did not tell the hub.
            let news = written == Written::Changed || self.before.published.is_empty();
            if news && self.source.options.hub.is_some() && for_readers {
                announce::note(after, &path);
            }
            published.extend(files);
        }
        // No feed names them any more.
        for name in &mirroring.stale {
            self.ports.publish.remove(&media::path(&self.source.id, name))?;
        }
        if changed > 0 {
            after.changed_at = Some(self.now);
        }
        after.published = published;
        after.base_url.clone_from(&self.config.base_url);
        after.presentation = assemble::presentation(self.source);
        let Mirroring { changed: mirrored, gone, .. } = mirroring;
        // An archive that is not there yet may have to be made again, with what is known of its pictures.
        let gone = if after.archives.newest == self.memory.archives.newest { gone } else { Vec::new() };
        if !(mirrored.is_empty() && gone.is_empty()) {
            // Until the files are shown they do not count as published, and archives not as closed or moved.
            let (archives, base_url) = (self.memory.archives.clone(), self.before.base_url.clone());
            let memory = Memory { published: Vec::new(), archives, base_url, ..after.clone() };
            self.put(&Update { memory, mirrored, unmirrored: gone, ..Update::default() })?;
        }
        self.note(after)?;
        Ok(changed)
    }

    /// The files as they were published last, if nothing changed since but entries, and if they are as they were written.
    fn published_before(&mut self, after: &Memory) -> Option<Published> {
        let (entries, changed) = self.reused.take()?;
        let before = &self.before;
        // What entries are written with beside themselves.
        let same = !before.published.is_empty()
            && before.channel == after.channel
            && before.fingerprint == after.fingerprint
            && before.base_url == self.config.base_url
            && before.presentation == assemble::presentation(self.source)
            && self.source.options.publication.podcast.is_none()
            && !(before.mirrors || after.mirrors);
        if !same || before.written.is_empty() {
            return None;
        }
        let files = format::paths(&self.source.id).map(|path| self.ports.publish.read(&path));
        let files: Vec<Vec<u8>> = files.collect::<Option<_>>()?;
        let intact = format::mark(files.iter().map(Vec::as_slice)) == before.written;
        intact.then_some(Published { files, entries, changed })
    }

    /// Writes the feed with an entry that tells of its failure, if that is wanted. The files then count as unfinished, so
    /// that the next good visit writes them without it.
    pub(super) fn tell_in_the_feed(&self, memory: &mut Memory) -> Result<(), Finding> {
        let Some(notice) = health::notice(self.source, memory).filter(|_| memory.summary.entries > 0) else {
            return Ok(());
        };
        let entries = self.kept()?.into_iter().map(|kept| kept.entry).chain([notice]).collect();
        let mut feed = self.feed(memory, assemble::in_order(self.source, &memory.channel, entries));
        if let Some(base) = self.config.base_url.as_ref().filter(|_| memory.mirrors) {
            feed = media::mirrored(feed, &names(self.pictures()?), base);
        }
        for artifact in format::artifacts(&feed, self.config.base_url.as_ref()) {
            self.ports.publish.write(&artifact)?;
        }
        memory.published = Vec::new();
        Ok(())
    }

    /// What is remembered of pictures.
    pub(super) fn pictures(&self) -> Result<Vec<Mirrored>, Finding> {
        let stored = self.ports.store.mirrored(&self.source.id)?;
        Ok(self.rebuilt_pictures.iter().cloned().chain(stored).collect())
    }

    /// Copies the pictures of `feed` where that is wanted; where it no longer is, all copies are stale.
    async fn mirror(&mut self, feed: &Feed, after: &mut Memory) -> Result<Mirroring, Finding> {
        let limits = self.source.options.media.as_ref().zip(self.config.base_url.as_ref());
        let known = if limits.is_some() || self.memory.mirrors { self.pictures()? } else { Vec::new() };
        let rebuilt = std::mem::take(&mut self.rebuilt_pictures);
        after.mirrors = limits.is_some();
        after.pictures_waiting = 0;
        let mut mirroring = match limits {
            None => Mirroring {
                stale: known.iter().filter_map(|picture| picture.copy.as_ref()).map(|copy| copy.name.clone()).collect(),
                gone: known.into_iter().map(|picture| picture.url).collect(),
                ..Mirroring::default()
            },
            Some((limits, base)) => {
                let outside = (self.ports.fetch, self.ports.publish);
                mirror(self.source, limits, (feed, base), known, outside).await
            }
        };
        if limits.is_some() {
            mirroring.changed.splice(0..0, rebuilt);
        }
        let archives = after.archives.newest;
        if !mirroring.stale.is_empty() && archives > 0 {
            let archived = archive::pictures(self.ports.publish, self.source, archives);
            mirroring.stale.retain(|name| !archived.contains(name));
        }
        after.pictures_waiting = mirroring.waiting;
        self.findings.append(&mut mirroring.findings);
        Ok(mirroring)
    }
}

/// The ids of the entries that a feed of all `kept` shows, in its order.
pub(super) fn order(kept: &[Kept], max: usize) -> Vec<EntryId> {
    let mut entries: Vec<&Entry> = kept.iter().map(|kept| &kept.entry).collect();
    entries.sort_by(|a, b| a.newest_first(b));
    entries.into_iter().take(max).map(|entry| entry.id.clone()).collect()
}
