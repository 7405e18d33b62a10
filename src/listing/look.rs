//! What a short text is made of, told in one pass over its bytes: words, letters, digits, what dates are made of.
//!
//! A listing has hundreds of texts, and detection asks the same of each. Words of ASCII are passed in one step; only
//! characters beyond it are looked at one by one.

/// What a text is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    /// How many words it has, times two; a CJK character counts as half a word.
    halves: usize,
    /// Whether it has a letter or digit of any script.
    pub(super) has_letter: bool,
    /// Whether it has a digit of ASCII.
    pub(super) has_digit: bool,
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

/// How many words a text has; two CJK characters count as one.
pub(super) fn words(text: &str) -> f32 {
    look::<false>(text, usize::MAX).words()
}

/// Whether a text has at least so many words.
pub(super) fn has_words(text: &str, least: usize) -> bool {
    look::<false>(text, least * 2).halves >= least * 2
}

/// Counts words up to a number of halves; if `ALL`, tells the rest, too.
fn look<const ALL: bool>(text: &str, enough: usize) -> Look {
    let mut look = Look::default();
    // Whether the last character belongs to a word, and whether it is a letter.
    let (mut inside, mut after_letter) = (false, false);
    let bytes = text.as_bytes();
    let mut at = 0;
    while look.halves < enough
        && let Some(byte) = bytes.get(at)
    {
        let sign = SIGNS[usize::from(*byte)];
        if sign & LETTER != 0 {
            look.halves += usize::from(!inside) * 2;
            if ALL && sign & DAY != 0 && !after_letter && may_be_day_word(bytes, at) {
                look.may_hold_date |= begins_with_day_word(text, at);
            }
            let run = run(bytes, at);
            look.has_letter = true;
            look.has_digit |= run.has_digit;
            at = run.end;
            (inside, after_letter) = (true, true);
        } else if sign & WIDE == 0 {
            inside &= sign & APOSTROPHE != 0;
            after_letter = false;
            at += 1;
        } else {
            let wide = Wide::of(text, at);
            let is_letter = wide.kind == Kind::Letter;
            if ALL {
                look.has_letter |= wide.kind != Kind::Other;
                look.may_hold_date |=
                    wide.may_hold_date || is_letter && !after_letter && begins_with_russian_day_word(text, at);
            }
            after_letter = is_letter;
            if wide.is_half_a_word {
                look.halves += 1;
                inside = false;
            } else if wide.kind != Kind::Other {
                look.halves += usize::from(!inside) * 2;
                inside = true;
            } else if !wide.joins {
                inside = false;
            }
            at += wide.length;
        }
    }
    look.may_hold_date |= look.has_digit;
    look
}

/// Whether a text has a number or a word that a date could be made of; cheap, and true far too often.
///
/// A loop of its own, which ends with the first of them: [`Look::of`] in its place makes a listing 4 % dearer.
pub(super) fn may_hold_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut after_letter = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let sign = SIGNS[usize::from(*byte)];
        if sign & LETTER != 0 {
            let run = run(bytes, at);
            let may_be_day = sign & DAY != 0 && !after_letter && may_be_day_word(bytes, at);
            if run.has_digit || may_be_day && begins_with_day_word(text, at) {
                return true;
            }
            after_letter = true;
            at = run.end;
        } else if sign & WIDE == 0 {
            after_letter = false;
            at += 1;
        } else {
            let wide = Wide::of(text, at);
            let is_letter = wide.kind == Kind::Letter;
            if wide.may_hold_date || is_letter && !after_letter && begins_with_russian_day_word(text, at) {
                return true;
            }
            after_letter = is_letter;
            at += wide.length;
        }
    }
    false
}

/// Whether the letter after the one at a byte is the second of a word for a day.
fn may_be_day_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1).is_some_and(|second| SIGNS[usize::from(*second)] & AFTER_DAY != 0)
}

/// Letters and digits of ASCII side by side.
struct Run {
    end: usize,
    has_digit: bool,
}

/// The run that begins at `at`.
fn run(bytes: &[u8], at: usize) -> Run {
    let mut seen = 0;
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        let sign = SIGNS[usize::from(*byte)];
        if sign & LETTER == 0 {
            break;
        }
        seen |= sign;
        end += 1;
    }
    Run { end, has_digit: seen & DIGIT != 0 }
}

/// What is known of a character beyond ASCII.
struct Wide {
    /// In bytes.
    length: usize,
    kind: Kind,
    /// Whether it is one of those that are written without spaces between words.
    is_half_a_word: bool,
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
            is_half_a_word: matches!(
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
                b'g' | b'i' | b'o' | b'y' => LETTER | DAY | AFTER_DAY,
                b'a' | b'd' | b'h' | b't' | b'v' | b'w' => LETTER | DAY,
                b'c' | b'e' | b'l' | b'n' | b'z' => LETTER | AFTER_DAY,
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
/// The second letter of such a word.
const AFTER_DAY: u8 = 16;
/// Part of a character beyond ASCII.
const WIDE: u8 = 32;

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

/// Marks of scripts that write vowels as marks; they do not end a word.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_counts_as_many_do() {
        for text in ["", "It's 5 o'clock", "19/137", "Ein Würfel – 3×", "雪が降る2024", "नमस्ते दुनिया", "l’été '", "١٢"]
        {
            let look = Look::of(text);
            assert_eq!(look.has_letter, text.chars().any(char::is_alphanumeric), "{text}");
            assert_eq!(look.has_digit, text.bytes().any(|byte| byte.is_ascii_digit()), "{text}");
            assert_eq!(look.may_hold_date, may_hold_date(text), "{text}");
            assert!((look.words() - words(text)).abs() < 0.01, "{text}");
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
