//! What words give away: dates, "read more" and other links that are no stories.
//!
//! Cheap filters over short texts; nothing here parses a date.

use std::sync::LazyLock;

use memchr::memchr_iter;
use regex::Regex;

use crate::normalise::date;
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
    r"(?ix)^[\W_]*(
    (read|see|view|show|learn|find|continue)(\ (the|it|this|full|all|more|out|on|reading|post|article|story|details|item|now))*(\ →)?
    | more(\ info(rmation)?|\ details)?|details?|full\ (story|article)|continue|permalink|permanent\ link|link|here|click\ here|download|open|pdf|html?|web
    | (\d+\s*)?(comments?|replies|reply|answers?|views?|likes?|shares?|kommentare?|commentaires?|comentarios?|комментари\p{L}*|評論|评论|回复|留言|条评论)(\s*\(?\d*\)?)?
    | (no|0|leave\ a|add|post\ a|write\ a)\ (comments?|reply|response)|add\ to\ (cart|wishlist|compare)|buy(\ now)?|share|tweet|like|e-?mail|print|edit|save
    | (jetzt\ |hier\ )?(weiter|weiterlesen|mehr|mehr\ lesen|mehr\ erfahren|zum\ artikel|zur\ meldung|lesen|details|download|dokument)
    | lire(\ la)?(\ suite|\ plus)?|en\ savoir\ plus|la\ suite|plus|leer\ (más|mas)|ver\ (más|mas)|seguir\ leyendo|continua(\ a\ leggere)?|leggi(\ tutto|\ di\ più)?|leia\ mais|saiba\ mais
    | lees\ (meer|verder)|meer|läs\ mer|les\ mer|læs\ mere|lue\ lisää|więcej|czytaj(\ dalej|\ więcej)?|číst\ dál|tovább|devam[ıi]|подробнее|читать(\ далее|\ дальше|\ полностью)?|далее
    | 查看(更多|详情|全文)?|阅读(更多|全文|原文)|更多|详情|全文|点击(查看|阅读).*|了解更多|[閱阅][讀读]更多|繼續閱讀|继续阅读|続きを(読む|見る)|もっと(見る|読む)|詳細(はこちら|を見る)?|더\s?보기|자세히(\ 보기)?
    | (last|first|next|previous|newest|go\ to\ (last|first))(\ (post|page|unread))?|new|top|home|\d+
    )[\W_]*$"
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

/// Whether a text has a number or a word that a date could be made of; cheap, and true far too often.
pub(super) fn may_hold_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut after_letter = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let sign = SIGNS[usize::from(*byte)];
        if sign & (DIGIT | WIDE) == 0 {
            if sign & DAY != 0 && !after_letter && begins_with_day_word(text, at) {
                return true;
            }
            after_letter = sign & LETTER != 0;
            at += 1;
            continue;
        }
        if sign & DIGIT != 0 {
            return true;
        }
        let wide = Wide::of(text, at);
        if wide.may_hold_date || !after_letter && wide.kind == Kind::Letter && begins_with_russian_day_word(text, at) {
            return true;
        }
        after_letter = wide.kind == Kind::Letter;
        at += wide.length;
    }
    false
}

/// What is known of a character beyond ASCII.
struct Wide {
    /// In bytes.
    length: usize,
    kind: Kind,
    /// Whether it is one of those that are written without spaces between words.
    half_a_word: bool,
    /// Whether it belongs to the word around it without being a letter.
    joins: bool,
    /// Whether a date may be made of it.
    may_hold_date: bool,
}

impl Wide {
    /// Kept out of the loops over each byte of a page's texts, which few of these interrupt.
    #[inline(never)]
    fn of(text: &str, at: usize) -> Self {
        let c = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        let kind = Kind::of(c);
        Self {
            length: c.len_utf8(),
            kind,
            half_a_word: matches!(
                c,
                '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
            ),
            joins: c == '’' || is_mark(c),
            may_hold_date: kind == Kind::Number || is_day_sign(c),
        }
    }
}

/// What a character is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Letter,
    Number,
    Other,
}

impl Kind {
    /// Most characters of most pages are told by their place; the others by [`char::is_alphabetic`] and
    /// [`char::is_numeric`], which search tables.
    fn of(c: char) -> Self {
        match c {
            '\u{d7}' | '\u{f7}' | '\u{2010}'..='\u{2027}' => Self::Other,
            '\u{c0}'..='\u{24f}' | '\u{410}'..='\u{44f}' | '\u{4e00}'..='\u{9fff}' => Self::Letter,
            _ if c.is_alphabetic() => Self::Letter,
            _ if c.is_numeric() => Self::Number,
            _ => Self::Other,
        }
    }
}

