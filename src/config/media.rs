//! The `media` key: whether pictures are copied beside the feeds, and how many.

use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::Media;
use super::leaf;
use super::settings::parsed;
use super::written::{Item, Reading, Shape, shown};

/// The keys of `media`.
pub(super) const SHAPE: Shape = Shape { name: "`media`", keys: &["max_bytes", "max_total", "max_per_run"] };

/// What one picture may be: it is held in memory.
const ONE: RangeInclusive<u64> = 1024..=64 * 1024 * 1024;
/// What all pictures of a feed may be.
const ALL: RangeInclusive<u64> = 1024..=1024 * 1024 * 1024 * 1024;
/// How many pictures one run may ask for.
const A_RUN: RangeInclusive<u64> = 1..=10_000;

/// What `media` says.
#[derive(Clone)]
pub(super) enum Pictures {
    /// They stay at the site.
    Left,
    /// They are copied within these limits.
    Copied(Media),
}

impl Pictures {
    /// The limits, if they are copied.
    pub(super) fn into_limits(self) -> Option<Media> {
        match self {
            Self::Left => None,
            Self::Copied(limits) => Some(limits),
        }
    }
}

/// Reads `true`, `false` or a table of limits.
pub(super) fn read(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Pictures> {
    match item.value.get_ref() {
        DeValue::Boolean(true) => return Some(Pictures::Copied(Media::default())),
        DeValue::Boolean(false) => return Some(Pictures::Left),
        DeValue::Table(_) => {}
        _ => return reading.wrong_type(item, "`true`, `false` or a table"),
    }
    let table = reading.table(item, &SHAPE)?;
    let usual = Media::default();
    let max_bytes = table.get("max_bytes").and_then(|item| size(reading, item, ONE, "1KiB to 64MiB"));
    let max_total = table.get("max_total").and_then(|item| size(reading, item, ALL, "1KiB to 1TiB"));
    let max_per_run = table.get("max_per_run").and_then(|item| reading.integer(item, A_RUN));
    Some(Pictures::Copied(Media {
        max_bytes: max_bytes.unwrap_or(usual.max_bytes),
        max_total: max_total.unwrap_or(usual.max_total),
        max_per_run: max_per_run.and_then(|number| usize::try_from(number).ok()).unwrap_or(usual.max_per_run),
    }))
}

/// A number of bytes, or a text such as `15MiB`.
fn size(reading: &mut Reading<'_>, item: Item<'_>, range: RangeInclusive<u64>, words: &str) -> Option<u64> {
    let size = match item.value.get_ref() {
        DeValue::Integer(_) => return reading.integer(item, range),
        DeValue::String(_) => parsed(reading, item, leaf::size)?,
        _ => return reading.wrong_type(item, "a size such as \"15MiB\" or an integer"),
    };
    if !range.contains(&size) {
        reading.mistake(item.span(), format!("`{}` is from {words}", shown(item.key)));
        return None;
    }
    Some(size)
}
