//! One feed made of several: each story once, each with the feed it comes from.
//!
//! Two entries are the same story if they share an id, an address, or the original that a reprint names. The one that is
//! no reprint stays, else the one published first, else that of the feed named first.

use std::collections::HashSet;

use url::Url;

use super::Channel;
use crate::config::{Config, Merged, Source};
use crate::model::{Entry, Feed, Parent, Title};
use crate::normalise::id;

/// `entry` of `source` as a merged feed has it, in a feed of `language`.
pub fn adopted(entry: Entry, source: &Source, channel: &Channel, language: Option<&str>) -> Entry {
    let parent = Parent { id: source.id.to_string(), title: channel.title.clone(), home: source.url.clone() };
    let own = entry.language.clone().or_else(|| channel.language.clone());
    Entry { parent: Some(parent), language: own.filter(|own| language != Some(own)), ..entry }
}

/// The merged feed of `entries`, which stand in the order of its parts. `common` is the language of all its parts.
pub fn merged(config: &Config, merged: &Merged, common: Option<&str>, entries: Vec<Entry>) -> Feed {
    let title = merged.title.as_deref().or_else(|| (merged.id.as_str() == "all").then(|| overview_title(config)));
    let title = title.and_then(Title::new).or_else(|| Title::new(merged.id.as_str()));
    let first = merged.parts.iter().find_map(|place| config.sources.get(*place));
    let home = config.base_url.clone().or_else(|| first.map(|source| source.url.clone()));
    let (Some(title), Some(home)) = (title, home) else { unreachable!("a merged feed has a name and parts") };
    let mut feed = Feed::new(merged.id.clone(), title, home);
    feed.description.clone_from(&merged.description);
    feed.language = merged.language.clone().or_else(|| common.map(str::to_owned));
    feed.hub = merged_hub(config, merged).cloned();
    feed.with_entries(once_each(entries), merged.max_entries)
}

/// The hub of a merged feed: the one that all of its parts have.
pub fn merged_hub<'c>(config: &'c Config, merged: &Merged) -> Option<&'c Url> {
    let mut hubs =
        merged.parts.iter().filter_map(|place| config.sources.get(*place)).map(|source| source.options.hub.as_ref());
    let first = hubs.next().flatten()?;
    hubs.all(|hub| hub == Some(first)).then_some(first)
}

/// The title of the files about all feeds.
fn overview_title(config: &Config) -> &str {
    config.title.as_deref().unwrap_or("Feeds")
}

/// Each story once.
fn once_each(entries: Vec<Entry>) -> Vec<Entry> {
    let mut order: Vec<(bool, i64, usize)> = entries
        .iter()
        .enumerate()
        .map(|(place, entry)| (original(entry).is_some(), entry.published.instant().timestamp(), place))
        .collect();
    order.sort_unstable();
    let mut seen: HashSet<String> = HashSet::new();
    let mut stays = vec![false; entries.len()];
    for (_, _, place) in order {
        let Some(entry) = entries.get(place) else { continue };
        let mut names = vec![entry.id.as_str().to_owned(), id::key(&entry.url, &entry.url)];
        names.extend(original(entry).map(|url| id::key(url, url)));
        if names.iter().any(|name| seen.contains(name)) {
            continue;
        }
        seen.extend(names);
        if let Some(stays) = stays.get_mut(place) {
            *stays = true;
        }
    }
    entries.into_iter().zip(stays).filter_map(|(entry, stays)| stays.then_some(entry)).collect()
}

/// The page of the original that a reprint names; the front page of a publication is none.
fn original(entry: &Entry) -> Option<&Url> {
    let url = entry.source.as_ref()?.url.as_ref()?;
    (url.path() != "/" || url.query().is_some()).then_some(url)
}
