//! Dates as people and machines write them.
//!
//! Steps: `lexicon::fold` makes look-alikes alike; `machine` reads what programs write; otherwise `token` cuts the text
//! into the pieces of one language after the other, the page's own first, and `grammar` fills the slots of a date.
//!
//! It refuses text that is more than a date, days that no calendar has, years before 1970 and after 2100, and a month
//! without a day. A text without a time of day stays a day.

mod calendar;
mod clock;
mod grammar;
mod habit;
mod lexicon;
mod machine;
mod relative;
mod token;

use chrono::format::{Parsed, StrftimeItems};
use chrono::{Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

pub use self::habit::habit;
use self::lexicon::Language;
use self::token::Token;
use crate::model::{Timestamp, Zone};

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
    /// Whether the time of day is only the clock's when the text was read: `yesterday` and `3 days ago` count whole
    /// days and say no time. Such a moment is a day.
    pub borrowed_clock: bool,
}

impl Moment {
    /// The moment in `zone`, unless the text named an offset of its own.
    ///
    /// A local time that the clock skips is moved forward by an hour; of one that it shows twice, the first is taken.
    pub fn timestamp(self, zone: Zone) -> Timestamp {
        let Some(time) = self.time.filter(|_| !self.borrowed_clock) else { return Timestamp::day(self.date, zone) };
        let local = self.date.and_time(time);
        if let Some(offset) = self.offset {
            return offset
                .from_local_datetime(&local)
                .single()
                .map_or_else(|| Timestamp::day(self.date, zone), Timestamp::exact);
        }
        let found = zone.first(local).or_else(|| zone.first(local + chrono::TimeDelta::hours(1)));
        found.map_or_else(|| Timestamp::day(self.date, zone), Timestamp::exact)
    }
}

/// More bytes than the longest date has.
const LONGEST: usize = 160;

/// Understands `text` as a whole; `None` if it is no date.
pub fn parse(text: &str, context: &Context<'_>) -> Option<Moment> {
    if text.len() > LONGEST {
        return None;
    }
    let text = lexicon::fold(&without_weekday_sign(text));
    let own = context.language.and_then(|tag| lexicon::LEXICON.language(tag));
    let english = lexicon::LEXICON.language("en");
    machine::parse(&text).or_else(|| {
        languages(&text, context).into_iter().find_map(|language| {
            let tokens = token::tokens(&text, language)?;
            // A word of another language than the page's must not decide alone.
            let trusted = own.is_none() || own == Some(language) || english == Some(language);
            read(&tokens, language, context).filter(|reading| trusted || reading.certain).map(|reading| reading.moment)
        })
    })
}

/// The first date in a short visible line such as `2024-07-04 来源: 美国之音` or `Published on 4 July 2024 by X`.
///
/// Conservative: only a day with its year, or a distance from now with its direction, counts.
pub fn find(text: &str, context: &Context<'_>) -> Option<Moment> {
    let start: String = text.chars().take(LONGEST).collect();
    let text = lexicon::fold(&without_weekday_sign(&start));
    if let Some(moment) = machine::parse(&text) {
        return Some(moment);
    }
    let own = context.language.and_then(|tag| lexicon::LEXICON.language(tag));
    let tried =
        own.into_iter().chain(["en", "zh", "de", "fr", "es"].iter().filter_map(|tag| lexicon::LEXICON.language(tag)));
    tried.into_iter().find_map(|language| {
        let tokens = token::all_tokens(&text, language);
        (0..tokens.len()).find_map(|start| longest_from(&tokens, start, language, context))
    })
}

/// The longest certain date that begins at `start` and does not cut a word or a number.
fn longest_from(tokens: &[Token], start: usize, language: Language, context: &Context<'_>) -> Option<Moment> {
    /// `Thursday, 4 July 2024 at 12:30:15 GMT+7` has 15 pieces.
    const MOST: usize = 20;
    let known = tokens.get(start..)?.iter().take(MOST).take_while(|token| token.kind != token::Kind::Unknown).count();
    (1..=known).rev().find_map(|length| {
        let part = tokens.get(start..start + length)?;
        let cut = |token: Option<&Token>, next: Option<&Token>| {
            next.is_some_and(|next| {
                next.glued && token.is_some_and(|token| token.number().is_some()) && next.number().is_some()
            })
        };
        if cut(start.checked_sub(1).and_then(|before| tokens.get(before)), part.first())
            || cut(part.last(), tokens.get(start + length))
        {
            return None;
        }
        read(part, language, context).filter(|reading| reading.certain).map(|reading| reading.moment)
    })
}

