//! What may stand in an XML 1.0 document, and how its formats write dates.
//!
//! The crates that write XML escape markup but let every character through, and one control character makes a whole
//! feed unreadable. So every text goes through [`text`] or [`line`] first; clean texts are not copied. Nothing here
//! escapes: that is the writers' part.
//!
//! RSS does not say whether a title is text or HTML, and readers of Atom names disagree as well: "Use `<b>` sparingly" loses
//! its tag in half of them. [`guarded`] keeps such words whole in all of them.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Timelike, Utc};
use html5ever::data::NAMED_ENTITIES;
use sha2::{Digest, Sha256};
use url::{Position, Url};

use crate::model::one_line;
use crate::normalise::text::run_without;

/// `text` with only the characters that XML 1.0 allows and does not discourage (section 2.2, `Char` and its note), and
/// every line end as `\n`, since a parser would read `\r` as one anyway (section 2.11). A character that was lost before
/// (U+FFFD) becomes a question mark: validators take it for a fault of the feed. For texts of several lines and HTML.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // NEL is a line end.
            '\u{85}' => clean.push('\n'),
            '\r' if characters.peek() != Some(&'\n') => clean.push('\n'),
            '\r' => {}
            '\u{FFFD}' => clean.push('?'),
            c if is_char(c) => clean.push(c),
            _ => {}
        }
    }
    Cow::Owned(clean)
}

/// `text` as one line: like [`fn@text`], and without C1 control characters and bidirectional overrides, with odd white
/// space as single spaces. For titles, names, terms and everything that stands in an attribute.
pub(crate) fn line(line: &str) -> Cow<'_, str> {
    let plain = |c: char| {
        is_char(c) && !c.is_control() && c != '\u{FFFD}' && !is_override(c) && (c == ' ' || !c.is_whitespace())
    };
    if line.chars().all(plain) && line.trim().len() == line.len() && !line.contains("  ") {
        return Cow::Borrowed(line);
    }
    let allowed = text(line);
    Cow::Owned(one_line(&allowed, allowed.len()))
}

/// [`line`], [`guarded`]; `None` if nothing visible is left.
pub(crate) fn some_line(text: &str) -> Option<String> {
    Some(line(text)).filter(|line| !line.is_empty()).map(|line| guarded(&line).into_owned())
}

/// [`fn@text`], [`guarded`]; `None` if nothing visible is left. For plain words of several lines.
pub(crate) fn some_words(words: &str) -> Option<String> {
    some_text(words).map(|words| guarded(&words).into_owned())
}

/// Plain `words` with an invisible WORD JOINER behind each `<` and `&` that could begin a tag or an entity, so that a
/// reader that takes them for HTML shows them all the same.
pub(crate) fn guarded(words: &str) -> Cow<'_, str> {
    const WORD_JOINER: char = '\u{2060}';
    let mut guarded = String::new();
    let mut copied = 0;
    for (at, _) in words.match_indices(['<', '&']) {
        let (before, rest) = words.split_at(at + 1);
        let begins = if before.ends_with('<') { begins_tag(rest) } else { begins_entity(rest) };
        if begins {
            guarded.push_str(&words[copied..=at]);
            guarded.push(WORD_JOINER);
            copied = at + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(words);
    }
    guarded.push_str(&words[copied..]);
    Cow::Owned(guarded)
}

/// Whether `rest`, which follows a `<`, makes it the beginning of a tag or a comment.
fn begins_tag(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '!' | '?'))
}

/// Whether `rest`, which follows a `&`, makes it a reference to a character; "R&D" is none.
fn begins_entity(rest: &str) -> bool {
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let named = || NAMED_ENTITIES.get(format!("{name};").as_str()).is_some_and(|(first, _)| *first != 0);
    rest.starts_with('#') || !name.is_empty() && (!name.chars().all(char::is_alphabetic) || named())
}

/// [`fn@text`] as an owned text; `None` if nothing visible is left.
pub(crate) fn some_text(words: &str) -> Option<String> {
    let words = text(words);
    (!words.trim().is_empty()).then(|| words.into_owned())
}

/// Whether all of `text` may stay as it is: only the few characters are looked at that begin like one that may not.
fn is_clean(text: &str) -> bool {
    let mut rest = text;
    loop {
        let mut characters = rest.get(run_without(rest, may_be_refused)..).unwrap_or_default().chars();
        match characters.next() {
            None => return true,
            Some(c) if is_char(c) && !matches!(c, '\r' | '\u{FFFD}') => rest = characters.as_str(),
            Some(_) => return false,
        }
    }
}

/// Whether a character that XML cannot carry, or a carriage return, begins with `byte` in UTF-8.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for each byte would be slower")]
#[inline]
fn may_be_refused(byte: u8) -> bool {
    (byte < b' ') | (byte == 0x7F) | (byte == 0xC2) | (byte >= 0xEF)
}

