//! What of the entries is published, and what is said of rights and origin: `visibility`, `excerpt`, `rights`, `credit`,
//! `archive` and `podcast`, for a feed or in `[defaults]`.

use std::ops::RangeInclusive;

use super::suggest::nearest;
use super::written::{Item, Reading, Shape, Table, did_you_mean, shown};
use crate::model::Podcast;
use crate::normalise::html::Limit;

/// The keys of `excerpt`.
pub(super) const EXCERPT: Shape = Shape { name: "`excerpt`", keys: &["words", "characters"] };
/// The keys of `podcast`.
pub(super) const PODCAST: Shape = Shape { name: "`podcast`", keys: &["category", "email", "author", "explicit"] };
/// The categories of Apple's podcast directory, which other directories use as well.
const CATEGORIES: [&str; 19] = [
    "Arts",
    "Business",
    "Comedy",
    "Education",
    "Fiction",
    "Government",
    "Health & Fitness",
    "History",
    "Kids & Family",
    "Leisure",
    "Music",
    "News",
    "Religion & Spirituality",
    "Science",
    "Society & Culture",
    "Sports",
    "TV & Film",
    "Technology",
    "True Crime",
];
/// How long an excerpt is where nothing is said.
const LIMIT: Limit = Limit::Words(60);
/// How many words or characters an excerpt may have.
const LENGTHS: RangeInclusive<u64> = 1..=10_000;

/// What is published of the entries of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// How much of each text, where not the whole of it.
    pub excerpt: Option<Limit>,
    /// Who holds which rights; else as the page says.
    pub rights: Option<String>,
    /// Whether a line below each text names where it comes from; default false.
    pub credit: bool,
    /// Whether entries that leave the feed go to archives; default true.
    pub archive: bool,
    /// What podcast directories want to know, where the entries are recordings.
    pub podcast: Option<Podcast>,
}

/// The settings as written; `None` is "not said".
#[derive(Clone, Default)]
pub(super) struct PublicationSettings {
    excerpted: Option<bool>,
    limit: Option<Limit>,
    rights: Option<String>,
    credit: Option<bool>,
    archive: Option<bool>,
    podcast: Option<Podcast>,
}

/// Reads what `table`, a feed's or the defaults', says.
pub(super) fn read(reading: &mut Reading<'_>, table: Table<'_>) -> PublicationSettings {
    PublicationSettings {
        excerpted: table.get("visibility").and_then(|item| visibility(reading, item)),
        limit: table.get("excerpt").and_then(|item| limit(reading, item)),
        rights: table.get("rights").and_then(|item| reading.line(item)),
        credit: table.get("credit").and_then(|item| reading.boolean(item)),
        archive: table.get("archive").and_then(|item| reading.boolean(item)),
        podcast: table.get("podcast").and_then(|item| podcast(reading, item)),
    }
}

impl PublicationSettings {
    /// These where they say something, else those of `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        Self {
            excerpted: self.excerpted.or(defaults.excerpted),
            limit: self.limit.or(defaults.limit),
            rights: self.rights.or_else(|| defaults.rights.clone()),
            credit: self.credit.or(defaults.credit),
            archive: self.archive.or(defaults.archive),
            podcast: self.podcast.or_else(|| defaults.podcast.clone()),
        }
    }

    /// With what goes without saying.
    pub(super) fn finish(self) -> Publication {
        Publication {
            excerpt: (self.excerpted == Some(true)).then(|| self.limit.unwrap_or(LIMIT)),
            rights: self.rights,
            credit: self.credit.unwrap_or(false),
            archive: self.archive.unwrap_or(true),
            podcast: self.podcast,
        }
    }
}

/// Whether texts are cut.
fn visibility(reading: &mut Reading<'_>, item: Item<'_>) -> Option<bool> {
    match reading.string(item)? {
        "full" => Some(false),
        "excerpt" => Some(true),
        other => {
            let help = nearest(other, ["full", "excerpt"])
                .map_or_else(|| "write `full` or `excerpt`".to_owned(), did_you_mean);
            reading.mistake_with(item.span(), format!("unknown visibility `{}`", shown(other)), help);
            None
        }
    }
}

/// Directories refuse a podcast without a category or an address, so both are needed.
fn podcast(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Podcast> {
    let table = reading.table(item, &PODCAST)?;
    let category = table.get("category").and_then(|item| category(reading, item));
    let email = table.get("email").and_then(|item| email(reading, item));
    let author = table.get("author").and_then(|item| reading.line(item));
    let explicit = table.get("explicit").and_then(|item| reading.boolean(item)).unwrap_or(false);
    for key in ["category", "email"] {
        if table.get(key).is_none() {
            let help = "write `podcast = { category = \"News\", email = \"me@me.example\" }`";
            reading.absence(item.span(), format!("`podcast` has no `{key}`"), help);
        }
    }
    Some(Podcast { category: category?, email: email?, author, explicit })
}

fn category(reading: &mut Reading<'_>, item: Item<'_>) -> Option<String> {
    let text = reading.string(item)?;
    if CATEGORIES.contains(&text) {
        return Some(text.to_owned());
    }
    let help =
        nearest(text, CATEGORIES).map_or_else(|| format!("the categories are {}", CATEGORIES.join(", ")), did_you_mean);
    reading.mistake_with(item.span(), format!("unknown category `{}`", shown(text)), help);
    None
}

fn email(reading: &mut Reading<'_>, item: Item<'_>) -> Option<String> {
    let line = reading.line(item)?;
    let plain = line.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !plain || !line.bytes().all(|b| b.is_ascii_graphic() && !b"<>()\",;:".contains(&b)) {
        reading.mistake_with(item.span(), "`email` is no e-mail address", "write it as in `me@me.example`");
        return None;
    }
    Some(line)
}

fn limit(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Limit> {
    let table = reading.table(item, &EXCERPT)?;
    let mut length = |item| reading.integer(item, LENGTHS).and_then(|number| usize::try_from(number).ok());
    match (table.get("words"), table.get_with_key("characters")) {
        (Some(words), None) => length(words).map(Limit::Words),
        (None, Some((characters, _))) => length(characters).map(Limit::Characters),
        (Some(_), Some((_, key))) => {
            reading.mistake(key, "`words` and `characters` exclude each other");
            None
        }
        (None, None) => {
            reading.absence(item.span(), "`excerpt` says no length", "write `excerpt = { words = 60 }`");
            None
        }
    }
}
