//! Dates that programs write: RFC 3339, ISO 8601 with and without separators, and Unix time.
//!
//! Only what matches to the last character counts; all else is left to the grammar of human dates.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};

use super::{Moment, is_plausible};

/// Reads a folded text.
pub(super) fn parse(text: &str) -> Option<Moment> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(text.len(), 10 | 13) {
        return unix(text);
    }
    let mut cursor = Cursor { rest: text };
    let date = cursor.date()?;
    let time = cursor.time();
    let mut offset = None;
    if time.is_some() {
        offset = cursor.offset();
        // Java writes the name of the zone behind the offset: 2024-07-04T12:00+02:00[Europe/Berlin].
        if cursor.rest.starts_with('[') && cursor.rest.ends_with(']') {
            cursor.rest = "";
        }
    }
    (cursor.rest.is_empty() && is_plausible(date)).then_some(Moment { date, time, offset, borrowed_clock: false })
}

/// Seconds (10 digits) or milliseconds (13 digits) since 1970, in UTC.
fn unix(digits: &str) -> Option<Moment> {
    let value: i64 = digits.parse().ok()?;
    let milliseconds = if digits.len() == 10 { value.checked_mul(1000)? } else { value };
    let instant = DateTime::<Utc>::from_timestamp_millis(milliseconds)?;
    let date = instant.date_naive();
    let recent = milliseconds >= 100_000_000_000 && is_plausible(date);
    recent.then(|| Moment { date, time: Some(instant.time()), offset: FixedOffset::east_opt(0), borrowed_clock: false })
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    /// `2024-07-04` or `20240704`.
    fn date(&mut self) -> Option<NaiveDate> {
        let year = self.digits(4)?;
        let separated = self.skip("-");
        let month = self.digits(2)?;
        if separated && !self.skip("-") {
            return None;
        }
        let day = self.digits(2)?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }

    /// `T12:30:45.678`, `T123045`, ` 12:30`; leaves everything in place if it is no time.
    fn time(&mut self) -> Option<NaiveTime> {
        let mut ahead = Cursor { rest: self.rest };
        if !ahead.skip("t") && !ahead.skip(" t") && !ahead.skip(" ") && !self.rest.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let hour = ahead.digits(2)?;
        let separated = ahead.skip(":");
        let minute = ahead.digits(2)?;
        let mut second = 0;
        let mut nanosecond = 0;
        if ahead.rest.starts_with(':') == separated
            && let Some(value) = ahead.second(separated)
        {
            second = value;
            if ahead.rest.starts_with(['.', ','])
                && let Some(value) = ahead.fraction()
            {
                nanosecond = value;
            }
        }
        self.rest = ahead.rest;
        // A leap second is the last second of its minute.
        NaiveTime::from_hms_nano_opt(hour, minute, second.min(59), nanosecond)
    }

    fn second(&mut self, separated: bool) -> Option<u32> {
        if separated {
            self.skip(":");
        }
        self.digits(2).filter(|second| *second <= 60)
    }

    fn fraction(&mut self) -> Option<u32> {
        let digits = self.rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        let text = self.rest.get(1..=digits).filter(|text| !text.is_empty())?;
        let nanosecond = format!("{:0<9}", text.get(..9).unwrap_or(text)).parse().ok()?;
        self.rest = self.rest.get(1 + digits..)?;
        Some(nanosecond)
    }

    /// `Z`, `+08:00`, `+0800`, `+08`, with or without a space before.
    fn offset(&mut self) -> Option<FixedOffset> {
        let mut ahead = Cursor { rest: self.rest.trim_start() };
        let offset = if ahead.skip("z") || ahead.skip("utc") || ahead.skip("gmt") {
            FixedOffset::east_opt(0)
        } else {
            let sign = if ahead.skip("+") { 1 } else { -1 };
            if sign < 0 && !ahead.skip("-") {
                return None;
            }
            let hours = ahead.digits(2)?;
            ahead.skip(":");
            let minutes = ahead.digits(2).unwrap_or(0);
            offset(sign, hours, minutes)
        };
        self.rest = ahead.rest;
        offset
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest.get(..count).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.rest = self.rest.get(count..)?;
        digits.parse().ok()
    }
}

/// An offset of at most fourteen hours, the largest that is in use.
pub(super) fn offset(sign: i32, hours: u32, minutes: u32) -> Option<FixedOffset> {
    if hours > 14 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?)
}
