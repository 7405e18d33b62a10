//! The words that dates are made of, in every language that we know.
//!
//! Two tables are compiled in: `words.txt` (month and weekday names, units and phrases of relative dates, from the
//! Unicode Common Locale Data Repository) and `extra.txt` (what web pages write besides). Both are read once, on the
//! first date, with every word as [`fold`] writes it. A word keeps its language, so that a text is read in one language
//! and not in a mixture.
//!
//! It refuses to judge: a word that is a month and a weekday has both meanings here.

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::model::Zone;

/// Somewhat more than there are words, and meanings.
const MANY: usize = 14_000;
const TABLES: [&str; 2] = [include_str!("extra.txt"), include_str!("words.txt")];

/// The language of words that every language uses, such as `GMT`; always number 0.
pub(super) const SHARED: Language = Language(0);

/// A language as its place in the tables; common ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Language(u16);

/// A span of time that people count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Decade,
    Year,
    HalfYear,
    Month,
    Week,
    Day,
    HalfDay,
    Hour,
    HalfHour,
    Minute,
    Second,
}

/// Before or after the moment of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Past,
    Future,
}

/// The half of the day in which a twelve-hour clock time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
    /// Around twelve: `中午12点`, `中午1点`.
    Noon,
    /// As [`Half::Pm`], but twelve o'clock is no hour of it.
    Evening,
}

/// What one word may say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// 1 is January.
    Month(u32),
    /// 1 is Monday.
    Weekday(u32),
    Unit(Unit),
    /// A unit and its direction in one word, such as `分钟前`.
    Directed(Unit, Direction),
    Direction(Direction),
    /// `yesterday`, `next week`.
    Shift(Unit, i32),
    /// `昨晚`: so many days from now, and the half of that day.
    ShiftHalf(i32, Half),
    /// `刚刚`: so many seconds ago.
    Now(i32),
    Half(Half),
    /// `noon`, `midnight`: an hour.
    Hour(u32),
    /// `two`, `an`.
    Count(u32),
    /// The year before the first one of an era.
    Era(i32),
    YearMark,
    MonthMark,
    DayMark,
    HourMark,
    MinuteMark,
    SecondMark,
    /// `半` behind an hour.
    HalfPast,
    /// `h` in `14h40`.
    HourLetter,
    /// `Uhr`: what stands beside it is a time of day.
    Clock,
    /// `st` in `1st`.
    Ordinal,
    /// Minutes east of Greenwich.
    Zone(i32),
    /// A zone whose offset depends on the date.
    Region(Zone),
    /// Says nothing of its own: `of`, `on`.
    Filler,
}

/// All words, by their folded spelling.
pub(super) struct Lexicon {
    /// Where the first meaning of each is among the meanings.
    words: HashMap<&'static str, u32>,
    meanings: Vec<Said>,
    tags: Vec<&'static str>,
    longest: usize,
}

/// One meaning of a word. There are thousands of words with one or two, so that a list for each would cost more than
/// what is in it.
struct Said {
    language: Language,
    meaning: Meaning,
    /// Where the next meaning of the word is; 0, the place of a first one, after the last.
    next: u32,
}

/// The compiled-in tables.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let (words, meanings) = (HashMap::with_capacity(MANY), Vec::with_capacity(MANY));
    let mut lexicon = Lexicon { words, meanings, tags: vec!["und"], longest: 0 };
    for table in TABLES {
        lexicon.add(table);
    }
    lexicon
});

impl Lexicon {
    /// What the folded `word` may say, in whichever language.
    pub(super) fn get(&self, word: &str) -> impl Iterator<Item = (Language, Meaning)> {
        let at = |place: u32| self.meanings.get(usize::try_from(place).ok()?);
        let first = self.words.get(word).and_then(|first| at(*first));
        let all = std::iter::successors(first, move |said| at(said.next).filter(|_| said.next > 0));
        all.map(|said| (said.language, said.meaning))
    }

    /// The number of characters of the longest word.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The language of a BCP 47 tag, by its first part.
    pub(super) fn language(&self, tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        let primary = match primary.as_str() {
            "tl" => "fil",
            "iw" => "he",
            "in" => "id",
            "mo" => "ro",
            "cmn" => "zh",
            "nb" | "nn" => "no",
            other => other,
        };
        let place = self.tags.iter().position(|known| *known == primary)?;
        u16::try_from(place).ok().map(Language)
    }

    fn add(&mut self, table: &'static str) {
        let mut language = SHARED;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            if let Some(tag) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                language = self.number(tag);
            } else if let Some((key, words)) = line.split_once(':')
                && let Some(meaning) = meaning(key)
            {
                for word in words.split('|') {
                    self.insert(word.trim_ascii(), language, meaning);
                }
            }
        }
    }

    fn number(&mut self, tag: &'static str) -> Language {
        let tag = if matches!(tag, "nb" | "nn") { "no" } else { tag };
        let place = self.tags.iter().position(|known| *known == tag).unwrap_or_else(|| {
            self.tags.push(tag);
            self.tags.len() - 1
        });
        Language(u16::try_from(place).unwrap_or_default())
    }

    fn insert(&mut self, word: &'static str, language: Language, meaning: Meaning) {
        if word.is_empty() {
            return;
        }
        // No word has more characters than bytes.
        if word.len() > self.longest {
            self.longest = self.longest.max(word.chars().count());
        }
        let Ok(place) = u32::try_from(self.meanings.len()) else { return };
        let first = *self.words.entry(word).or_insert(place);
        let mut last = usize::try_from(first).unwrap_or_default();
        while let Some(said) = self.meanings.get_mut(last) {
            if (said.language, said.meaning) == (language, meaning) {
                return;
            }
            if said.next == 0 {
                said.next = place;
                break;
            }
            last = usize::try_from(said.next).unwrap_or_default();
        }
        self.meanings.push(Said { language, meaning, next: 0 });
    }
}