/// Reads `text` by a `strftime` pattern of chrono.
///
/// The pattern must match the whole text. One without a time of day gives a day; one without a day gives nothing.
pub fn parse_format(text: &str, format: &str) -> Option<Moment> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text.trim(), StrftimeItems::new(format)).ok()?;
    let offset = parsed.to_fixed_offset().ok();
    if parsed.timestamp().is_some() {
        let moment = parsed.to_naive_datetime_with_offset(0).ok()?;
        return Some(Moment {
            date: moment.date(),
            time: Some(moment.time()),
            offset: FixedOffset::east_opt(0),
            borrowed_clock: false,
        });
    }
    let date = parsed.to_naive_date().ok().filter(|date| is_plausible(*date))?;
    Some(Moment { date, time: parsed.to_naive_time().ok(), offset, borrowed_clock: false })
}

/// A cheap test that spares most texts the grammar: a date has a digit, or is short.
pub fn looks_like_date(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.len() <= LONGEST && (text.len() <= 40 || text.chars().any(char::is_numeric))
}

/// Whether a short text has the name of a month, in whichever language, and a year: most dates that people write.
pub fn names_month_and_year(text: &str) -> bool {
    let is_year = |run: &str| run.len() == 4 && matches!(run.get(..2), Some("19" | "20" | "25"));
    let has_year = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(is_year);
    // Nothing but letters changes in ASCII when it is folded.
    if text.len() > LONGEST || text.is_ascii() && !has_year(text) {
        return false;
    }
    let text = lexicon::fold(text);
    has_year(&text) && token::mentions(&text, |meaning| matches!(meaning, lexicon::Meaning::Month(_)))
}

/// Years that a web page can mean.
fn is_plausible(date: NaiveDate) -> bool {
    (1970..=2100).contains(&date.year())
}

/// `3月20日(日)`: the sign of the weekday in brackets says nothing new and could be a day, a month or a number.
fn without_weekday_sign(text: &str) -> String {
    const SIGNS: &str = "日月火水木金土一二三四五六월화수목금토일";
    let characters: Vec<char> = text.chars().collect();
    let mut kept = String::with_capacity(text.len());
    let mut rest = characters.as_slice();
    while let Some((first, after)) = rest.split_first() {
        if let ['(' | '（', sign, ')' | '）', tail @ ..] = rest
            && SIGNS.contains(*sign)
        {
            kept.push(' ');
            rest = tail;
        } else {
            kept.push(*first);
            rest = after;
        }
    }
    kept
}

/// The languages to try: the page's own, then those that have the first word, common ones first.
fn languages(text: &str, context: &Context<'_>) -> Vec<Language> {
    let own = context.language.and_then(|tag| lexicon::LEXICON.language(tag)).unwrap_or(lexicon::SHARED);
    let mut tried = vec![own];
    tried.extend(token::languages(text).into_iter().filter(|language| *language != own));
    tried
}

fn read(tokens: &[Token], language: Language, context: &Context<'_>) -> Option<grammar::Reading> {
    let primary = context.language.map(|tag| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase());
    let mut reader = grammar::Reader::new(tokens, context, order(language, context));
    reader.order_known = context.order.is_some() || primary.is_some();
    if lexicon::LEXICON.language("th") == Some(language) {
        reader.calendar = grammar::Calendar::Thai;
    } else if primary.as_deref() == Some("zh") {
        reader.calendar = grammar::Calendar::Chinese;
    }
    reader.read()
}

