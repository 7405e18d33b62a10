//! What of the entries is published, and what is said of rights and origin: `visibility`, `excerpt`, `rights`, `credit`
//! and `archive`, for a feed or in `[defaults]`.

use std::ops::RangeInclusive;

use super::suggest::nearest;
use super::written::{Item, Reading, Shape, Table, did_you_mean, shown};
use crate::normalise::html::Limit;

/// The keys of `excerpt`.
pub(super) const EXCERPT: Shape = Shape { name: "`excerpt`", keys: &["words", "characters"] };
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
}

/// The settings as written; `None` is "not said".
#[derive(Clone, Default)]
pub(super) struct PublicationSettings {
    excerpted: Option<bool>,
    limit: Option<Limit>,
    rights: Option<String>,
    credit: Option<bool>,
    archive: Option<bool>,
}

/// Reads what `table`, a feed's or the defaults', says.
pub(super) fn read(reading: &mut Reading<'_>, table: Table<'_>) -> PublicationSettings {
    PublicationSettings {
        excerpted: table.get("visibility").and_then(|item| visibility(reading, item)),
        limit: table.get("excerpt").and_then(|item| limit(reading, item)),
        rights: table.get("rights").and_then(|item| reading.line(item)),
        credit: table.get("credit").and_then(|item| reading.boolean(item)),
        archive: table.get("archive").and_then(|item| reading.boolean(item)),
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
        }
    }

    /// With what goes without saying.
    pub(super) fn finish(self) -> Publication {
        Publication {
            excerpt: (self.excerpted == Some(true)).then(|| self.limit.unwrap_or(LIMIT)),
            rights: self.rights,
            credit: self.credit.unwrap_or(false),
            archive: self.archive.unwrap_or(true),
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
