//! A folded text as numbers, words and punctuation of one language.
//!
//! Words are found by the longest entry of the lexicon, so that scripts without spaces need no other treatment.

use super::lexicon::{LEXICON, Language, Meaning, SHARED};

/// Longer texts are no dates.
const MOST_TOKENS: usize = 48;

/// One piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Nothing stands between this piece and the one before.
    pub(super) glued: bool,
    /// The characters of a word: one letter alone says little.
    pub(super) length: usize,
    /// It begins with an ASCII character.
    pub(super) ascii: bool,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number {
        value: u64,
        digits: usize,
    },
    Word(Vec<Meaning>),
    Mark(char),
    /// A word that the language does not have; only where the caller allows it.
    Unknown,
}

impl Token {
    /// All that the word may mean; nothing for a number.
    pub(super) fn meanings(&self) -> &[Meaning] {
        match &self.kind {
            Kind::Word(meanings) => meanings,
            _ => &[],
        }
    }

    /// The value and the number of digits.
    pub(super) fn number(&self) -> Option<(u64, usize)> {
        match self.kind {
            Kind::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }

    /// Whether this is that punctuation mark.
    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// The pieces of the folded `text` in `language`; `None` if a word is unknown or there are too many.
pub(super) fn tokens(text: &str, language: Language) -> Option<Vec<Token>> {
    let tokens = all_tokens(text, language);
    let fine = tokens.len() <= MOST_TOKENS && tokens.iter().all(|token| token.kind != Kind::Unknown);
    fine.then_some(tokens)
}

/// As [`tokens`], with unknown words in their places.
pub(super) fn all_tokens(text: &str, language: Language) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut glued = false;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if first == ' ' {
            at += 1;
            glued = false;
            continue;
        }
        let (kind, length) = piece(text, at, rest, first, language);
        let characters = rest.get(..length).map_or(1, |word| word.chars().count());
        tokens.push(Token { kind, glued, length: characters, ascii: first.is_ascii() });
        at += length;
        glued = true;
    }
    tokens
}

fn piece(text: &str, at: usize, rest: &str, first: char, language: Language) -> (Kind, usize) {
    if let Some((meanings, length)) = word(text, at, language) {
        return (Kind::Word(meanings), length);
    }
    if first.is_ascii_digit() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let value = rest.get(..digits).and_then(|text| text.parse().ok());
        return value.map_or((Kind::Unknown, digits), |value| (Kind::Number { value, digits }, digits));
    }
    if let Some((value, length)) = ideographic_number(rest) {
        // Four digits only where four were written: 二〇二四.
        let digits = value.to_string().len();
        return (Kind::Number { value, digits }, length);
    }
    if is_letter(first) {
        let length = rest.find(|c| !is_letter(c) || is_spaceless(c)).filter(|length| *length > 0);
        return (Kind::Unknown, length.unwrap_or(if is_spaceless(first) { first.len_utf8() } else { rest.len() }));
    }
    (Kind::Mark(first), first.len_utf8())
}

/// The longest entry that begins at `at` and ends at the edge of a word.
fn word(text: &str, at: usize, language: Language) -> Option<(Vec<Meaning>, usize)> {
    ends(text, at).into_iter().rev().find_map(|end| {
        let entries = LEXICON.get(text.get(at..end)?);
        let entries = entries.filter(|(spoken, _)| *spoken == language || *spoken == SHARED);
        let meanings: Vec<Meaning> = entries.map(|(_, meaning)| meaning).collect();
        (!meanings.is_empty()).then_some((meanings, end - at))
    })
}

