//! The settings that both `[defaults]` and a feed may have, each absent or valid.
//!
//! The defaults are read once, so that a mistake in them is told once; a feed's own settings are laid over them, key by
//! key also inside `request`, `expect`, `date`, `include` and `exclude`.

use std::ops::RangeInclusive;
use std::time::Duration;

use toml::de::DeValue;
use url::Url;

use super::field::pattern;
use super::media::{self, Pictures};
use super::publication::{self, PublicationSettings};
use super::request::{self, RequestSettings};
use super::suggest::nearest;
use super::written::{Item, Reading, Shape, Table, did_you_mean, shown};
use super::{Errors, Expect, Filter, expect, leaf};
use crate::model::Zone;
use crate::normalise::date::Order;

/// How many entries a feed may keep.
const ENTRIES: RangeInclusive<u64> = 1..=500;
/// How many article pages one run may fetch.
const ARTICLES: RangeInclusive<u64> = 0..=500;
/// How many seconds there may be between two visits.
const INTERVAL: RangeInclusive<u64> = 300..=2_592_000;

const DATE: Shape = Shape { name: "`date`", keys: &["order", "format"] };
const FILTER: Shape = Shape { name: "`include` and `exclude`", keys: &["title", "link", "text", "category"] };

/// What `[defaults]` and a feed have in common; `None` is "not said".
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) timezone: Option<Zone>,
    pub(super) language: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) full_text: Option<bool>,
    pub(super) max_entries: Option<usize>,
    pub(super) max_articles_per_run: Option<usize>,
    pub(super) strip_title_suffix: Option<bool>,
    pub(super) interval: Option<Duration>,
    pub(super) errors: Option<Errors>,
    pub(super) date_order: Option<Order>,
    pub(super) date_format: Option<String>,
    pub(super) expect: Expect,
    pub(super) include: Filter,
    pub(super) exclude: Filter,
    pub(super) request: RequestSettings,
    pub(super) hub: Option<Url>,
    pub(super) media: Option<Pictures>,
    pub(super) publication: PublicationSettings,
}

impl Settings {
    /// Reads what `table` says.
    pub(super) fn read(reading: &mut Reading<'_>, table: Table<'_>) -> Self {
        let mut settings = Self {
            timezone: table.get("timezone").and_then(|item| parsed(reading, item, leaf::timezone)),
            language: table.get("language").and_then(|item| parsed(reading, item, leaf::language)),
            encoding: table.get("encoding").and_then(|item| parsed(reading, item, leaf::encoding)),
            full_text: table.get("full_text").and_then(|item| reading.boolean(item)),
            max_entries: table.get("max_entries").and_then(|item| count(reading, item, ENTRIES)),
            max_articles_per_run: table.get("max_articles_per_run").and_then(|item| count(reading, item, ARTICLES)),
            strip_title_suffix: table.get("strip_title_suffix").and_then(|item| reading.boolean(item)),
            interval: table.get("interval").and_then(|item| seconds(reading, item, INTERVAL)),
            errors: table.get("errors").and_then(|item| errors(reading, item)),
            ..Self::default()
        };
        if let Some(date) = table.get("date").and_then(|item| reading.table(item, &DATE)) {
            settings.date_order = date.get("order").and_then(|item| order(reading, item));
            settings.date_format = date.get("format").and_then(|item| parsed(reading, item, leaf::date_format));
        }
        if let Some(item) = table.get("expect") {
            settings.expect = expect::read(reading, item);
        }
        settings.hub = table.get("hub").and_then(|item| parsed(reading, item, leaf::address));
        settings.media = table.get("media").and_then(|item| media::read(reading, item));
        settings.include = filter(reading, table.get("include"));
        settings.exclude = filter(reading, table.get("exclude"));
        settings.publication = publication::read(reading, table);
        if let Some(item) = table.get("request") {
            settings.request = request::read(reading, item);
        }
        settings
    }