/// What a byte is in a text.
const SIGNS: [u8; 256] = {
    let mut signs = [0; 256];
    let mut byte: u8 = 0;
    loop {
        signs[byte as usize] = match byte {
            b'0'..=b'9' => LETTER | DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => match byte.to_ascii_lowercase() {
                b'a' | b'd' | b'g' | b'h' | b'i' | b'o' | b't' | b'v' | b'w' | b'y' => LETTER | DAY,
                _ => LETTER,
            },
            b'\'' => APOSTROPHE,
            128.. => WIDE,
            _ => 0,
        };
        if byte == u8::MAX {
            break signs;
        }
        byte += 1;
    }
};
/// A letter or digit.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const APOSTROPHE: u8 = 4;
/// A letter with which a word for a day begins; see [`begins_with_day_word`].
const DAY: u8 = 8;
/// Part of a character beyond ASCII.
const WIDE: u8 = 16;

/// Signs of Chinese and Japanese without which a date has no number either.
fn is_day_sign(c: char) -> bool {
    matches!(c, '今' | '昨' | '前' | '民' | '以' | '年' | '周' | '週' | '星' | '刚' | '剛' | '礼' | '禮')
}

/// Whether the word that begins at a byte is one of those without digits that dates are made of.
#[inline(never)]
fn begins_with_day_word(text: &str, at: usize) -> bool {
    let text = text.get(at..).unwrap_or_default();
    let Some([first, second]) = text.as_bytes().first_chunk() else { return false };
    let known: &[&str] = match [first.to_ascii_lowercase(), second.to_ascii_lowercase()] {
        [b'a', b'g'] => &["ago"],
        [b'a', b'y'] => &["ayer"],
        [b'd', b'z'] => &["dzisiaj"],
        [b'g', b'e'] => &["gestern"],
        [b'h', b'e'] => &["heute"],
        [b'h', b'i'] => &["hier"],
        [b'h', b'o'] => &["hoje", "hoy"],
        [b'i', b'e'] => &["ieri"],
        [b'i', b'l'] => &["il"],
        [b'o', b'g'] => &["oggi"],
        [b'o', b'n'] => &["ontem"],
        [b't', b'o'] => &["today"],
        [b'v', b'o'] => &["vor"],
        [b'w', b'c'] => &["wczoraj"],
        [b'y', b'e'] => &["yesterday"],
        _ => return false,
    };
    known.iter().any(|known| {
        let Some((word, rest)) = text.split_at_checked(known.len()) else { return false };
        word.eq_ignore_ascii_case(known) && !rest.starts_with(char::is_alphabetic)
    })
}

/// The same for the words of Russian.
fn begins_with_russian_day_word(text: &str, at: usize) -> bool {
    let text = text.get(at..).unwrap_or_default();
    text.starts_with(['в', 'В', 'с', 'С']) && {
        let word = text.find(|c: char| !c.is_alphabetic()).and_then(|end| text.get(..end)).unwrap_or(text);
        matches!(word.to_lowercase().as_str(), "вчера" | "сегодня")
    }
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
    !text.chars().any(char::is_alphanumeric) || text.len() < 64 && GENERIC.is_match(text)
}

/// The same for a text without white space at its ends that was looked at.
pub(super) fn is_generic_at(text: &str, look: Look) -> bool {
    look.letters == 0 || text.len() < 64 && GENERIC.is_match(text)
}

/// Whether a text that was looked at is a reference and no headline: `19/137`, `ABC-2024.17`.
pub(super) fn is_code_at(text: &str, look: Look) -> bool {
    text.len() < 40 && look.digits * 5 >= look.letters * 2 && !text.is_empty()
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

/// Whether the letters of `part` are few enough to stand within those of `whole`; in lower case a letter beyond ASCII may
/// become up to three.
fn may_be_within(part: &str, whole: &str) -> bool {
    let room: usize = whole.chars().filter(|c| c.is_alphanumeric()).map(|c| if c.is_ascii() { 1 } else { 3 }).sum();
    part.chars().filter(|c| c.is_alphanumeric()).nth(room).is_none()
}

/// The letters and digits of a text, lower case.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many words a text has; two CJK characters count as one.
#[expect(clippy::cast_precision_loss, reason = "counts of words are small")]
pub(super) fn words(text: &str) -> f32 {
    look::<false>(text, usize::MAX).halves as f32 / 2.0
}

/// Whether a text has at least so many words.
pub(super) fn has_words(text: &str, least: usize) -> bool {
    look::<false>(text, least * 2).halves >= least * 2
}

/// What a text is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    /// How many words it has, times two; a CJK character counts as half a word.
    halves: usize,
    /// How many letters and digits of any script.
    letters: usize,
    /// How many digits of ASCII.
    digits: usize,
    /// What [`may_hold_date`] says.
    pub(super) may_hold_date: bool,
}

