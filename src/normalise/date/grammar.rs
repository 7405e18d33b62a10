//! One reading of a text in one language: slots for the day, the time and the distance from now, filled from left to right.
//!
//! Steps: every piece goes to the first rule that takes it (time of day, numeric date, year–month–day signs, span of
//! time, loose number, word, punctuation); then `finish` asks whether the filled slots make one date. A piece that no
//! rule takes, a slot filled twice, or slots that do not belong together make the text no date.

use chrono::{Datelike, FixedOffset, NaiveDate, NaiveTime};

use super::lexicon::{Direction, Half, Meaning, Unit};
use super::relative::{self, Amount};
use super::token::{Kind, Token};
use super::{Context, Moment, Order, is_plausible};

/// What a text says, and whether it says it beyond doubt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) moment: Moment,
    /// A year, a direction from now or a named day was written: more than a lone `10:04` or `Friday`.
    pub(super) certain: bool,
}

/// Which years may be written besides those of the common era.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calendar {
    Plain,
    /// The page is in Chinese: years of the Republic of China.
    Chinese,
    /// The words are Thai: years of the Buddhist era.
    Thai,
}

/// Parts that were understood one by one and do not belong together.
struct Contradiction;

/// Where a reading stands.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) context: &'a Context<'a>,
    /// The order of numeric dates.
    pub(super) order: Order,
    /// The order was said by the page or the configuration and not assumed.
    pub(super) order_known: bool,
    pub(super) calendar: Calendar,
    pub(super) date: Option<NaiveDate>,
    pub(super) year: Option<i32>,
    pub(super) month: Option<u32>,
    pub(super) day: Option<u32>,
    pub(super) loose: Vec<(u32, usize)>,
    pub(super) weekday: Option<u32>,
    pub(super) time: Option<NaiveTime>,
    pub(super) half: Option<Half>,
    pub(super) offset: Option<FixedOffset>,
    pub(super) region: Option<crate::model::Zone>,
    pub(super) era: Option<i32>,
    pub(super) amounts: Vec<Amount>,
    pub(super) direction: Option<Direction>,
    pub(super) sign: Option<i64>,
    strict_direction: bool,
    /// An amount was a word alone, as the hour in `an hour` would be without its article.
    pub(super) bare: bool,
    pub(super) shifts: Vec<(Unit, i32)>,
    now: Option<i64>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(tokens: &'a [Token], context: &'a Context<'a>, order: Order) -> Self {
        Self {
            tokens,
            context,
            order,
            order_known: false,
            calendar: Calendar::Plain,
            date: None,
            year: None,
            month: None,
            day: None,
            loose: Vec::new(),
            weekday: None,
            time: None,
            half: None,
            offset: None,
            region: None,
            era: None,
            amounts: Vec::new(),
            direction: None,
            sign: None,
            strict_direction: false,
            bare: false,
            shifts: Vec::new(),
            now: None,
        }
    }

    /// Reads all pieces.
    pub(super) fn read(mut self) -> Option<Reading> {
        let mut at = 0;
        while at < self.tokens.len() {
            let taken = self
                .clock(at)
                .or_else(|| self.numeric(at))
                .or_else(|| self.marked(at))
                .or_else(|| self.amount(at))
                .or_else(|| self.loose_number(at))
                .or_else(|| self.word(at))
                .or_else(|| self.punctuation(at))?;
            at += taken.max(1);
        }
        self.finish()
    }

    /// The piece at `at`.
    pub(super) fn token(&self, at: usize) -> Option<&'a Token> {
        self.tokens.get(at)
    }

    /// What the word at `at` may say.
    pub(super) fn meanings(&self, at: usize) -> &'a [Meaning] {
        self.tokens.get(at).map_or(&[], Token::meanings)
    }

    /// The first thing that the word at `at` may say and that `pick` takes.
    pub(super) fn meaning<T>(&self, at: usize, pick: impl Fn(&Meaning) -> Option<T>) -> Option<T> {
        self.meanings(at).iter().find_map(pick)
    }

    pub(super) fn has(&self, at: usize, meaning: Meaning) -> bool {
        self.meanings(at).contains(&meaning)
    }

    /// The number at `at`, if it has one or two digits.
    pub(super) fn small(&self, at: usize) -> Option<u32> {
        let (value, digits) = self.token(at)?.number()?;
        if digits > 2 { None } else { u32::try_from(value).ok() }
    }

    pub(super) fn month_at(&self, at: usize) -> Option<u32> {
        self.meaning(at, |meaning| if let Meaning::Month(month) = meaning { Some(*month) } else { None })
    }

    pub(super) fn unit_at(&self, at: usize) -> Option<Unit> {
        self.meaning(at, |meaning| if let Meaning::Unit(unit) = meaning { Some(*unit) } else { None })
    }

    /// Whether a day was named already, so that a time of day may follow.
    pub(super) fn has_day(&self) -> bool {
        self.date.is_some()
            || self.day.is_some()
            || self.weekday.is_some()
            || !self.shifts.is_empty()
            || (self.month.is_some() && !self.loose.is_empty())
    }

    fn word(&mut self, at: usize) -> Option<usize> {
        let meanings = self.meanings(at);
        if self.is_prefix(at) && !self.is_era_letter(at) {
            return None;
        }
        let weekday = self.meaning(at, |m| if let Meaning::Weekday(day) = m { Some(*day) } else { None });
        if let Some(month) = self.month_at(at)
            && self.month.is_none()
            && self.date.is_none()
            && (weekday.is_none() || self.weekday.is_some() || self.is_the_month(at))
        {
            self.month = Some(month);
            return Some(1);
        }
        if let Some(day) = weekday
            && self.weekday.is_none()
            && (self.tokens.len() > 1 || self.is_clear_alone(at))
        {
            self.weekday = Some(day);
            return Some(1);
        }
        let filler = meanings.contains(&Meaning::Filler);
        for meaning in meanings {
            match *meaning {
                Meaning::Shift(Unit::Week, count) if self.shifts.is_empty() && self.weekday_sign(at + 1).is_some() => {
                    self.shifts.push((Unit::Week, count));
                    self.weekday = self.weekday_sign(at + 1);
                    return Some(2);
                }
                Meaning::Shift(unit, count) if self.shifts.len() < 3 => self.shifts.push((unit, count)),
                Meaning::ShiftHalf(days, half) if self.shifts.is_empty() && self.half.is_none() => {
                    self.shifts.push((Unit::Day, days));
                    self.half = Some(half);
                }
                Meaning::Now(seconds) if self.now.is_none() => self.now = Some(i64::from(seconds)),
                Meaning::Half(half) if self.half.is_none() => self.half = Some(half),
                Meaning::Era(base) if self.era.is_none() => self.era = Some(base),
                Meaning::Direction(direction) if self.direction.is_none_or(|known| known == direction) => {
                    self.direction = Some(direction);
                    self.strict_direction |= !filler;
                }
                Meaning::Zone(minutes) if self.time.is_some() && self.offset.is_none() => {
                    self.offset = FixedOffset::east_opt(minutes * 60);
                }
                Meaning::Clock => {}
                _ => continue,
            }
            return Some(1);
        }
        filler.then_some(1)
    }

    /// `v1.2.24`, `R8.3.18`: a letter that stands at a number makes it a version or a reference, whatever else it means.
    fn is_prefix(&self, at: usize) -> bool {
        let letter = self.token(at).is_some_and(|token| token.length == 1 && token.ascii);
        letter && self.token(at + 1).is_some_and(|next| next.glued && next.number().is_some())
    }

    /// `R8.3.18` on a Japanese page: the first letter of an era.
    fn is_era_letter(&self, at: usize) -> bool {
        let era = self.meanings(at).iter().any(|meaning| matches!(meaning, Meaning::Era(_)));
        era && self.context.language.is_some_and(|tag| tag.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("ja")))
    }

    /// The day in `上周五` and `上周日`, whose first two signs are a word of their own.
    fn weekday_sign(&self, at: usize) -> Option<u32> {
        let token = self.token(at).filter(|token| token.glued && !token.ascii && token.length == 1)?;
        match token.number() {
            Some((day @ 1..=6, 1)) => u32::try_from(day).ok(),
            None if self.unit_at(at) == Some(Unit::Day) => Some(7),
            _ => None,
        }
    }

    /// `so` is a Sunday in some language, and `mar` may be March: alone they are no date.
    fn is_clear_alone(&self, at: usize) -> bool {
        self.month_at(at).is_none() && self.token(at).is_some_and(|token| token.length > 2 || !token.ascii)
    }

    /// Whether the word at `at`, a month or a weekday (`mar`), is the month: no other word can be it.
    fn is_the_month(&self, at: usize) -> bool {
        let clear = (0..self.tokens.len()).any(|other| other != at && self.month_at(other).is_some());
        let numbers = self.tokens.iter().filter(|token| token.number().is_some()).count();
        let beside = [at.checked_sub(1), Some(at + 1)];
        let beside = beside.into_iter().flatten().any(|other| self.small(other).is_some());
        !clear && numbers > 0 && beside && !self.date_follows(at)
    }

    /// A numeric date needs no month beside it.
    fn date_follows(&self, at: usize) -> bool {
        let is_number = |at: usize| self.token(at).is_some_and(|token| token.number().is_some());
        is_number(at + 1)
            && matches!(self.token(at + 2), Some(Token { kind: Kind::Mark('/' | '.' | '-' | ':'), .. }))
            && is_number(at + 3)
    }

    fn punctuation(&mut self, at: usize) -> Option<usize> {
        let Some(Token { kind: Kind::Mark(mark), .. }) = self.token(at) else { return None };
        let next_is_number = self.token(at + 1).is_some_and(|token| token.number().is_some());
        match mark {
            ',' | '.' | '(' | ')' | '|' | '·' | '•' | '[' | ']' | '。' | ';' | '«' | '»' | '\'' => Some(1),
            ':' if self.has_only_labels(at) => Some(1),
            '+' | '-' if next_is_number && self.span_follows(at) => {
                self.sign = Some(if *mark == '+' { 1 } else { -1 });
                Some(1)
            }
            '-' | '/' if self.has_day() || self.month.is_some() || !self.loose.is_empty() || self.time.is_some() => {
                Some(1)
            }
            _ => None,
        }
    }

    /// `Published:`
    fn has_only_labels(&self, at: usize) -> bool {
        at > 0 && (0..at).all(|before| self.has(before, Meaning::Filler))
    }

    fn finish(mut self) -> Option<Reading> {
        if self.bare && self.direction.is_none() {
            return None;
        }
        // `去年3月18日`: the word says the year of a day that is written without one.
        if let [(Unit::Year, count)] = self.shifts[..]
            && self.month.is_some()
            && self.year.is_none()
        {
            self.year = Some(self.context.now.year() + count);
            self.shifts.clear();
        }
        let moment = if self.amounts.is_empty() { self.absolute()? } else { self.counted()? };
        let certain = !self.amounts.is_empty() && (self.direction.is_some() || self.sign.is_some())
            || self.date.is_some()
            || self.year.is_some()
            || self.loose.len() == 2
            || (!self.shifts.is_empty() && self.time.is_some())
            || self.now.is_some();
        is_plausible(moment.date).then_some(Reading { moment, certain })
    }

    /// So many units before or after now.
    fn counted(&self) -> Option<Moment> {
        let mixed = self.date.is_some()
            || self.month.is_some()
            || self.day.is_some()
            || self.year.is_some()
            || !self.loose.is_empty()
            || self.weekday.is_some()
            || !self.shifts.is_empty();
        if mixed || (self.time.is_some() && self.amounts.iter().any(|amount| !amount.is_days())) {
            return None;
        }
        let moment = relative::apply(self.context.now, &self.amounts, self.direction)?;
        let said = self.time_of_day().ok()?;
        let borrowed_clock = said.is_none() && self.amounts.iter().all(|amount| amount.is_days());
        let time = Some(said.unwrap_or_else(|| moment.time()));
        Some(Moment { date: moment.date(), time, offset: self.offset, borrowed_clock })
    }

    fn absolute(&self) -> Option<Moment> {
        if let Some(seconds) = self.now {
            let moment = self.context.now.checked_sub_signed(chrono::TimeDelta::seconds(seconds))?;
            let alone = !self.has_day() && self.time.is_none() && self.direction.is_none();
            return alone.then(|| Moment {
                date: moment.date(),
                time: Some(moment.time()),
                offset: None,
                borrowed_clock: false,
            });
        }
        if self.strict_direction && self.shifts.is_empty() {
            return None;
        }
        let today = self.context.now.date();
        let time = self.time_of_day().ok()?;
        let date = match self.written_date().ok()? {
            Some(date) if self.shifts.is_empty() => date,
            Some(_) => return None,
            None if !self.shifts.is_empty() => {
                if self.direction.is_some() && self.strict_direction {
                    return None;
                }
                // `this week` is no day; its Friday is.
                let whole = self.shifts.iter().all(|(unit, count)| *unit != Unit::Day && *count == 0);
                if whole && self.weekday.is_none() {
                    return None;
                }
                let mut shifted = relative::shift(self.context.now, &self.shifts)?;
                if let (Some(weekday), [(Unit::Week, _)]) = (self.weekday, &self.shifts[..]) {
                    let monday = i64::from(shifted.weekday().num_days_from_monday());
                    shifted += chrono::TimeDelta::days(i64::from(weekday) - 1 - monday);
                }
                // A text that counts days from now keeps the clock of now, as `1 day ago` does.
                let borrowed_clock = time.is_none();
                let time = time.or_else(|| self.half.is_none().then(|| shifted.time()));
                return Some(Moment { date: shifted.date(), time, offset: self.offset, borrowed_clock });
            }
            None => match self.weekday {
                Some(weekday) => super::calendar::last_weekday(self.context.now, weekday, time)?,
                None if time.is_some() => today,
                None => return None,
            },
        };
        let offset = self.offset.or_else(|| self.regional(date, time));
        Some(Moment { date, time, offset, borrowed_clock: false })
    }

    fn regional(&self, date: NaiveDate, time: Option<NaiveTime>) -> Option<FixedOffset> {
        let local = date.and_time(time?);
        self.region?.first(local).map(|time| *time.offset())
    }

    /// The time with its half of the day; an error if the two contradict.
    fn time_of_day(&self) -> Result<Option<NaiveTime>, Contradiction> {
        use chrono::Timelike;
        let (Some(time), Some(half)) = (self.time, self.half) else {
            // Half a day alone is no time: `this morning` names the day, `am` nothing.
            let fine = self.half.is_none() || self.has_day() || self.time.is_some();
            return if fine { Ok(self.time) } else { Err(Contradiction) };
        };
        let hour = time.hour();
        let hour = match half {
            Half::Am if hour == 12 => 0,
            Half::Am if hour > 12 => return Err(Contradiction),
            Half::Pm | Half::Evening | Half::Noon if hour > 12 => hour,
            Half::Evening if hour == 12 || hour == 0 => return Err(Contradiction),
            Half::Pm | Half::Evening if hour < 12 => hour + 12,
            Half::Noon if hour < 10 => hour + 12,
            _ => hour,
        };
        time.with_hour(hour).map(Some).ok_or(Contradiction)
    }

    /// The day that is written in full or without a year: an error if it does not exist.
    fn written_date(&self) -> Result<Option<NaiveDate>, Contradiction> {
        if let Some(date) = self.date {
            let alone = self.month.is_none() && self.loose.is_empty() && self.day.is_none() && self.year.is_none();
            return if alone { Ok(Some(date)) } else { Err(Contradiction) };
        }
        let Some(month) = self.month else {
            if let (Some(day), None, [], None, true) =
                (self.day, self.year, &self.loose[..], self.era, self.time.is_some())
            {
                return self.latest_of_month(day).map(Some).ok_or(Contradiction);
            }
            let nothing = self.loose.is_empty() && self.day.is_none() && self.year.is_none() && self.era.is_none();
            return if nothing { Ok(None) } else { Err(Contradiction) };
        };
        let (mut year, mut day) = (self.year, self.day);
        for (value, digits) in &self.loose {
            if *digits == 4 && year.is_none() {
                year = Some(self.full_year(*value, 4).ok_or(Contradiction)?);
            } else if *digits <= 2 && day.is_none() {
                day = Some(*value);
            } else if *digits == 2 && year.is_none() {
                year = Some(self.full_year(*value, 2).ok_or(Contradiction)?);
            } else {
                return Err(Contradiction);
            }
        }
        let day = day.ok_or(Contradiction)?;
        let date = match year {
            Some(year) => NaiveDate::from_ymd_opt(year, month, day),
            None => self.latest(month, day),
        };
        date.map(Some).ok_or(Contradiction)
    }
}
