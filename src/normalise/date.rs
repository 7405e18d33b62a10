//! Dates as people and machines write them.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::model::Timestamp;

/// Which number of `4/7/2024` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

/// What helps to understand a date.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The moment at which the text was read, as a clock at the site shows it; relative texts count from here.
    pub now: NaiveDateTime,
    /// BCP 47 tag of the page, if known.
    pub language: Option<&'a str>,
    /// The order of numeric dates, where it is configured.
    pub order: Option<Order>,
}

/// A date that was understood: as exact as the text, in its own zone if it names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The calendar day.
    pub date: NaiveDate,
    /// The time of day; `None` if the text says a day only.
    pub time: Option<NaiveTime>,
    /// The offset that the text names.
    pub offset: Option<FixedOffset>,
}

impl Moment {
    /// The moment in `zone`, unless the text named an offset of its own.
    ///
    /// A local time that the clock skips is moved forward by an hour; of one that it shows twice, the first is taken.
    pub fn timestamp(self, zone: Tz) -> Timestamp {
        let Some(time) = self.time else { return Timestamp::day(self.date, zone) };
        let local = self.date.and_time(time);
        if let Some(offset) = self.offset {
            return offset
                .from_local_datetime(&local)
                .single()
                .map_or_else(|| Timestamp::day(self.date, zone), Timestamp::exact);
        }
        let found = zone.from_local_datetime(&local).earliest();
        let found = found.or_else(|| zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest());
        found.map_or_else(|| Timestamp::day(self.date, zone), |moment| Timestamp::exact(moment.fixed_offset()))
    }
}

/// Understands `text` as a whole; `None` if it is no date.
pub fn parse(text: &str, context: &Context<'_>) -> Option<Moment> {
    let _ = (text, context);
    None
}

/// Reads `text` by a `strftime` pattern of chrono.
pub fn parse_format(text: &str, format: &str) -> Option<Moment> {
    let _ = (text, format);
    None
}
