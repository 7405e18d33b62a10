//! What words give away: dates, "read more" and other links that are no stories.
//!
//! Cheap filters over short texts; nothing here parses a date.

use std::sync::LazyLock;

use memchr::memchr_iter;
use regex::Regex;

use super::beginnings::Beginnings;
use super::look::is_mark;
pub(super) use super::look::{Look, has_words, may_hold_date, words};
use crate::normalise::date;
pub(super) use crate::normalise::text::letters;
use crate::page::document;

/// A pattern of our own; a mistake in it is a mistake in the program.
macro_rules! pattern {
    ($name:ident, $pattern:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("a pattern of our own"));
    };
}

/// The longest text that is taken for a date.
const MAX_DATE_CHARS: usize = 64;

pattern!(
    DATE,
    r"(?ix)
    \d{4}\s?[-/.年]\s?\d{1,2} | (?-u:\b)\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}(?-u:\b) | (?-u:\b)\d{1,2}[./-]\d{1,2}(?-u:\b).{0,4}\d{1,2}:\d{2}
    | \d{1,2}月\d{1,2}日 | \d{1,2}월 | [今昨前明]天 | 昨日 | [今昨前][晚早晨夜] | 民國 | (?-u:\b)1\d{2}[./-]\d{1,2}[./-]\d{1,2}(?-u:\b)
    | ^刚[刚才]$ | ^剛[剛才]$ | [〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月
    | ^[上本这這]?(周|週|星期|礼拜|禮拜)[一二三四五六日天](\s*(早上|上午|中午|下午|晚上)?\s*\d{1,2}\s?[:：点點时時].{0,6})?$ | (?-u:\b)\d{1,2}:\d{2}(?-u:\b) | ^\d{1,2}[-/]\d{1,2}$
    | (\d|[一二三四五六七八九十几半两])\s?(秒|分|分钟|分鐘|小时|小時|時間|天|日|週間|周|个月|個月|年)(钟|鐘)?[前以]
    | \d\s?(초|분|시간|일|주|개월|년)\s?전
    | (?-u:\b)(\d+|an?|one)\s?(s|sec|min|h|hr|hour|day|week|month|year|second|minute)s?\.?\s+ago(?-u:\b)
    | (?-u:\b)vor\s+(\d+|einer?|einem)\s | (?-u:\b)il\ y\ a(?-u:\b) | (?-u:\b)hace\s+\d | (?-u:\b)há\s+\d | (?-u:\b)\d+\s+\p{Cyrillic}+\s+назад
    | (?-u:\b)(yesterday|today|gestern|heute|hier|ayer|hoy|ieri|oggi|wczoraj|dzisiaj|ontem|hoje)(?-u:\b) | вчера | сегодня"
);
/// How the names of months begin, lower case.
static MONTHS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "jan feb fév fev mar mär mrz maa apr avr abr kwi may mai mei maj mag jun juin giu cze jul juil lug \
     lip aug août aou ago sie sep set wrz oct okt ott out paź nov lis dec dez déc dic gru ene gen sty lut \
     янв фев мар апр май мая июн июл авг сен окт ноя дек जन फर मार्च अप्रैल मई जून जुल अग सित अक् नव दिस"
        .split_ascii_whitespace()
        .collect()
});
/// The most letters of a month's name after its beginning.
const MONTH_ENDING: usize = 8;
pattern!(
    GENERIC,
    r"(?ix)^(
    (read|see|view|show|learn|find|continue)(\ (the|it|this|full|all|more|out|on|reading|post|article|story|details|item|now))*(\ →)?
    | more(\ info(rmation)?|\ details)?|details?|full\ (story|article)|continue|permalink|permanent\ link|link|here|click\ here|download|open|pdf|html?|web
    | (\d+\s*)?(comments?|replies|reply|answers?|views?|likes?|shares?|kommentare?|commentaires?|comentarios?|комментари[а-яё]*|評論|评论|回复|留言|条评论)(\s*\(?\d*\)?)?
    | (no|0|leave\ a|add|post\ a|write\ a)\ (comments?|reply|response)|add\ to\ (cart|wishlist|compare)|buy(\ now)?|share|tweet|like|e-?mail|print|edit|save
    | (jetzt\ |hier\ )?(weiter|weiterlesen|mehr|mehr\ lesen|mehr\ erfahren|zum\ artikel|zur\ meldung|lesen|details|download|dokument)
    | lire(\ la)?(\ suite|\ plus)?|en\ savoir\ plus|la\ suite|plus|leer\ (más|mas)|ver\ (más|mas)|seguir\ leyendo|continua(\ a\ leggere)?|leggi(\ tutto|\ di\ più)?|leia\ mais|saiba\ mais
    | lees\ (meer|verder)|meer|läs\ mer|les\ mer|læs\ mere|lue\ lisää|więcej|czytaj(\ dalej|\ więcej)?|číst\ dál|tovább|devam[ıi]|подробнее|читать(\ далее|\ дальше|\ полностью)?|далее
    | 查看(更多|详情|全文)?|阅读(更多|全文|原文)|更多|详情|全文|点击(查看|阅读).*|了解更多|[閱阅][讀读]更多|繼續閱讀|继续阅读|続きを(読む|見る)|もっと(見る|読む)|詳細(はこちら|を見る)?|더\s?보기|자세히(\ 보기)?
    | (last|first|next|previous|newest|go\ to\ (last|first))(\ (post|page|unread))?|new|top|home|\d+
    )$"
);
/// How the texts begin that this pattern matches.
const GENERIC_BEGINNINGS: Beginnings = Beginnings::of(
    "ad an bu cl co cz de do ed em en fi fu go he hi ho ht je ko la le li lu me mo ne no op pd pe pl po pr re sa se sh \
     to tw ve vi we wi wr zu",
);
pattern!(VERSION, r"(?i)\bv?\d+\.\d+(\.\d+)?\b|\[?unreleased\]?");