/// Whether XML 1.0 allows `c` in a document and does not discourage it: no control characters and no noncharacters.
/// Rust's characters hold no surrogates.
fn is_char(c: char) -> bool {
    let discouraged = matches!(c, '\u{7F}'..='\u{9F}' | '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE;
    matches!(c, '\t' | '\n' | '\r' | ' '..) && !discouraged
}

/// `url` with only the characters of RFC 3986: browsers let some others stand (`|`, `[`, `^`), which strict readers refuse.
pub(crate) fn uri(url: &Url) -> String {
    let (start, rest) = (&url[..Position::BeforePath], &url[Position::BeforePath..]);
    if !rest.contains(is_no_uri) {
        return url.to_string();
    }
    let mut uri = start.to_owned();
    for c in rest.chars() {
        if is_no_uri(c) {
            let _ = write!(uri, "%{:02X}", u32::from(c));
        } else {
            uri.push(c);
        }
    }
    uri
}

/// The ASCII characters that an address may hold after WHATWG's rules, but not after RFC 3986, section 2.
fn is_no_uri(c: char) -> bool {
    matches!(c, '"' | '<' | '>' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | ' ')
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

/// `instant` as RSS writes it (RFC 822 with four digits of the year): `Sun, 22 Nov 2026 10:00:00 +0000`. In UTC where the
/// zone is no multiple of half an hour (Nepal, Chatham), which programs take for a mistake.
pub(crate) fn rfc_822(instant: DateTime<FixedOffset>) -> String {
    let instant = writable(instant);
    let plain = instant.offset().local_minus_utc() % 1800 == 0;
    let instant = if plain { instant } else { instant.to_utc().fixed_offset() };
    instant.format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// `instant` as Atom and JSON Feed write it (RFC 3339): `2026-11-22T10:00:00+00:00`.
pub(crate) fn rfc_3339(instant: DateTime<FixedOffset>) -> String {
    writable(instant).to_rfc3339()
}

/// The moment of change of the entry `id` as Atom writes it: `updated` to the second, with a fraction taken from the id.
///
/// No site says fractions of a second, and a day without a time of day is shown as its noon, so that several entries of
/// one feed often share an instant; but `atom:updated` tells readers what came first, and two equal ones are a fault to
/// validators. The fraction lies within the second that was said, and it depends on nothing but the id.
pub(crate) fn distinct(updated: DateTime<FixedOffset>, id: &str) -> DateTime<FixedOffset> {
    let digest = Sha256::digest(id.as_bytes());
    let number = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let updated = writable(updated);
    updated.with_nanosecond((1 + number % 999_999) * 1000).unwrap_or(updated)
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

/// `address` as RSS writes people: `mail@site.example (Name)`; `None` if it is no plain e-mail address.
pub(crate) fn email(address: &str, name: &str) -> Option<String> {
    let (local, host) = address.split_once('@')?;
    let word = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    let fits = word(local, b"._+-") && word(host, b".-") && host.contains('.') && !host.starts_with('.');
    let name = name.replace(['(', ')'], " ");
    (fits && !host.ends_with('.')).then(|| format!("{address} ({})", line(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_of_xml_pass() {
        for (written, wanted) in [
            ("a\u{0}b\u{B}c\u{FFFE}d\u{FFFF}e", "abcde"),
            ("a\r\nb\rc\n\td", "a\nb\nc\n\td"),
            ("\u{85}\u{202E}x\u{1F600}\u{1FFFF}\u{80}\u{7F}\u{FFFD}", "\n\u{202E}x\u{1F600}?"),
        ] {
            assert_eq!(text(written), wanted, "{written:?}");
        }
        assert!(matches!(text("clean ü 中\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_is_one_line() {
        for (written, wanted) in [
            (" a\u{FFFE} \n b\u{80}c\u{FFFD} ", "a bc?"),
            ("a\u{202E}b\u{2066}", "ab"),
            ("\u{FFFF}", ""),
            ("a\u{A0}b", "a b"),
        ] {
            assert_eq!(line(written), wanted, "{written:?}");
        }
        assert!(matches!(line("clean ü 中"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_looks_like_markup_is_kept_from_being_any() {
        for (written, wanted) in [
            ("Use <b> & </b>", "Use <\u{2060}b> & <\u{2060}/b>"),
            ("a &lt; b &copy &#1; &_ &x1", "a &\u{2060}lt; b &\u{2060}copy &\u{2060}#1; &\u{2060}_ &\u{2060}x1"),
            ("Q&A, R&D, AT&T, 5 < 6, a<5 & b, 中&文", "Q&A, R&D, AT&T, 5 < 6, a<5 & b, 中&文"),
        ] {
            assert_eq!(guarded(written), wanted, "{written}");
            assert_eq!(guarded(wanted), wanted, "twice");
        }
        assert!(matches!(guarded("R&D"), Cow::Borrowed(_)));
    }

    #[test]
    fn addresses_are_those_of_the_standard() {
        for (written, wanted) in [
            ("https://a.example/?q=[1]|^`{x}\\", "https://a.example/?q=%5B1%5D%7C%5E%60%7Bx%7D%5C"),
            ("http://[::1]:80/a[b]", "http://[::1]/a%5Bb%5D"),
            ("https://a.example/%C3%A4?b=c#d", "https://a.example/%C3%A4?b=c#d"),
        ] {
            assert_eq!(uri(&Url::parse(written).unwrap()), wanted);
        }
    }

    #[test]
    fn a_fraction_tells_entries_of_one_second_apart() {
        let noon = DateTime::parse_from_rfc3339("2026-11-22T12:00:00+01:00").unwrap();
        let [one, other] = ["https://a.example/1", "https://a.example/2"].map(|id| distinct(noon, id));
        assert_ne!(one, other);
        assert_eq!(one, distinct(noon, "https://a.example/1"));
        assert_eq!((one.timestamp(), other.timestamp()), (noon.timestamp(), noon.timestamp()));
        assert_eq!(rfc_822(one), rfc_822(noon));
    }

    #[test]
    fn dates_are_always_dates() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        assert_eq!(rfc_822(at("2026-11-02T10:00:00Z")), "Mon, 02 Nov 2026 10:00:00 +0000");
        assert_eq!(rfc_822(at("2026-11-22T21:00:00.9+11:00")), "Sun, 22 Nov 2026 21:00:00 +1100");
        assert_eq!(rfc_822(at("2026-11-22T03:00:00+05:45")), "Sat, 21 Nov 2026 21:15:00 +0000");
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
