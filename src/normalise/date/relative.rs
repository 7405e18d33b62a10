//! Spans of time before and after now: `2 hours ago`, `vor 3 Tagen`, `三天前`, `1 year, 2 months`.

use chrono::{Months, NaiveDateTime, TimeDelta};

use super::grammar::Reader;
use super::lexicon::{Direction, Meaning, Unit};

/// So many of a unit, in tenths of thousandths so that `1.5 days` is exact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    ten_thousandths: i64,
    unit: Unit,
    /// A sign of its own, as in `-1 decade +2 years`.
    sign: Option<i64>,
}

impl Amount {
    /// Whether a time of day may stand beside it.
    pub(super) fn is_days(self) -> bool {
        !matches!(self.unit, Unit::Hour | Unit::HalfHour | Unit::HalfDay | Unit::Minute | Unit::Second)
    }
}

impl Reader<'_> {
    /// Takes a span that begins at `at`; returns how many pieces it has.
    pub(super) fn amount(&mut self, at: usize) -> Option<usize> {
        if let Some((value, length)) = self.quantity(at) {
            // A month's name beside the number makes it a day: `13 ago 2014`.
            if self.month_at(at + length).is_some() {
                return None;
            }
            let filler = usize::from(self.has(at + length, Meaning::Filler) && self.span_at(at + length).is_none());
            let here = at + length + filler;
            let (unit, direction) = self.span_at(here).or_else(|| self.shift_as_span(here))?;
            let is_year = unit == Unit::Year && direction.is_none() && (19_700_000..=21_000_000).contains(&value);
            let names_month = unit == Unit::Month && self.month_at(here + 1).is_some();
            if names_month && length == 1 {
                self.loose_number(at)?;
                return Some(2 + filler);
            }
            if is_year || self.has_day() && direction.is_none() {
                return None;
            }
            // `21 m` alone could be metres or millions.
            let single = self.token(here)?.length == 1 && self.token(here)?.ascii;
            self.bare |= single && direction.is_none() && self.sign.is_none();
            self.take(value, unit, direction)?;
            return Some(length + filler + 1);
        }
        let (unit, direction) = self.span_at(at)?;
        // Languages that put the unit first: `mwezi 2 uliopita`.
        let gap =
            usize::from(self.token(at + 1).is_some_and(|next| next.is_mark('-')) || self.has(at + 1, Meaning::Filler));
        let letter = self.token(at)?.length == 1 && self.token(at)?.ascii;
        if direction.is_none()
            && !letter
            && !self.has(at, Meaning::Filler)
            && let Some((value, length)) = self.quantity(at + 1 + gap)
            && self.span_at(at + 1 + gap + length).is_none()
            && !self.has_day()
        {
            self.take(value, unit, direction)?;
            return Some(1 + gap + length);
        }
        self.lone_unit(at)
    }

    /// `преди час`: the unit alone is one of it; a direction must stand somewhere.
    pub(super) fn lone_unit(&mut self, at: usize) -> Option<usize> {
        let (unit, direction) = self.span_at(at)?;
        let other = self.has(at, Meaning::Filler) || self.month_at(at).is_some() || self.has_day();
        if other || self.token(at)?.length == 1 && !matches!(unit, Unit::HalfHour) {
            return None;
        }
        self.bare = true;
        self.take(10_000, unit, direction)?;
        Some(1)
    }

    /// Whether a number and a unit stand behind the sign at `at`.
    pub(super) fn span_follows(&self, at: usize) -> bool {
        self.quantity(at + 1).is_some_and(|(_, length)| self.span_at(at + 1 + length).is_some())
    }

    fn span_at(&self, at: usize) -> Option<(Unit, Option<Direction>)> {
        self.meaning(at, |meaning| match meaning {
            Meaning::Directed(unit, direction) => Some((*unit, Some(*direction))),
            _ => None,
        })
        .or_else(|| self.unit_at(at).map(|unit| (unit, None)))
    }

    /// `bulan lalu` is last month, and with a number in front so many months ago.
    fn shift_as_span(&self, at: usize) -> Option<(Unit, Option<Direction>)> {
        self.meaning(at, |meaning| match meaning {
            Meaning::Shift(unit, -1) if *unit != Unit::Day => Some((*unit, Some(Direction::Past))),
            Meaning::Shift(unit, 1) if *unit != Unit::Day => Some((*unit, Some(Direction::Future))),
            _ => None,
        })
    }

    /// A number, with a fraction, or a word for one: in ten-thousandths, and how many pieces it has.
    fn quantity(&self, at: usize) -> Option<(i64, usize)> {
        let count =
            |at| self.meaning(at, |m| if let Meaning::Count(count) = m { Some(i64::from(*count)) } else { None });
        if let Some(count_here) = count(at) {
            // `a few hours`
            return match count(at + 1) {
                Some(next) => Some((next * 10_000, 2)),
                None => Some((count_here * 10_000, 1)),
            };
        }
        let (value, digits) = self.token(at)?.number()?;
        let whole = i64::try_from(value).ok().filter(|_| digits <= 5)? * 10_000;
        let point = self.token(at + 1).filter(|token| token.glued && (token.is_mark('.') || token.is_mark(',')));
        let fraction = self.token(at + 2).filter(|token| token.glued && point.is_some());
        if let Some((part, digits @ 1..=4)) = fraction.and_then(super::token::Token::number) {
            let scale = 10_i64.pow(4 - u32::try_from(digits).ok()?);
            return Some((whole + i64::try_from(part).ok()? * scale, 3));
        }
        Some((whole, 1))
    }

    fn take(&mut self, ten_thousandths: i64, unit: Unit, direction: Option<Direction>) -> Option<()> {
        if let Some(direction) = direction {
            if self.direction.is_some_and(|known| known != direction) {
                return None;
            }
            self.direction = Some(direction);
        }
        self.amounts.push(Amount { ten_thousandths, unit, sign: self.sign });
        Some(())
    }
}