impl Look {
    /// One pass over `text`.
    pub(super) fn of(text: &str) -> Self {
        look::<true>(text, usize::MAX)
    }

    /// How many words the text has.
    #[expect(clippy::cast_precision_loss, reason = "counts of words are small")]
    pub(super) fn words(self) -> f32 {
        self.halves as f32 / 2.0
    }
}

/// Counts the words up to a number of halves, and if `ALL`, everything else too.
fn look<const ALL: bool>(text: &str, enough: usize) -> Look {
    let Look { mut halves, mut letters, mut digits, mut may_hold_date } = Look::default();
    // Whether the last character belongs to a word, and whether it is a letter.
    let (mut inside, mut after_letter) = (0, false);
    let bytes = text.as_bytes();
    let mut at = 0;
    while halves < enough
        && let Some(byte) = bytes.get(at)
    {
        let sign = SIGNS[usize::from(*byte)];
        if sign & WIDE == 0 {
            // Without a branch, since nobody can foretell where words end.
            let letter = sign & LETTER;
            halves += usize::from(letter & !inside) * 2;
            inside = letter | (inside & (sign / APOSTROPHE));
            if ALL {
                letters += usize::from(letter);
                digits += usize::from((sign / DIGIT) & 1);
                if sign & DAY != 0 && !after_letter {
                    may_hold_date |= begins_with_day_word(text, at);
                }
                after_letter = sign & (LETTER | DIGIT) == LETTER;
            }
            at += 1;
            continue;
        }
        let wide = Wide::of(text, at);
        if ALL {
            letters += usize::from(wide.kind != Kind::Other);
            let begins = wide.kind == Kind::Letter && !after_letter;
            may_hold_date |= wide.may_hold_date || begins && begins_with_russian_day_word(text, at);
            after_letter = wide.kind == Kind::Letter;
        }
        if wide.half_a_word {
            halves += 1;
            inside = 0;
        } else if wide.kind != Kind::Other {
            halves += usize::from(inside == 0) * 2;
            inside = 1;
        } else if !wide.joins {
            inside = 0;
        }
        at += wide.length;
    }
    may_hold_date |= digits > 0;
    Look { halves, letters, digits, may_hold_date }
}

/// Marks of scripts that write vowels as marks; they do not end a word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn one_look_counts_as_many_do() {
        for text in ["", "It's 5 o'clock", "19/137", "Ein Würfel – 3×", "雪が降る2024", "नमस्ते दुनिया", "l’été '", "١٢"]
        {
            let look = Look::of(text);
            assert_eq!(look.letters, text.chars().filter(|c| c.is_alphanumeric()).count(), "{text}");
            assert_eq!(look.digits, text.bytes().filter(u8::is_ascii_digit).count(), "{text}");
            assert_eq!(look.may_hold_date, may_hold_date(text), "{text}");
            assert_eq!(look.words(), words(text), "{text}");
            assert!(has_words(text, look.halves / 2) && !has_words(text, look.halves / 2 + 1), "{text}");
        }
    }

    #[test]
    fn characters_are_what_the_tables_say() {
        for c in '\0'..=char::MAX {
            let kind = Kind::of(c);
            assert_eq!((kind == Kind::Letter, kind != Kind::Other), (c.is_alphabetic(), c.is_alphanumeric()), "{c:?}");
        }
    }

    #[test]
    fn a_date_needs_a_number_or_a_word_for_a_day() {
        for text in ["5", "x٣", "今", "an hour AGO", "Il y a", "oggi!", "(Вчера)", "é vor", "Сегодня"] {
            assert!(may_hold_date(text) && Look::of(text).may_hold_date, "{text}");
        }
        for text in ["", "agog", "agoé", "éago", "toda", "вчерашний", "Tom", "hö", "h", "to"] {
            assert!(!may_hold_date(text) && !Look::of(text).may_hold_date, "{text}");
        }
    }

    #[test]
    fn words_are_counted_in_any_script() {
        let close = |text: &str, wanted: f32| assert!((words(text) - wanted).abs() < 0.01, "{text}: {}", words(text));
        close("It's a dog’s life", 4.0);
        close("墨尔本下雪", 2.5);
        close("", 0.0);
    }
}
