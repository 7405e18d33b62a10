//! `health.atom`: an entry when a feed begins to fail, and one when it is well again, for people who want to be told in
//! their reader.
//!
//! An entry is named by the feed and the moment, both of which are kept in the state, so that it never comes back as
//! new. Before the first failure there is one entry that says what the feed is for, so that it can be subscribed to.

use chrono::{DateTime, Utc};
use url::Url;

use crate::assemble::notice;
use crate::config::{Config, Source};
use crate::format::{Format, atom};
use crate::model::{Artifact, Entry, EntryId, Feed, FeedId, Title};
use crate::pipeline::{Incident, Shown};

/// The most entries.
const MAX_ENTRIES: usize = 100;

/// The file for `feeds`; `None` before anything was visited.
pub(super) fn artifact(config: &Config, feeds: &[(&Source, Shown)]) -> Option<Artifact> {
    let base = config.base_url.as_ref();
    let home = base.or_else(|| feeds.first().map(|(source, _)| &source.url))?;
    let incidents = feeds
        .iter()
        .flat_map(|(source, shown)| shown.incidents.iter().filter_map(|incident| entry(source, shown, incident)));
    let mut entries: Vec<Entry> = incidents.collect();
    if entries.is_empty() {
        let since = feeds.iter().filter_map(|(_, shown)| shown.since).min()?;
        entries.push(beginning(home, since)?);
    }
    let title = format!("{}: health", config.title.as_deref().unwrap_or("Feeds"));
    let mut feed = Feed::new(FeedId::health(), Title::new(&title)?, home.clone());
    feed.description = Some("Feeds that begin to fail, and that are well again".to_owned());
    feed.language = Some("en".to_owned());
    let feed = feed.with_entries(entries, MAX_ENTRIES);
    let path = format!("{}.atom", feed.id);
    let address = base.and_then(|base| base.join(&path).ok());
    Some(Artifact { bytes: atom::Atom.render(&feed, address.as_ref()), media_type: atom::Atom.media_type(), path })
}

fn entry(source: &Source, shown: &Shown, incident: &Incident) -> Option<Entry> {
    let (word, summary) = match &incident.failure {
        Some(message) => ("failing", message.clone()),
        None => ("well", "The last visit went well.".to_owned()),
    };
    let name = if shown.title.is_empty() { source.id.as_str() } else { &shown.title };
    let title = match incident.failure {
        Some(_) => format!("{name} ({}) is failing", source.id),
        None => format!("{name} ({}) is well again", source.id),
    };
    let stamp = incident.at.format("%Y%m%dT%H%M%SZ");
    let id = EntryId::from_key(format!("urn:feedmill-health:{}:{word}:{stamp}", source.id));
    notice(id, &title, summary, source.url.clone(), incident.at)
}

fn beginning(home: &Url, since: DateTime<Utc>) -> Option<Entry> {
    let summary =
        "A new entry appears here when a feed begins to fail, and when it is well again. So far, none failed.";
    let id = EntryId::from_key("urn:feedmill-health:beginning".to_owned());
    notice(id, "All feeds are well", summary.to_owned(), home.clone(), since)
}