/// `now`, moved by all amounts; without a direction they lie in the past.
pub(super) fn apply(now: NaiveDateTime, amounts: &[Amount], direction: Option<Direction>) -> Option<NaiveDateTime> {
    let default = if direction == Some(Direction::Future) { 1 } else { -1 };
    let (mut months, mut milliseconds) = (0_i64, 0_i64);
    for amount in amounts {
        let value = amount.ten_thousandths.checked_mul(amount.sign.unwrap_or(default))?;
        match length(amount.unit) {
            // Part of a year is so many months; part of a month is nothing that a calendar has.
            Length::Months(count) if (value * count) % 10_000 == 0 => months += value * count / 10_000,
            Length::Months(_) => return None,
            Length::Seconds(count) => milliseconds = milliseconds.checked_add(value.checked_mul(count)? / 10)?,
        }
    }
    moved(now, months, milliseconds)
}

/// `now`, moved by words such as `yesterday` and `next month`.
pub(super) fn shift(now: NaiveDateTime, shifts: &[(Unit, i32)]) -> Option<NaiveDateTime> {
    let (mut months, mut milliseconds) = (0_i64, 0_i64);
    for (unit, count) in shifts {
        match length(*unit) {
            Length::Months(each) => months += each * i64::from(*count),
            Length::Seconds(each) => milliseconds += each * i64::from(*count) * 1000,
        }
    }
    moved(now, months, milliseconds)
}

fn moved(now: NaiveDateTime, months: i64, milliseconds: i64) -> Option<NaiveDateTime> {
    let size = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let there = if months < 0 { now.checked_sub_months(size) } else { now.checked_add_months(size) };
    there?.checked_add_signed(TimeDelta::try_milliseconds(milliseconds)?)
}

enum Length {
    Months(i64),
    Seconds(i64),
}

fn length(unit: Unit) -> Length {
    match unit {
        Unit::Decade => Length::Months(120),
        Unit::Year => Length::Months(12),
        Unit::HalfYear => Length::Months(6),
        Unit::Month => Length::Months(1),
        Unit::Week => Length::Seconds(7 * 86_400),
        Unit::Day => Length::Seconds(86_400),
        Unit::HalfDay => Length::Seconds(43_200),
        Unit::Hour => Length::Seconds(3600),
        Unit::HalfHour => Length::Seconds(1800),
        Unit::Minute => Length::Seconds(60),
        Unit::Second => Length::Seconds(1),
    }
}
