//! State that was lost, rebuilt from the published feed: no entry is new again, no time moves.

use url::Url;

use super::ports::{Answer, Archives, Channel, Copy, Fetch, Kept, Memory, Mirrored, Publish, Request, Summary};
use super::{LATEST, health};
use crate::assemble::media;
use crate::config::{Config, Source};
use crate::finding::{Code, Finding};
use crate::format::json_feed;
use crate::normalise::id;

/// What could be rebuilt.
pub(super) struct Restored {
    /// The row, without validators.
    pub(super) memory: Memory,
    /// The entries.
    pub(super) entries: Vec<Kept>,
    /// The copied pictures.
    pub(super) pictures: Vec<Mirrored>,
    /// What to tell.
    pub(super) finding: Finding,
}

/// Reads the published JSON Feed from the output folder, or else from where it is served; `None` if there is none.
///
/// # Errors
/// The feed is served, but could not be had: going on would make every entry new again.
pub(super) async fn restore<F: Fetch, P: Publish>(
    source: &Source,
    config: &Config,
    fetch: &F,
    publish: &P,
) -> Result<Option<Restored>, Finding> {
    let path = format!("{}.json", source.id);
    let local = publish.read(&path).and_then(|bytes| rebuild(&bytes, source, &path).ok());
    if local.is_some() {
        return Ok(local);
    }
    let served = served(source, config, fetch, &path).await?;
    Ok(served.and_then(|(bytes, url)| rebuild(&bytes, source, url.as_str()).ok()))
}

/// The published file at `path` from where it is served; `None` if there is none.
///
/// # Errors
/// It could not be had for another reason.
pub(super) async fn served<F: Fetch>(
    source: &Source,
    config: &Config,
    fetch: &F,
    path: &str,
) -> Result<Option<(Vec<u8>, Url)>, Finding> {
    let served = config.base_url.as_ref().filter(|base| can_resolve(base)).and_then(|base| base.join(path).ok());
    let Some(url) = served else { return Ok(None) };
    let options =
        crate::config::RequestOptions { obey_robots: false, headers: Vec::new(), ..source.options.request.clone() };
    let request = Request { url: &url, home: &url, options: &options, root: None, validators: None, last: false };
    match fetch.fetch(request).await {
        Ok(Answer::Page(page, _)) => Ok(Some((page.body, url))),
        Ok(Answer::Unchanged(_)) => Ok(None),
        Err(finding) if matches!(finding.status, Some(404 | 410)) || finding.code == Code::NameUnknown => Ok(None),
        Err(finding) => {
            let message = format!("the published feed is needed to rebuild the lost state, but {}", finding.message);
            let remedy = "try again later, or remove `base_url` if nothing is published there yet";
            Err(Finding::error(finding.code, message).at_page(&url).remedy(remedy))
        }
    }
}

/// Names that RFC 2606 reserves are never served.
pub(super) fn can_resolve(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    !["example", "invalid", "test", "localhost"].iter().any(|name| host == *name || host.ends_with(&format!(".{name}")))
}

fn rebuild(bytes: &[u8], source: &Source, place: &str) -> Result<Restored, String> {
    let (header, mut entries) = json_feed::read(bytes)?;
    entries.retain(|entry| !health::is_notice(entry));
    if entries.is_empty() {
        return Err("no entries".to_owned());
    }
    let kept: Vec<Kept> = entries
        .into_iter()
        .map(|entry| {
            let entry = media::original(entry, &source.id, &header.media);
            let mut keys = vec![entry.id.as_str().to_owned(), id::key(&entry.url, &source.url)];
            keys.dedup();
            Kept { entry, teaser: String::new(), pending: false, keys }
        })
        .collect();
    let latest = kept.iter().take(LATEST);
    let latest = latest.map(|kept| (kept.entry.title.as_str().to_owned(), kept.entry.url.clone())).collect();
    let newest = kept.iter().map(|kept| kept.entry.published.instant()).max();
    let memory = Memory {
        summary: Summary { entries: kept.len(), newest, latest },
        channel: Channel {
            title: header.title.map(|title| title.as_str().to_owned()).unwrap_or_default(),
            description: header.description,
            language: header.language,
            icon: header.icon,
            rights: header.rights,
            editor: header.editor,
        },
        mirrors: !header.media.is_empty(),
        archives: Archives { newest: header.archive.unwrap_or_default(), ..Archives::default() },
        ..Memory::default()
    };
    // A size of nothing fits no file, so that the copy is looked at before it counts.
    let copied = |(name, url)| Mirrored { url, copy: Some(Copy { name, bytes: 0 }), failures: 0 };
    let pictures = header.media.into_iter().map(copied).collect();
    let message = format!("{} taken from the published feed {place}", crate::assemble::count(kept.len(), "entry"));
    Ok(Restored { memory, entries: kept, pictures, finding: Finding::note(Code::StateRebuilt, message) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        let text = "[feeds.a]\nurl = \"https://site.example/news/\"\n";
        crate::config::parse(text, "feeds.toml", &|_| None).map_err(|_| text).unwrap().sources.remove(0)
    }

    #[test]
    fn entries_come_back_with_ids_times_and_every_key() {
        let file = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "News", "language": "en", "items": [
            {"id": "urn:feedmill:a:7", "url": "https://www.site.example/x/", "title": "X", "content_text": "x",
             "date_published": "2026-11-01T08:00:00+11:00"},
            {"id": "https://site.example/y", "url": "https://site.example/y", "title": "Y", "content_text": "y",
             "date_published": "2026-11-03T12:00:00Z",
             "_feedmill": {"first_seen": "2026-11-04T00:00:00Z", "position": 3, "precision": "day"}}]}"#;
        let restored = rebuild(file.as_bytes(), &source(), "a.json").unwrap();
        let keys: Vec<_> = restored.entries.iter().map(|kept| kept.keys.clone()).collect();
        assert_eq!(keys, [vec!["urn:feedmill:a:7", "https://site.example/x"], vec!["https://site.example/y"]]);
        assert!(restored.entries.iter().all(|kept| kept.teaser.is_empty() && !kept.pending));
        let first = &restored.entries[0].entry;
        assert_eq!(first.published.instant().to_rfc3339(), "2026-11-01T08:00:00+11:00");
        assert_eq!(restored.entries[1].entry.position, 3);
        assert_eq!(restored.memory.summary.entries, 2);
        assert_eq!(restored.memory.channel.title, "News");
        assert_eq!(restored.memory.last_success, None);
        assert_eq!(restored.finding.code, Code::StateRebuilt);
    }

    #[test]
    fn what_is_no_feed_restores_nothing() {
        let empty = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}"#;
        for file in ["", "<html>", "{}", empty] {
            assert!(rebuild(file.as_bytes(), &source(), "a.json").is_err(), "{file}");
        }
    }

    #[test]
    fn reserved_names_are_not_asked() {
        for (base, wanted) in [
            ("https://feeds.example/", false),
            ("https://example/", false),
            ("http://localhost/", false),
            ("https://example.net/", true),
            ("https://myexample/", true),
        ] {
            assert_eq!(can_resolve(&Url::parse(base).unwrap()), wanted, "{base}");
        }
    }
}