/// Whether a short text may be a date, or holds one.
pub(super) fn is_date_like(text: &str) -> bool {
    let text = document::trim(text);
    if text.len() < 3 || text.len() > MAX_DATE_CHARS && text.chars().nth(MAX_DATE_CHARS).is_some() {
        return false;
    }
    may_hold_date(text)
        && (DATE.is_match(text) || has_digit(text) && (names_month(text) || date::names_month_and_year(text)))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || !text.is_ascii() && text.chars().any(char::is_numeric)
}

/// Whether a word of the text is the name of a month, or its abbreviation.
fn names_month(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphabetic() && !is_mark(c)).filter(|word| word.len() >= 3);
    words.any(|word| {
        let word = word.to_lowercase();
        let rest = MONTHS.iter().filter_map(|month| word.strip_prefix(month));
        rest.map(|rest| rest.chars().count()).any(|letters| letters <= MONTH_ENDING)
    })
}

/// The date with which a paragraph begins: `20 November 2026. Nobody was hurt when …`.
pub(super) fn dateline(text: &str) -> Option<&str> {
    /// A sentence in front of the first full stop is longer.
    const LONGEST: usize = 40;
    let text = text.trim();
    let ends = [". ", " – ", " — ", ": ", " - "];
    let end = ends.iter().filter_map(|end| text.find(end)).min().filter(|end| *end <= LONGEST)?;
    // The dot of `Nov. 4, 2026. Nobody …` ends no sentence.
    let start = text.get(..end).filter(|start| text.len() > end + LONGEST && has_digit(start))?;
    is_date_like(start).then_some(start)
}

/// `1:02:44` is how long something is: nobody writes the seconds of a time of day without its day.
pub(super) fn is_long_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    parts.len() == 3
        && parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a text names a version of software.
pub(super) fn is_version_like(text: &str) -> bool {
    VERSION.is_match(text)
}

/// Whether a link's text says nothing of where it leads: "Read more", "3 comments", a number.
pub(super) fn is_generic(text: &str) -> bool {
    let text = document::trim(text);
    !text.chars().any(char::is_alphanumeric) || matches_generic(text)
}

/// The same for a text without white space at its ends that was looked at.
pub(super) fn is_generic_at(text: &str, look: Look) -> bool {
    !look.has_letter || matches_generic(text)
}

fn matches_generic(text: &str) -> bool {
    text.len() < 64
        && GENERIC_BEGINNINGS.may_begin(text)
        && GENERIC.is_match(text.trim_matches(|c: char| !stands_in_words(c)))
}

/// Whether a word may begin or end with `c`. As part of the pattern this would be most of it: the signs of Unicode are
/// many ranges.
fn stands_in_words(c: char) -> bool {
    let other_number = || matches!(c, '²' | '³' | '¹' | '¼'..='¾' | '\u{2000}'..='\u{33ff}');
    c.is_ascii_alphanumeric() || !c.is_ascii() && (c.is_alphabetic() || is_mark(c) || c.is_numeric() && !other_number())
}

/// Whether a text that was looked at is a reference and no headline: `19/137`, `ABC-2024.17`.
pub(super) fn is_code_at(text: &str, look: Look) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_digit).count();
    let letters = || text.chars().filter(|c| c.is_alphanumeric()).count();
    text.len() < 40 && !text.is_empty() && if look.has_digit { digits() * 5 >= letters() * 2 } else { !look.has_letter }
}

