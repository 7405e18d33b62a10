//! `[merged.<name>]`: feeds made of other feeds.
//!
//! `all`, of every feed, goes without saying where there are at least two; `merged.all = false` switches it off, and a
//! table `[merged.all]` says more about it.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::Source;
use super::suggest::nearest;
use super::written::{Item, Reading, Shape, did_you_mean, shown};
use crate::model::FeedId;

/// The keys of one merged feed.
pub(super) const SHAPE: Shape =
    Shape { name: "a merged feed", keys: &["feeds", "title", "description", "language", "max_entries"] };
/// The name of the merged feed of all feeds.
pub(super) const ALL: &str = "all";
/// How many entries a merged feed has where nothing is said.
const MAX_ENTRIES: usize = 100;
/// How many entries a merged feed may have.
const ENTRIES: RangeInclusive<u64> = 1..=1000;
/// From so many feeds on `all` is made only where feeds.toml says so: its entries would be gone within the hour.
const MAX_IMPLIED: usize = 500;

/// One valid `[merged.<name>]` table.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The key of the table.
    pub id: FeedId,
    /// The feeds it is made of, as places in [`super::Config::sources`], in the order of feeds.toml.
    pub parts: Vec<usize>,
    /// Its name for people; else the file's title for `all`, and the key for others.
    pub title: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// BCP 47 tag; else that of its parts, where they have one in common.
    pub language: Option<String>,
    /// How many entries it has; default 100.
    pub max_entries: usize,
}

/// Reads the table `merged`, if there is one. `names` are those of all feeds, also of those that are not valid.
pub(super) fn read(
    reading: &mut Reading<'_>,
    item: Option<Item<'_>>,
    sources: &[Source],
    names: &HashSet<&str>,
) -> Vec<Merged> {
    let mut implied = (2..=MAX_IMPLIED).contains(&sources.len());
    let mut merged = Vec::new();
    let entries = item.map(|item| reading.entries(item)).unwrap_or_default();
    if !implied && entries.is_empty() {
        return merged;
    }
    let places: HashMap<&str, usize> =
        sources.iter().enumerate().map(|(place, source)| (source.id.as_str(), place)).collect();
    let feeds = Feeds { places, names };
    for (item, key) in entries {
        if item.key == ALL {
            implied = false;
            if matches!(item.value.get_ref(), DeValue::Boolean(false)) {
                continue;
            }
        }
        let id = FeedId::new(item.key);
        if let Err(reason) = &id {
            reading.mistake(key.clone(), format!("`{}` cannot be the id of a merged feed: {reason}", shown(item.key)));
        } else if names.contains(item.key) {
            let message = format!("`{}` is a feed already", shown(item.key));
            reading.mistake_with(key, message, "give the merged feed another name: it has files of its own");
        }
        merged.extend(one(reading, item, &feeds, id.ok()));
    }
    if implied && let Ok(id) = FeedId::new(ALL) {
        let parts = (0..sources.len()).collect();
        let (title, description, language) = (None, None, None);
        merged.push(Merged { id, parts, title, description, language, max_entries: MAX_ENTRIES });
    }
    merged
}

/// The feeds that there are.
struct Feeds<'a> {
    /// Where the valid ones stand.
    places: HashMap<&'a str, usize>,
    /// The names of all.
    names: &'a HashSet<&'a str>,
}

fn one(reading: &mut Reading<'_>, item: Item<'_>, feeds: &Feeds<'_>, id: Option<FeedId>) -> Option<Merged> {
    let table = reading.table(item, &SHAPE)?;
    let mut parts = match table.get("feeds") {
        Some(item) => parts(reading, item, feeds),
        None => (0..feeds.places.len()).collect(),
    };
    parts.sort_unstable();
    parts.dedup();
    let max_entries = table.get("max_entries").and_then(|item| reading.integer(item, ENTRIES));
    Some(Merged {
        parts,
        title: table.get("title").and_then(|item| reading.line(item)),
        description: table.get("description").and_then(|item| reading.line(item)),
        language: table.get("language").and_then(|item| super::settings::parsed(reading, item, super::leaf::language)),
        max_entries: max_entries.and_then(|number| usize::try_from(number).ok()).unwrap_or(MAX_ENTRIES),
        id: id?,
    })
}

/// The places of the named feeds.
fn parts(reading: &mut Reading<'_>, item: Item<'_>, feeds: &Feeds<'_>) -> Vec<usize> {
    let mut parts = Vec::new();
    for part in reading.one_or_many(item) {
        let Some(name) = reading.string(part) else { continue };
        if feeds.names.contains(name) {
            parts.extend(feeds.places.get(name));
            continue;
        }
        let mut known: Vec<&str> = feeds.names.iter().copied().collect();
        known.sort_unstable();
        let message = format!("there is no feed `{}`", shown(name));
        let help = nearest(name, known.iter().copied()).map_or_else(
            || {
                let names: Vec<String> = known.iter().take(20).map(|name| format!("`{name}`")).collect();
                format!("the feeds are {}", names.join(", "))
            },
            did_you_mean,
        );
        reading.mistake_with(part.span(), message, help);
    }
    parts
}
