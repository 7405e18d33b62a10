//! Times of day and their zones: `21:24`, `2:57 p.m.`, `14h40`, `18.37 Uhr`, `21時40分`, `12:30 GMT+7`.

use chrono::{FixedOffset, NaiveTime};

use super::grammar::Reader;
use super::lexicon::{Meaning, Unit};
use super::machine;

impl Reader<'_> {
    /// Takes a time of day that begins at `at`, with its zone; returns how many pieces it has.
    pub(super) fn clock(&mut self, at: usize) -> Option<usize> {
        if self.time.is_some() {
            return None;
        }
        if let Some(hour) = self.meaning(at, |m| if let Meaning::Hour(hour) = m { Some(*hour) } else { None })
            && self.has_day()
        {
            self.time = NaiveTime::from_hms_opt(hour, 0, 0);
            return Some(1);
        }
        let hour = self.small(at)?;
        let (time, length) = self
            .colon(at, hour)
            .or_else(|| self.hour_letter(at, hour))
            .or_else(|| self.marked_hour(at, hour))
            .or_else(|| self.dotted(at, hour))
            .or_else(|| self.whole_hour(at, hour))
            .or_else(|| self.spoken(at, hour))?;
        self.time = Some(time);
        let mut end = at + length;
        while self.meanings(end).iter().any(|meaning| matches!(meaning, Meaning::Clock)) {
            end += 1;
        }
        if let Some(half) = self.half_at(end)
            && self.half.is_none()
        {
            self.half = Some(half);
            end += 1;
            end += usize::from(self.token(end).is_some_and(|token| token.is_mark('.') && token.glued));
        }
        end += self.zone(end);
        Some(end - at)
    }

    fn half_at(&self, at: usize) -> Option<super::lexicon::Half> {
        self.meaning(at, |m| if let Meaning::Half(half) = m { Some(*half) } else { None })
    }

    fn mark_at(&self, at: usize, mark: char) -> bool {
        self.token(at).is_some_and(|token| token.is_mark(mark))
    }

    fn glued(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.glued)
    }

    /// A number of exactly two digits.
    fn pair(&self, at: usize) -> Option<u32> {
        let (_, digits) = self.token(at)?.number()?;
        self.small(at).filter(|_| digits == 2)
    }

    /// `21:24`, `13:11:23.678`
    fn colon(&self, at: usize, hour: u32) -> Option<(NaiveTime, usize)> {
        if !self.mark_at(at + 1, ':') {
            return None;
        }
        let minute = self.pair(at + 2)?;
        let Some(second) = self.pair(at + 4).filter(|_| self.mark_at(at + 3, ':')) else {
            return NaiveTime::from_hms_opt(hour, minute, 0).map(|time| (time, 3));
        };
        let time = NaiveTime::from_hms_opt(hour, minute, second)?;
        let fraction =
            (self.mark_at(at + 5, '.') || self.mark_at(at + 5, ',')) && self.glued(at + 6) && self.glued(at + 5);
        let fraction = fraction && self.token(at + 6).is_some_and(|token| token.number().is_some());
        Some((time, if fraction { 7 } else { 5 }))
    }

    /// `14h40`; where a day is known also `14 h 40` and `14h`
    fn hour_letter(&self, at: usize, hour: u32) -> Option<(NaiveTime, usize)> {
        if !self.has(at + 1, Meaning::HourLetter) {
            return None;
        }
        let apart = !self.glued(at + 1) && !self.glued(at + 2) && self.has_day();
        let minute = self.pair(at + 2).filter(|_| self.glued(at + 1) && self.glued(at + 2) || apart);
        match minute {
            Some(minute) => NaiveTime::from_hms_opt(hour, minute, 0).map(|time| (time, 3)),
            None if self.has_day() && self.direction.is_none() => {
                NaiveTime::from_hms_opt(hour, 0, 0).map(|time| (time, 2))
            }
            None => None,
        }
    }

    /// `21時40分`, `8点半`, `3点`
    fn marked_hour(&self, at: usize, hour: u32) -> Option<(NaiveTime, usize)> {
        if !self.has(at + 1, Meaning::HourMark) {
            return None;
        }
        if self.has(at + 2, Meaning::HalfPast) {
            return NaiveTime::from_hms_opt(hour, 30, 0).map(|time| (time, 3));
        }
        let Some(minute) = self.small(at + 2) else {
            return NaiveTime::from_hms_opt(hour, 0, 0).map(|time| (time, 2));
        };
        let minutes = usize::from(self.has(at + 3, Meaning::MinuteMark));
        if let Some(second) = self.small(at + 4)
            && minutes == 1
            && self.has(at + 5, Meaning::SecondMark)
        {
            return NaiveTime::from_hms_opt(hour, minute, second).map(|time| (time, 6));
        }
        NaiveTime::from_hms_opt(hour, minute, 0).map(|time| (time, 3 + minutes))
    }

    /// `18.37` where a day is known, or beside a word such as `Uhr`
    fn dotted(&self, at: usize, hour: u32) -> Option<(NaiveTime, usize)> {
        let minute =
            self.pair(at + 2).filter(|_| self.mark_at(at + 1, '.') && self.glued(at + 1) && self.glued(at + 2))?;
        if self.mark_at(at + 3, '.') && self.token(at + 4).is_some_and(|token| token.number().is_some()) {
            return None;
        }
        let before = at.checked_sub(1).is_some_and(|before| self.has(before, Meaning::Clock));
        let certain = self.has(at + 3, Meaning::Clock) || self.half_at(at + 3).is_some() || before;
        let day_known = self.date.is_some() || (self.month.is_some() && self.loose.len() == 2);
        (certain || day_known).then(|| NaiveTime::from_hms_opt(hour, minute, 0).map(|time| (time, 3)))?
    }

    /// `3 pm`; `18 Uhr`, `18 Uhr 30` and `alle 18` where a day is known
    fn whole_hour(&self, at: usize, hour: u32) -> Option<(NaiveTime, usize)> {
        let half = self.half_at(at + 1).is_some() && (1..=12).contains(&hour);
        // `8 a m` could be eight of anything; the letter alone must follow at once.
        let half = half && (self.token(at + 1)?.length > 1 || self.glued(at + 1));
        let clock = self.has(at + 1, Meaning::Clock) && self.has_day() && self.unit_at(at + 1).is_none();
        let minute = self.pair(at + 2).filter(|_| clock && !half);
        let (minute, length) = minute.map_or((0, 1), |minute| (minute, 3));
        (half || clock).then(|| NaiveTime::from_hms_opt(hour, minute, 0).map(|time| (time, length)))?
    }

    /// `7 гадзін 10 хвілін` behind a day
    fn spoken(&self, at: usize, hour: u32) -> Option<(NaiveTime, usize)> {
        if !self.has_day() || self.unit_at(at + 1) != Some(Unit::Hour) || self.direction.is_some() {
            return None;
        }
        let minute = self.small(at + 2).filter(|_| self.unit_at(at + 3) == Some(Unit::Minute))?;
        NaiveTime::from_hms_opt(hour, minute, 0).map(|time| (time, 4))
    }

    /// Takes the zone that begins at `at`; 0 if there is none.
    fn zone(&mut self, at: usize) -> usize {
        let open = usize::from(self.mark_at(at, '('));
        let named = at + open;
        let mut end = named;
        if let Some(minutes) =
            self.meaning(named, |m| if let Meaning::Zone(minutes) = m { Some(*minutes) } else { None })
        {
            self.offset = FixedOffset::east_opt(minutes * 60);
            end += 1;
        } else if let Some(region) =
            self.meaning(named, |m| if let Meaning::Region(zone) = m { Some(*zone) } else { None })
        {
            self.region = Some(region);
            end += 1;
        }
        if let Some((offset, length)) = self.numeric_zone(end) {
            self.offset = Some(offset);
            end += length;
        }
        if end == named { 0 } else { end + usize::from(open == 1 && self.mark_at(end, ')')) - at }
    }

    /// `+0800`, `-05:00`, `+8`
    fn numeric_zone(&self, at: usize) -> Option<(FixedOffset, usize)> {
        let sign = match () {
            () if self.mark_at(at, '+') => 1,
            () if self.mark_at(at, '-') => -1,
            () => return None,
        };
        let (value, digits) = self.token(at + 1).filter(|token| token.glued)?.number()?;
        let value = u32::try_from(value).ok()?;
        match digits {
            4 => machine::offset(sign, value / 100, value % 100).map(|offset| (offset, 2)),
            1 | 2 => match self.pair(at + 3).filter(|_| self.mark_at(at + 2, ':')) {
                Some(minutes) => machine::offset(sign, value, minutes).map(|offset| (offset, 4)),
                // `-5` behind a time may begin something else; a zone's name in front makes it an offset.
                None if digits == 2 || self.offset.is_some() => {
                    machine::offset(sign, value, 0).map(|offset| (offset, 2))
                }
                None => None,
            },
            _ => None,
        }
    }
}