/// The meaning that the key of a table line stands for; `None` for a key that nobody knows (a test forbids those).
fn meaning(key: &str) -> Option<Meaning> {
    let mut parts = key.split(' ');
    let (kind, argument, last) = (parts.next()?, parts.next(), parts.next());
    let number = || argument.and_then(|text| text.parse::<i32>().ok());
    let count = || argument.and_then(|text| text.parse::<u32>().ok());
    Some(match kind {
        "month" => Meaning::Month(count()?),
        "weekday" => Meaning::Weekday(count()?),
        "unit" => match last {
            None => Meaning::Unit(unit(argument?)?),
            Some(direction) => Meaning::Directed(unit(argument?)?, self::direction(direction)?),
        },
        "past" | "future" => Meaning::Direction(direction(kind)?),
        "when" => {
            let (amount, name) = argument?.split_at(argument?.len().checked_sub(1)?);
            Meaning::Shift(unit(name)?, amount.parse().ok()?)
        }
        "half-day" => Meaning::ShiftHalf(number()?, half(last?)?),
        "now" => Meaning::Now(number()?),
        "am" | "pm" | "midday" | "evening" => Meaning::Half(half(kind)?),
        "hour" => Meaning::Hour(count()?),
        "count" => Meaning::Count(count()?),
        "era" => Meaning::Era(number()?),
        "year-mark" => Meaning::YearMark,
        "month-mark" => Meaning::MonthMark,
        "day-mark" => Meaning::DayMark,
        "hour-mark" => Meaning::HourMark,
        "minute-mark" => Meaning::MinuteMark,
        "second-mark" => Meaning::SecondMark,
        "half-past" => Meaning::HalfPast,
        "hour-letter" => Meaning::HourLetter,
        "clock" => Meaning::Clock,
        "ordinal" => Meaning::Ordinal,
        "zone" => Meaning::Zone(number()?),
        "region" => Meaning::Region(Zone::named(argument?)?),
        "filler" => Meaning::Filler,
        _ => return None,
    })
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name {
        "D" => Unit::Decade,
        "y" => Unit::Year,
        "Y" => Unit::HalfYear,
        "M" => Unit::Month,
        "w" => Unit::Week,
        "d" => Unit::Day,
        "N" => Unit::HalfDay,
        "h" => Unit::Hour,
        "H" => Unit::HalfHour,
        "m" => Unit::Minute,
        "s" => Unit::Second,
        _ => return None,
    })
}

fn direction(name: &str) -> Option<Direction> {
    match name {
        "past" => Some(Direction::Past),
        "future" => Some(Direction::Future),
        _ => None,
    }
}

fn half(name: &str) -> Option<Half> {
    Some(match name {
        "am" => Half::Am,
        "pm" => Half::Pm,
        "midday" => Half::Noon,
        "evening" => Half::Evening,
        _ => return None,
    })
}

/// The zeros of the decimal digits that fold to ASCII.
const ZEROS: [u32; 17] = [
    0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0,
    0x1810,
];

/// One spelling for texts that look alike: lower case, ASCII digits and punctuation, single spaces, no invisible
/// characters. A small part of Unicode's NFKC with case folding, which is all that dates need.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        let code = u32::from(character);
        let plain = match code {
            0xAD
            | 0x307
            | 0x64B..=0x652
            | 0x93C
            | 0x9BC
            | 0xA3C
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x2069
            | 0xFEFF => {
                continue;
            }
            0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(character).to_ascii_lowercase(),
            0x60 | 0xB4 | 0x2B9 | 0x2BB | 0x2BC | 0x2018 | 0x2019 | 0x2032 => '\'',
            0x2010..=0x2015 | 0x2212 => '-',
            0x60C | 0x3001 => ',',
            // A circle that is written for the Chinese zero.
            0x25CB | 0x25EF => '〇',
            // Letters of Hindi, Bengali and Punjabi that are also written as a letter and a dot below.
            0x958..=0x95F => ['क', 'ख', 'ग', 'ज', 'ड', 'ढ', 'फ', 'य'][(code - 0x958) as usize],
            0x9DC => 'ড',
            0x9DD => 'ঢ',
            0x9DF => 'য',
            0xA5E => 'ਫ',
            // Romanian letters with a cedilla instead of a comma, Persian forms of Arabic letters.
            0x219 => 'ş',
            0x21B => 'ţ',
            0x6CC => 'ي',
            0x6A9 => 'ك',
            _ if character.is_whitespace() => ' ',
            _ => ZEROS
                .iter()
                .find(|zero| (**zero..**zero + 10).contains(&code))
                .and_then(|zero| char::from_digit(code - zero, 10))
                .unwrap_or(character),
        };
        if plain != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(plain);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_understood() {
        for line in TABLES.iter().flat_map(|table| table.lines()) {
            let fine = line.is_empty()
                || line.starts_with(['#', '['])
                || line.split_once(':').is_some_and(|(key, _)| meaning(key).is_some());
            assert!(fine, "{line}");
        }
    }

    #[test]
    fn every_word_of_the_tables_is_folded() {
        let lines = TABLES.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with(['#', '[']));
        for word in lines.filter_map(|line| line.split_once(':')).flat_map(|(_, words)| words.split('|')) {
            assert_eq!(fold(word), word.trim_ascii(), "fold it in its table");
        }
    }

    #[test]
    fn look_alikes_fold_together() {
        assert_eq!(fold("２０２４年０７月  ٠٤\u{a0}"), "2024年07月 04");
        assert_eq!(fold("Aujourd\u{2019}hui İstanbul"), "aujourd'hui istanbul");
    }
}
