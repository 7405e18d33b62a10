//! Days in numbers: `29.02.2020`, `4/7/2024`, `2024年7月4日`, `115.03.19`, and the loose numbers around a month's name.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::Order;
use super::grammar::{Calendar, Reader};
use super::lexicon::{Meaning, Unit};
use super::token::Kind;

/// What is added to a year of the Republic of China.
const REPUBLIC_OF_CHINA: u32 = 1911;

/// A date without a year lies at most so many days ahead; otherwise it was last year.
const DAYS_AHEAD: u64 = 3;

/// A year of two digits lies at most so many years ahead; otherwise it was in the last century.
const YEARS_AHEAD: i32 = 10;

impl Reader<'_> {
    /// Takes a date of numbers and separators; returns how many pieces it has.
    pub(super) fn numeric(&mut self, at: usize) -> Option<usize> {
        if self.date.is_some() || self.month.is_some() || !self.loose.is_empty() {
            return None;
        }
        let separator = self.separator(at + 1)?;
        let (first, second) = (self.token(at)?.number()?, self.token(at + 2)?.number()?);
        // `04.07. 12:30`: the third number is an hour.
        let is_hour = self.token(at + 5).is_some_and(|token| token.is_mark(':'));
        let third = self.token(at + 4).filter(|_| !is_hour).and_then(super::token::Token::number);
        if let Some(third) = third.filter(|_| self.separator(at + 3) == Some(separator)) {
            let more = self.token(at + 6).is_some_and(|token| token.glued && token.number().is_some());
            // Four numbers are an address or a version.
            if more && matches!(self.separator(at + 5), Some('.' | '/' | '-')) && self.token(at + 5)?.glued {
                return None;
            }
            self.date = Some(self.three([first, second, third], separator)?);
            return Some(5);
        }
        let closed = separator == '.' && self.separator(at + 3) == Some('.');
        let length = if closed { 4 } else { 3 };
        self.date = Some(self.two(first, second, separator, closed)?);
        Some(length)
    }

    fn separator(&self, at: usize) -> Option<char> {
        match self.token(at)?.kind {
            Kind::Mark(mark @ ('.' | '/' | '-')) => Some(mark),
            _ => None,
        }
    }

    fn three(&self, parts: [(u64, usize); 3], separator: char) -> Option<NaiveDate> {
        let [(a, a_digits), (b, b_digits), (c, c_digits)] = parts;
        let [a, b, c] = [u32::try_from(a).ok()?, u32::try_from(b).ok()?, u32::try_from(c).ok()?];
        let day = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day);
        match (a_digits, b_digits, c_digits) {
            // The year of an era comes first: 令和8.3.18.
            (1..=3, 1 | 2, 1 | 2) if self.era.is_some() => day(self.full_year(a, a_digits)?, b, c),
            (4, 1 | 2, 1 | 2) => day(self.full_year(a, 4)?, b, c),
            (3, 1 | 2, 1 | 2) if self.calendar == Calendar::Chinese => {
                day(i32::try_from(a + REPUBLIC_OF_CHINA).ok()?, b, c)
            }
            (1 | 2, 1 | 2, 4) => self.day_and_month(a, b, self.full_year(c, 4)?, separator),
            (2, 2, 2) if self.order == Order::Ymd => day(self.full_year(a, 2)?, b, c),
            (1 | 2, 1 | 2, 2) if separator != '-' => self.day_and_month(a, b, self.full_year(c, 2)?, separator),
            _ => None,
        }
    }

    /// Which of two numbers is the day is known if one is above twelve, or by the order.
    fn day_and_month(&self, a: u32, b: u32, year: i32, separator: char) -> Option<NaiveDate> {
        // Month first is written with slashes; a page that says no language and has dots is no American one.
        let month_first = self.order == Order::Mdy && (separator != '.' || self.order_known);
        let (day, month) = if b > 12 || (month_first && a <= 12) { (b, a) } else { (a, b) };
        NaiveDate::from_ymd_opt(year, month, day)
    }

    /// `04.07.`, and `07-04` where years come first; with a time behind it also `04/07` where the order is known.
    fn two(&self, first: (u64, usize), second: (u64, usize), separator: char, closed: bool) -> Option<NaiveDate> {
        let (a, b) = (u32::try_from(first.0).ok()?, u32::try_from(second.0).ok()?);
        if first.1 > 2 || second.1 > 2 {
            return None;
        }
        let has_time = self.tokens.iter().any(|token| token.is_mark(':'));
        match (self.order, separator) {
            (Order::Ymd, '-' | '/') if (first.1 == 2 && second.1 == 2) || has_time => self.latest(a, b),
            (Order::Dmy, '.') if closed => self.latest(b, a),
            (Order::Dmy, '/') if has_time && self.order_known => self.latest(b, a),
            (Order::Mdy, '/') if has_time && self.order_known => self.latest(a, b),
            _ => None,
        }
    }

    /// Takes a number with 年, 月 or 日 behind it; returns how many pieces it has.
    pub(super) fn marked(&mut self, at: usize) -> Option<usize> {
        let (value, digits) = self.token(at)?.number()?;
        let value = u32::try_from(value).ok()?;
        if self.date.is_some() {
            return None;
        }
        if self.has(at + 1, Meaning::YearMark) && self.year.is_none() {
            let month_follows = self.month_at(at + 2).is_some()
                || (self.small(at + 2).is_some() && self.has(at + 3, Meaning::MonthMark));
            let year = if self.era.is_some() || digits == 4 || (digits == 2 && month_follows) {
                self.full_year(value, digits.min(4))?
            } else {
                return None;
            };
            self.year = Some(year);
            return Some(2);
        }
        if self.has(at + 1, Meaning::MonthMark) && self.month.is_none() && digits <= 2 {
            self.token(at + 2)?.number()?;
            self.month = Some(value);
            return Some(2);
        }
        if self.day.is_some() || !self.loose.is_empty() {
            return None;
        }
        // `18日 14:20`: with a time of day behind it, the number is a day of the month and no count of days.
        let day_alone = digits <= 2 && self.has(at + 1, Meaning::DayMark) && self.clock_follows(at + 2);
        if day_alone && self.month.is_none() && self.year.is_none() {
            self.day = Some(value);
            return Some(2);
        }
        self.month?;
        let behind_mark = at.checked_sub(1).is_some_and(|before| self.has(before, Meaning::MonthMark));
        if digits <= 2 && self.has(at + 1, Meaning::DayMark) {
            self.day = Some(value);
            return Some(2);
        }
        if digits <= 2 && behind_mark {
            self.day = Some(value);
            return Some(1);
        }
        self.run_together(at, value, digits, behind_mark)
    }

    /// Whether a time of day begins at `at`: `14:20`, `14時`, `午後2時`.
    fn clock_follows(&self, at: usize) -> bool {
        let half = self.meanings(at).iter().any(|meaning| matches!(meaning, Meaning::Half(_)));
        let at = at + usize::from(half);
        let sign = self.token(at + 1).is_some_and(|token| token.is_mark(':')) || self.has(at + 1, Meaning::HourMark);
        self.small(at).is_some() && sign
    }

    /// `6月2911:30`: a day and an hour without anything between them.
    fn run_together(&mut self, at: usize, value: u32, digits: usize, behind_mark: bool) -> Option<usize> {
        let minute = self.small(at + 2)?;
        let colon = self.token(at + 1)?.is_mark(':');
        if digits != 4 || !behind_mark || !colon || self.time.is_some() {
            return None;
        }
        self.day = Some(value / 100);
        self.time = NaiveTime::from_hms_opt(value % 100, minute, 0);
        self.time.map(|_| 3)
    }

    /// Takes a number that may be the day or the year beside a month's name.
    pub(super) fn loose_number(&mut self, at: usize) -> Option<usize> {
        let (value, digits) = self.token(at)?.number()?;
        let value = u32::try_from(value).ok()?;
        let fits = match digits {
            1 => value >= 1,
            2 => true,
            4 => (1970..=2100).contains(&value) || (self.calendar == Calendar::Thai && (2500..2643).contains(&value)),
            _ => false,
        };
        if !fits || self.date.is_some() || self.loose.len() >= 2 {
            return None;
        }
        self.loose.push((value, digits));
        let glued = self.token(at + 1).is_some_and(|token| token.glued);
        if digits <= 2 && glued && self.has(at + 1, Meaning::Ordinal) {
            return Some(2);
        }
        // `2005 г.`: the word for year behind the year.
        Some(if digits == 4 && self.unit_at(at + 1) == Some(Unit::Year) { 2 } else { 1 })
    }

    /// The last day with this number in its month that is not ahead.
    pub(super) fn latest_of_month(&self, day: u32) -> Option<NaiveDate> {
        let today = self.context.now.date();
        let months = (0..3).filter_map(|back| today.with_day(1)?.checked_sub_months(chrono::Months::new(back)));
        months.filter_map(|month| month.with_day(day)).find(|date| *date <= today)
    }

    /// A year as it is written, in our calendar.
    pub(super) fn full_year(&self, value: u32, digits: usize) -> Option<i32> {
        let value = i32::try_from(value).ok()?;
        if let Some(base) = self.era {
            return Some(base + value);
        }
        if digits == 2 {
            let this_year = self.context.now.year();
            let year = this_year - this_year.rem_euclid(100) + value;
            return Some(if year > this_year + YEARS_AHEAD { year - 100 } else { year });
        }
        let buddhist = self.calendar == Calendar::Thai && (2500..2643).contains(&value);
        (digits == 4).then_some(if buddhist { value - 543 } else { value })
    }

    /// The last such day that is not far ahead.
    pub(super) fn latest(&self, month: u32, day: u32) -> Option<NaiveDate> {
        let today = self.context.now.date();
        let limit = today.checked_add_days(Days::new(DAYS_AHEAD))?;
        // 29 February may be up to eight years ago.
        (0..=9)
            .filter_map(|back| NaiveDate::from_ymd_opt(limit.year() - back, month, day))
            .find(|date| *date <= limit)
            .filter(|_| NaiveDate::from_ymd_opt(2000, month, day).is_some())
    }
}

/// The last such weekday before today; today itself if a time is named that is over.
pub(super) fn last_weekday(now: NaiveDateTime, weekday: u32, time: Option<NaiveTime>) -> Option<NaiveDate> {
    let today = now.date();
    let back = (today.weekday().number_from_monday() + 7 - weekday) % 7;
    let over = time.is_some_and(|time| time <= now.time());
    today.checked_sub_days(Days::new(u64::from(if back == 0 && !over { 7 } else { back })))
}