/// Whether `summary` says nothing that `title` does not: the title itself, its beginning, or the title with bullets, a
/// date, "read more" or a short marker in brackets beside it.
pub(super) fn repeats(summary: &str, title: &str) -> bool {
    let end = ['…', '.', ' '];
    let (summary, title) = (summary.trim_end_matches(end), title.trim_end_matches(end));
    if summary.len() > title.len() * 2 + 200 {
        return false;
    }
    if may_be_within(summary, title) && letters(title).contains(&letters(summary)) {
        return true;
    }
    let Some((before, after)) = split_around(summary, title) else { return false };
    [before, after].iter().all(|rest| {
        let rest = rest.trim();
        let in_brackets =
            rest.starts_with(['[', '(', '【', '（', '［', '「']) && rest.ends_with([']', ')', '】', '）', '］', '」']);
        is_generic(rest) || is_date_like(rest) && words(rest) < 8.0 || in_brackets && words(rest) < 4.0
    })
}

/// What stands before and after `part` in a short text; an empty part is nowhere.
///
/// [`str::split_once`] first prepares itself for long texts.
fn split_around<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let first = *part.as_bytes().first()?;
    let mut places = memchr_iter(first, text.as_bytes());
    places.find_map(|at| {
        let (before, rest) = text.split_at_checked(at)?;
        Some((before, rest.strip_prefix(part)?))
    })
}

/// Whether the letters of `part` may be few enough to stand within those of `whole`; in lower case a letter beyond ASCII,
/// which has two bytes or more, may become up to three.
fn may_be_within(part: &str, whole: &str) -> bool {
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let wide = |text: &str| text.bytes().filter(|byte| !byte.is_ascii()).count();
    let room = letters(whole) + wide(whole) * 3 / 2;
    letters(part) <= room && (part.is_ascii() || part.chars().filter(|c| c.is_alphanumeric()).nth(room).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_patterns_call_one_but_for_marks_and_rare_numbers() {
        // The library may know letters of a later Unicode than the patterns do.
        let (sign, unknown) = (Regex::new(r"^[\W_]$").unwrap(), Regex::new(r"^\p{Unassigned}$").unwrap());
        let is = |pattern: &Regex, c: char| pattern.is_match(c.encode_utf8(&mut [0; 4]));
        let differs = |c: &char| stands_in_words(*c) == is(&sign, *c) && !is(&unknown, *c);
        let rare = |c: char| c.is_numeric() && !c.is_alphabetic();
        for c in ('\0'..=char::MAX).filter(differs) {
            assert!(!c.is_ascii() && (rare(c) || !c.is_alphanumeric()), "{c:?}");
        }
        for text in ["→ more →", "[Read more…]", "_more_", "«Далее»", "⟨12⟩", "comments (12)", "① more", "¹ more"]
        {
            assert!(is_generic(text), "{text}");
        }
        assert!(!is_generic("→ more rain →"));
    }

    #[test]
    fn dates_are_told_from_other_short_texts() {
        for text in [
            "2026-03-04",
            "4. März 2026",
            "Mar 4, 2026",
            "04.03.2026",
            "3 hours ago",
            "vor 2 Tagen",
            "昨天 12:30",
            "3小时前",
            "2026年3月4日",
            "12 марта 2026",
            "30 Ekim 2026",
            "18 Νοεμβρίου 2026",
            "20 نوفمبر 2026",
            "19 בנובמבר 2026",
            "20 พ.ย. 2569",
            "२० नवंबर २०२६",
            "115.11.20",
            "昨晚8点",
            "周五下午3点",
            "二〇二六年十一月十八日",
        ] {
            assert!(is_date_like(text), "{text}");
        }
        for text in ["Sport", "12 items", "March of the robots", "", "A long walk to 2 lakes", "周日特刊", "2024 年度"]
        {
            assert!(!is_date_like(text), "{text}");
        }
    }

    #[test]
    fn generic_texts() {
        for text in ["Read more", "Weiterlesen »", "查看更多", "3 comments", "17", "…", "Lire la suite"] {
            assert!(is_generic(text), "{text}");
        }
        for text in ["More rain for the north", "Home builders wait", "Comments on the law"] {
            assert!(!is_generic(text), "{text}");
        }
    }

    #[test]
    fn no_generic_text_begins_in_another_way() {
        GENERIC_BEGINNINGS.prove(&GENERIC);
    }

    #[test]
    fn summaries_that_only_repeat() {
        let title = "The bridge opens again";
        for summary in [
            title,
            "· The bridge opens again",
            "The bridge opens again.",
            "The bridge opens…",
            "The bridge opens again 2026-03-04",
            "[Harbour Post] The bridge opens again Read more",
        ] {
            assert!(repeats(summary, title), "{summary}");
        }
        for summary in ["The bridge opens again, and the ferry stops.", "After three years of work the ferry may rest."]
        {
            assert!(!repeats(summary, title), "{summary}");
        }
    }
}
