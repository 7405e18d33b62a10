//! What may stand in an XML 1.0 document, and how its formats write dates.
//!
//! The crates that write XML escape markup but let every character through, and one control character makes a whole
//! feed unreadable. So every text goes through [`text`] or [`line`] first; clean texts are not copied. Nothing here
//! escapes: that is the writers' part.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Timelike, Utc};

use crate::model::one_line;

/// `text` with only the characters that XML 1.0 allows (section 2.2, `Char`), and every line end as `\n`, since a
/// parser would read `\r` as one anyway (section 2.11). For texts of several lines and for HTML.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| is_char(c) && c != '\r') {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if characters.peek() != Some(&'\n') => clean.push('\n'),
            '\r' => {}
            c if is_char(c) => clean.push(c),
            _ => {}
        }
    }
    Cow::Owned(clean)
}

/// `text` as one line: like [`fn@text`], and without C1 control characters and bidirectional overrides, with odd white
/// space as single spaces. For titles, names, terms and everything that stands in an attribute.
pub(crate) fn line(line: &str) -> Cow<'_, str> {
    let plain = |c: char| is_char(c) && !c.is_control() && !is_override(c) && (c == ' ' || !c.is_whitespace());
    if line.chars().all(plain) && line.trim().len() == line.len() && !line.contains("  ") {
        return Cow::Borrowed(line);
    }
    let allowed = text(line);
    Cow::Owned(one_line(&allowed, allowed.len()))
}

/// [`line`] as an owned text; `None` if nothing visible is left.
pub(crate) fn some_line(text: &str) -> Option<String> {
    Some(line(text).into_owned()).filter(|line| !line.is_empty())
}

/// [`fn@text`] as an owned text; `None` if nothing visible is left.
pub(crate) fn some_text(words: &str) -> Option<String> {
    let words = text(words);
    (!words.trim().is_empty()).then(|| words.into_owned())
}

/// Whether XML 1.0 allows `c` in a document. Rust's characters hold no surrogates.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether `c` reorders the text around it (U+202A–202E, U+2066–2069).
fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// `instant` as RFC 3339 and RFC 822 can write it: the same moment in whole seconds, with an offset of whole minutes
/// (local mean times of the nineteenth century have seconds), in the years 1 to 9999.
pub(crate) fn writable(instant: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    in_whole_minutes(instant.with_nanosecond(0).unwrap_or(instant))
}

/// [`writable`] without dropping fractions of a second.
pub(crate) fn in_whole_minutes(instant: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let moment = instant.to_utc().clamp(edge(1, 1, 2), edge(9999, 12, 30));
    let offset = FixedOffset::east_opt(instant.offset().local_minus_utc() / 60 * 60);
    offset.map_or_else(|| moment.fixed_offset(), |offset| moment.with_timezone(&offset))
}

/// Midnight of a day one day inside the years that can be written, so that no offset leads out of them.
fn edge(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    let midnight = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(chrono::NaiveTime::MIN);
    Utc.from_utc_datetime(&midnight)
}

/// `instant` as RSS writes it (RFC 822 with four digits of the year): `Sun, 22 Nov 2026 10:00:00 +0000`.
pub(crate) fn rfc_822(instant: DateTime<FixedOffset>) -> String {
    writable(instant).format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// `instant` as Atom and JSON Feed write it (RFC 3339): `2026-11-22T10:00:00+00:00`.
pub(crate) fn rfc_3339(instant: DateTime<FixedOffset>) -> String {
    writable(instant).to_rfc3339()
}

/// The languages that `xml:lang` may say (RFC 3066): `tag` if it is shaped like one.
pub(crate) fn language(tag: &str) -> Option<&str> {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let sized = |part: &str| (1..=8).contains(&part.len());
    let fits = sized(primary)
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| sized(part) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    fits.then_some(tag)
}

/// The media type `written`, if it is shaped like one: `type/subtype`, perhaps with parameters.
pub(crate) fn media_type(written: &str) -> Option<String> {
    let written = line(written);
    let (kind, rest) = written.split_once('/')?;
    let token =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    let subtype = rest.split(';').next().unwrap_or_default().trim_end();
    (token(kind) && token(subtype)).then(|| written.clone().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_of_xml_pass() {
        for (written, wanted) in [
            ("a\u{0}b\u{B}c\u{FFFE}d\u{FFFF}e", "abcde"),
            ("a\r\nb\rc\n\td", "a\nb\nc\n\td"),
            ("\u{85}\u{202E}x\u{1F600}\u{1FFFF}", "\u{85}\u{202E}x\u{1F600}\u{1FFFF}"),
        ] {
            assert_eq!(text(written), wanted, "{written:?}");
        }
        assert!(matches!(text("clean ü 中\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_is_one_line() {
        for (written, wanted) in
            [(" a\u{FFFE} \n b\u{80}c ", "a b c"), ("a\u{202E}b\u{2066}", "ab"), ("\u{FFFF}", ""), ("a\u{A0}b", "a b")]
        {
            assert_eq!(line(written), wanted, "{written:?}");
        }
        assert!(matches!(line("clean ü 中"), Cow::Borrowed(_)));
    }

    #[test]
    fn dates_are_always_dates() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        assert_eq!(rfc_822(at("2026-11-02T10:00:00Z")), "Mon, 02 Nov 2026 10:00:00 +0000");
        assert_eq!(rfc_822(at("2026-11-22T21:00:00.9+11:00")), "Sun, 22 Nov 2026 21:00:00 +1100");
        let mean_time = FixedOffset::east_opt(9 * 3600 + 39 * 60 + 52).unwrap();
        let old = at("1880-01-01T00:00:00Z").with_timezone(&mean_time);
        assert_eq!(rfc_3339(old), "1880-01-01T09:39:00+09:39");
        for extreme in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let written = rfc_3339(extreme.with_timezone(&mean_time));
            assert!(DateTime::parse_from_rfc3339(&written).is_ok(), "{written}");
            assert!(DateTime::parse_from_rfc2822(&rfc_822(extreme.fixed_offset())).is_ok());
        }
    }

    #[test]
    fn attributes_are_shaped_as_the_schema_asks() {
        assert_eq!(language("zh-Hans-CN"), Some("zh-Hans-CN"));
        for odd in ["", "en_US", "1x", "en-", "abcdefghi"] {
            assert_eq!(language(odd), None, "{odd}");
        }
        assert_eq!(media_type("audio/mpeg; x=1").as_deref(), Some("audio/mpeg; x=1"));
        for odd in ["", "audio", "/", "a/", "a b/c"] {
            assert_eq!(media_type(odd), None, "{odd}");
        }
    }
}