/// The languages that have a word at the first letter of `text`; every language that can read it is among them.
pub(super) fn languages(text: &str) -> Vec<Language> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        // Some words begin with an apostrophe, which stands for a letter.
        let apostrophe = character == '\'';
        let starts = (is_letter(character) || apostrophe) && (!is_letter(before) || is_spaceless(before));
        before = character;
        if !starts {
            continue;
        }
        let here = ends(text, at);
        let words = here.iter().filter_map(|end| text.get(at..*end));
        let here: Vec<Language> = words.flat_map(|word| LEXICON.get(word)).map(|(language, _)| language).collect();
        if apostrophe && here.is_empty() {
            continue;
        }
        // A shared word such as `h` or `GMT` says nothing about the language; the next word may.
        let shared = here.contains(&SHARED) || ideographic_number(text.get(at..).unwrap_or_default()).is_some();
        found.extend(here);
        if !shared {
            break;
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the folded `text` has a word of some language that may mean what `is` takes; words of one sign do not count.
pub(super) fn mentions(text: &str, is: impl Fn(&Meaning) -> bool) -> bool {
    let mut before = ' ';
    text.char_indices().any(|(at, character)| {
        let starts = is_letter(character) && (!is_letter(before) || is_spaceless(before));
        before = character;
        let words = || ends(text, at).into_iter().filter_map(|end| text.get(at..end));
        starts
            && words().any(|word| word.chars().nth(1).is_some() && LEXICON.get(word).any(|(_, meaning)| is(&meaning)))
    })
}

/// Where a word that begins at `at` may end, shortest first.
fn ends(text: &str, at: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let Some(rest) = text.get(at..) else { return ends };
    let mut characters = rest.char_indices().peekable();
    for _ in 0..LEXICON.longest() {
        let Some((_, this)) = characters.next() else { break };
        let (next_at, next) = characters.peek().map_or((rest.len(), ' '), |(at, next)| (*at, *next));
        let joined = (this.is_ascii_digit() && next.is_ascii_digit())
            || (is_letter(this) && is_letter(next) && !is_spaceless(this) && !is_spaceless(next));
        if !joined && this != ' ' {
            ends.push(at + next_at);
        }
    }
    ends
}

/// Letters and the signs that belong to them.
pub(super) fn is_letter(character: char) -> bool {
    const VIRAMAS: [char; 12] = [
        '\u{94d}', '\u{9cd}', '\u{a4d}', '\u{acd}', '\u{b4d}', '\u{bcd}', '\u{c4d}', '\u{ccd}', '\u{d4d}', '\u{dca}',
        '\u{1039}', '\u{103a}',
    ];
    character.is_alphabetic()
        || VIRAMAS.contains(&character)
        || matches!(u32::from(character), 0x300..=0x36F | 0xE47..=0xE4E)
}

/// Scripts that write words without spaces between them, or with suffixes that we have as words of their own.
fn is_spaceless(character: char) -> bool {
    matches!(u32::from(character),
        0xE00..=0xFFF | 0x1000..=0x109F | 0x1100..=0x11FF | 0x1780..=0x17FF | 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF)
}

/// Chinese numerals at the start of `text`, below a thousand or digit by digit (二〇二四), and their length in bytes.
fn ideographic_number(text: &str) -> Option<(u64, usize)> {
    /// `三十五` has three signs, `一百一十五` has five, and no year has more digits than four.
    const MOST_DIGITS: usize = 4;
    let (mut value, mut pending, mut length, mut digits) = (0, None, 0, 0);
    let mut last_unit = 1_000;
    for character in text.chars() {
        let unit = match character {
            '十' => 10,
            '百' => 100,
            _ => 1,
        };
        if unit == 1 {
            let Some(digit) = ideographic_digit(character) else { break };
            digits += 1;
            if last_unit == 1_000 && digits > MOST_DIGITS {
                return None;
            }
            // 一百零五: the zero only keeps a place.
            pending = Some(if last_unit == 1_000 { pending.unwrap_or(0) * 10 + digit } else { digit });
        } else {
            let fits = unit < last_unit && pending.is_none_or(|count: u64| count < 10);
            if !fits {
                break;
            }
            value += pending.take().unwrap_or(1) * unit;
            last_unit = unit;
        }
        length += character.len_utf8();
    }
    (length > 0).then_some((value + pending.unwrap_or(0), length))
}

fn ideographic_digit(character: char) -> Option<u64> {
    Some(match character {
        '〇' | '零' => 0,
        '一' | '元' => 1,
        '二' | '两' | '兩' => 2,
        '三' | '几' | '幾' | '数' | '數' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}
