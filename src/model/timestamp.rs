//! Moments, and how exactly they are known.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

use super::Zone;

/// How exactly a [`Timestamp`] is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// The site said the moment.
    Exact,
    /// The site said the calendar day only, in the offset of the instant.
    Day,
    /// The site said nothing: the moment at which the entry was first seen.
    FirstSeen,
}

/// A moment in the zone in which it was said, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timestamp {
    instant: DateTime<FixedOffset>,
    precision: Precision,
}

impl Timestamp {
    /// A moment that the site said; fractions of a second are dropped.
    pub fn exact(instant: DateTime<FixedOffset>) -> Self {
        Self { instant: whole_seconds(instant), precision: Precision::Exact }
    }

    /// A calendar day in `zone`, shown as that day's noon there, so that no reader's zone within ±11 hours shows
    /// another day.
    pub fn day(date: NaiveDate, zone: Zone) -> Self {
        let noon = date.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default());
        let instant = zone.first(noon).unwrap_or_else(|| noon.and_utc().fixed_offset());
        Self { instant, precision: Precision::Day }
    }

    /// The stand-in for a time that the site never said.
    pub fn first_seen(instant: DateTime<FixedOffset>) -> Self {
        Self { instant: whole_seconds(instant), precision: Precision::FirstSeen }
    }

    /// Puts a stored instant and precision together again.
    pub fn from_parts(instant: DateTime<FixedOffset>, precision: Precision) -> Self {
        Self { instant: whole_seconds(instant), precision }
    }

    /// The moment to show.
    pub fn instant(&self) -> DateTime<FixedOffset> {
        self.instant
    }

    /// How exactly the moment is known.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The calendar day in the zone in which the moment was said.
    pub fn date(&self) -> NaiveDate {
        self.instant.date_naive()
    }
}

fn whole_seconds(instant: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    instant.with_nanosecond(0).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_noon_in_its_zone() {
        let day = NaiveDate::from_ymd_opt(2024, 7, 4).unwrap();
        let shown = Timestamp::day(day, Zone::named("Australia/Melbourne").unwrap());
        assert_eq!(shown.instant().to_rfc3339(), "2024-07-04T12:00:00+10:00");
        assert_eq!((shown.date(), shown.precision()), (day, Precision::Day));
    }
}