/// The order of numeric dates: configured, or usual in the page's language, or in that of the words.
fn order(language: Language, context: &Context<'_>) -> Order {
    if let Some(order) = context.order {
        return order;
    }
    let is = |tags: &[&str]| tags.iter().any(|tag| lexicon::LEXICON.language(tag) == Some(language));
    let Some(tag) = context.language else {
        return match () {
            () if is(&["zh", "ja", "ko", "yue", "hu", "lt", "mn"]) => Order::Ymd,
            () if language == lexicon::SHARED || is(&["en"]) => Order::Mdy,
            () => Order::Dmy,
        };
    };
    let mut parts = tag.split(['-', '_']);
    let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
    let region = parts.find(|part| part.len() == 2).map(str::to_ascii_uppercase);
    match (primary.as_str(), region.as_deref()) {
        ("zh" | "ja" | "ko" | "yue" | "hu" | "lt" | "mn", _) => Order::Ymd,
        ("en", None | Some("US" | "PH")) | ("es", Some("US")) | ("fil" | "tl", _) => Order::Mdy,
        _ => Order::Dmy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(moment: Moment) -> String {
        let Some(time) = moment.time else { return moment.date.to_string() };
        let offset = moment.offset.map_or_else(String::new, |offset| offset.to_string());
        format!("{}{offset}", moment.date.and_time(time).format("%Y-%m-%dT%H:%M:%S"))
    }

    fn now(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }

    #[test]
    fn the_table_is_read_as_written() {
        let table = include_str!("../../tests/tables/dates.txt");
        let mut wrong = Vec::new();
        for row in table.lines().filter(|line| !line.starts_with('#')) {
            let (left, wanted) = row.rsplit_once(" => ").unwrap();
            let [language, moment, text] = left.splitn(3, '\t').collect::<Vec<_>>().try_into().unwrap();
            let language = Some(language).filter(|language| *language != "-");
            let got = parse(text, &Context { now: now(moment), language, order: None });
            let got = got.map_or_else(|| "none".to_owned(), written);
            if got != wanted {
                wrong.push(format!("{language:?} {text:?}: wanted {wanted}, got {got}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn dates_are_found_in_short_lines() {
        for (language, text, wanted) in [
            ("zh", "2024-07-04 来源: 美国之音 评论0条", "2024-07-04"),
            ("zh", "来源：新华社 2024年07月04日 12:30 浏览 3152 次", "2024-07-04T12:30:00"),
            ("zh", "作者 张三 发表于 3小时前 阅读 12", "2024-07-10T06:30:00"),
            ("en", "Published on 4 July 2024 by Someone", "2024-07-04"),
            ("en", "By Jane Roe | July 4, 2024 at 3:05 pm | 12 comments", "2024-07-04T15:05:00"),
            ("en", "Version 2.10.4 of 12 items", "none"),
            ("en", "He may go on Friday, 5 of us said", "none"),
            ("en", "call 03 9555 0123 on weekdays", "none"),
            ("de", "Veröffentlicht am 4. Juli 2024, 12:30 Uhr", "2024-07-04T12:30:00"),
            ("de", "Von Max Muster - Stand: 04.07.2024 12:30 Uhr - 4 Kommentare", "2024-07-04T12:30:00"),
            ("fr", "Par Jean, le 4 juillet 2024 à 14h40", "2024-07-04T14:40:00"),
        ] {
            let context = Context { now: now("2024-07-10T09:30"), language: Some(language), order: None };
            assert_eq!(find(text, &context).map_or_else(|| "none".to_owned(), written), wanted, "{text}");
        }
    }

    #[test]
    fn the_configured_order_wins() {
        let context = Context { now: now("2024-07-10T09:30"), language: Some("en-US"), order: Some(Order::Dmy) };
        assert_eq!(parse("4/7/2024", &context).map(written).as_deref(), Some("2024-07-04"));
    }

    #[test]
    fn patterns_of_chrono_match_whole_texts() {
        for (text, format, wanted) in [
            ("04|07|2024", "%d|%m|%Y", "2024-07-04"),
            ("04|07|2024 12.30", "%d|%m|%Y %H.%M", "2024-07-04T12:30:00"),
            ("04/Jul/2024:12:30:45 +0800", "%d/%b/%Y:%H:%M:%S %z", "2024-07-04T12:30:45+08:00"),
            ("1720096245", "%s", "2024-07-04T12:30:45+00:00"),
            ("04|07|2024 and more", "%d|%m|%Y", "none"),
            ("07|2024", "%m|%Y", "none"),
        ] {
            assert_eq!(parse_format(text, format).map_or_else(|| "none".to_owned(), written), wanted, "{text}");
        }
    }

    #[test]
    fn nothing_makes_it_panic() {
        let context = Context { now: now("2024-07-10T09:30"), language: None, order: None };
        let long = "9".repeat(200);
        for text in [
            "",
            "٤",
            "-",
            "+",
            ":",
            "(",
            "年月日",
            "9999999999999999999999",
            "\u{301}",
            "1/1/",
            "h",
            "12h",
            "半",
            &long,
        ] {
            let _ = (parse(text, &context), find(text, &context), looks_like_date(text));
        }
    }
}