    /// These settings where they say something, else those of `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        Self {
            timezone: self.timezone.or(defaults.timezone),
            language: self.language.or_else(|| defaults.language.clone()),
            encoding: self.encoding.or_else(|| defaults.encoding.clone()),
            full_text: self.full_text.or(defaults.full_text),
            max_entries: self.max_entries.or(defaults.max_entries),
            max_articles_per_run: self.max_articles_per_run.or(defaults.max_articles_per_run),
            strip_title_suffix: self.strip_title_suffix.or(defaults.strip_title_suffix),
            interval: self.interval.or(defaults.interval),
            errors: self.errors.or(defaults.errors),
            date_order: self.date_order.or(defaults.date_order),
            date_format: self.date_format.or_else(|| defaults.date_format.clone()),
            expect: expect::over(self.expect, &defaults.expect),
            include: filter_over(self.include, &defaults.include),
            exclude: filter_over(self.exclude, &defaults.exclude),
            request: self.request.over(&defaults.request),
            hub: self.hub.or_else(|| defaults.hub.clone()),
            media: self.media.or_else(|| defaults.media.clone()),
            publication: self.publication.over(&defaults.publication),
        }
    }
}

/// The string in `item`, understood by `leaf`.
pub(super) fn parsed<T>(
    reading: &mut Reading<'_>,
    item: Item<'_>,
    leaf: impl Fn(&str) -> Result<T, super::written::Trouble>,
) -> Option<T> {
    let text = reading.string(item)?;
    reading.take(item, leaf(text))
}

/// The duration in `item`, from `least` to `most` seconds.
pub(super) fn seconds(reading: &mut Reading<'_>, item: Item<'_>, range: RangeInclusive<u64>) -> Option<Duration> {
    if let DeValue::Integer(_) = item.value.get_ref() {
        let message = format!("`{}`: expected a string, found an integer", shown(item.key));
        reading.mistake_with(item.span(), message, "write a number and a unit: `90s`, `5m` or `3h`");
        return None;
    }
    let duration = parsed(reading, item, leaf::duration)?;
    let (least, most) = (*range.start(), *range.end());
    if duration < Duration::from_secs(least) || duration > Duration::from_secs(most) {
        reading.mistake(item.span(), format!("`{}` is from {least}s to {most}s", shown(item.key)));
        return None;
    }
    Some(duration)
}

/// Where failures are told: `"report"` (and nowhere in the feed), or `"entry"`.
fn errors(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Errors> {
    match reading.string(item)? {
        "report" => Some(Errors::Report),
        "entry" => Some(Errors::Entry),
        other => {
            let help = nearest(other, ["report", "entry"])
                .map_or_else(|| "write `report` or `entry`".to_owned(), did_you_mean);
            reading.mistake_with(item.span(), format!("unknown place for errors `{}`", shown(other)), help);
            None
        }
    }
}

pub(super) fn count(reading: &mut Reading<'_>, item: Item<'_>, range: RangeInclusive<u64>) -> Option<usize> {
    reading.integer(item, range).and_then(|number| usize::try_from(number).ok())
}

/// Whether what recurs is kept.
pub(super) fn keep(reading: &mut Reading<'_>, item: Item<'_>) -> Option<bool> {
    let text = reading.string(item)?;
    match text {
        "keep" => Some(true),
        "remove" => Some(false),
        other => {
            let help = "write `keep` or `remove`";
            reading.mistake_with(item.span(), format!("unknown word `{}`", shown(other)), help);
            None
        }
    }
}

fn order(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Order> {
    let text = reading.string(item)?;
    match text {
        "dmy" => Some(Order::Dmy),
        "mdy" => Some(Order::Mdy),
        "ymd" => Some(Order::Ymd),
        other => {
            let help = nearest(other, ["dmy", "mdy", "ymd"])
                .map_or_else(|| "write `dmy`, `mdy` or `ymd`".to_owned(), did_you_mean);
            reading.mistake_with(item.span(), format!("unknown order `{}`", shown(other)), help);
            None
        }
    }
}

fn filter(reading: &mut Reading<'_>, item: Option<Item<'_>>) -> Filter {
    let Some(table) = item.and_then(|item| reading.table(item, &FILTER)) else { return Filter::default() };
    Filter {
        title: table.get("title").and_then(|item| pattern(reading, item)),
        link: table.get("link").and_then(|item| pattern(reading, item)),
        text: table.get("text").and_then(|item| pattern(reading, item)),
        category: table.get("category").and_then(|item| pattern(reading, item)),
    }
}

fn filter_over(own: Filter, defaults: &Filter) -> Filter {
    Filter {
        title: own.title.or_else(|| defaults.title.clone()),
        link: own.link.or_else(|| defaults.link.clone()),
        text: own.text.or_else(|| defaults.text.clone()),
        category: own.category.or_else(|| defaults.category.clone()),
    }
}
