//! The `expect` table: what a good listing and good stories look like.

use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::settings::{count, seconds};
use super::suggest::nearest;
use super::written::{Item, Reading, Shape, did_you_mean, shown};
use super::{Expect, ExpectedField};

/// The keys of `expect`.
pub(super) const SHAPE: Shape =
    Shape { name: "`expect`", keys: &["min_items", "max_items", "max_age", "min_body", "fields", "language"] };

/// What `min_items` and `max_items` may be.
const ITEMS: RangeInclusive<u64> = 0..=10_000;
/// What `min_body` may be, in characters.
const BODY: RangeInclusive<u64> = 1..=1_000_000;
/// What `max_age` may be, in seconds.
const AGE: RangeInclusive<u64> = 60..=3_155_760_000;

/// Reads an `expect` table.
pub(super) fn read(reading: &mut Reading<'_>, item: Item<'_>) -> Expect {
    let Some(table) = reading.table(item, &SHAPE) else { return Expect::default() };
    let expect = Expect {
        min_items: table.get("min_items").and_then(|item| count(reading, item, ITEMS)),
        max_items: table.get("max_items").and_then(|item| count(reading, item, ITEMS)),
        max_age: table.get("max_age").and_then(|item| seconds(reading, item, AGE)),
        min_body: table.get("min_body").and_then(|item| count(reading, item, BODY)),
        fields: table.get("fields").map(|item| fields(reading, item)),
        language: table.get("language").and_then(|item| super::settings::parsed(reading, item, super::leaf::language)),
    };
    if let (Some(least), Some(most)) = (expect.min_items, expect.max_items)
        && least > most
    {
        reading.mistake(item.span(), format!("`min_items` ({least}) is more than `max_items` ({most})"));
    }
    expect
}

/// `own` where it says something, else `defaults`.
pub(super) fn over(own: Expect, defaults: &Expect) -> Expect {
    Expect {
        min_items: own.min_items.or(defaults.min_items),
        max_items: own.max_items.or(defaults.max_items),
        max_age: own.max_age.or(defaults.max_age),
        min_body: own.min_body.or(defaults.min_body),
        fields: own.fields.or_else(|| defaults.fields.clone()),
        language: own.language.or_else(|| defaults.language.clone()),
    }
}

/// `["date", "image"]`.
fn fields(reading: &mut Reading<'_>, item: Item<'_>) -> Vec<ExpectedField> {
    let DeValue::Array(values) = item.value.get_ref() else {
        reading.wrong_type::<()>(item, "an array of field names");
        return Vec::new();
    };
    let mut fields = Vec::new();
    for value in values {
        let item = Item { key: item.key, value };
        let Some(name) = reading.string(item) else { continue };
        let known = ExpectedField::ALL.map(ExpectedField::name);
        if let Some(field) = ExpectedField::ALL.into_iter().find(|field| field.name() == name) {
            fields.push(field);
        } else {
            let help =
                nearest(name, known).map_or_else(|| format!("write some of `{}`", known.join("`, `")), did_you_mean);
            reading.mistake_with(item.span(), format!("unknown field `{}`", shown(name)), help);
        }
    }
    fields
}
