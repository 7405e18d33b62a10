//! Character references: `&amp;`, `&#8217;`, `&copy` (WHATWG HTML, section 13.2.5.72 and after).

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr;

/// The longest names that mean something without a semicolon (`&yacute`) have so many letters.
const LONGEST_BARE: usize = 6;

/// Writes `text` with its references replaced to the end of `out`. For the value of an attribute, `attribute` is the byte
/// that follows it in the page.
pub(super) fn replace(text: &str, attribute: Option<u8>, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let read = if let Some(number) = rest.strip_prefix('#') {
            numeric(number, out).map(|length| length + 1)
        } else {
            named(rest, attribute, out)
        };
        match read {
            Some(length) => rest = &rest[length..],
            None => out.push('&'),
        }
    }
    out.push_str(rest);
}

/// Writes the character whose number `text` begins with; returns the length of what was read.
fn numeric(text: &str, out: &mut String) -> Option<usize> {
    let (base, digits) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (16, digits),
        None => (10, text),
    };
    let length = digits.bytes().position(|byte| !char::from(byte).is_digit(base)).unwrap_or(digits.len());
    if length == 0 {
        return None;
    }
    // Only more digits than a number holds are no number.
    let number = u32::from_str_radix(&digits[..length], base).unwrap_or(u32::MAX);
    let character = match number {
        0 => None,
        0x80..=0x9F => C1_REPLACEMENTS[(number - 0x80) as usize].or(char::from_u32(number)),
        _ => char::from_u32(number),
    };
    out.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    let semicolon = digits.as_bytes().get(length) == Some(&b';');
    Some(text.len() - digits.len() + length + usize::from(semicolon))
}

/// Writes the characters whose name `text` begins with; returns the length of what was read.
fn named(text: &str, attribute: Option<u8>, out: &mut String) -> Option<usize> {
    let bytes = text.as_bytes();
    let length = bytes.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(bytes.len());
    if length == 0 {
        return None;
    }
    if bytes.get(length) == Some(&b';')
        && let Some(characters) = look_up(&text[..=length])
    {
        out.extend(characters);
        return Some(length + 1);
    }
    let bare = |length: usize| Some((length, look_up(&text[..length])?));
    let (length, characters) = match attribute {
        None => (1..=length.min(LONGEST_BARE)).rev().find_map(bare)?,
        // `?a=1&copy=2` is an address: letters, digits and `=` keep a bare name from being one.
        Some(after) => {
            let follows = bytes.get(length).copied().unwrap_or(after);
            if length > LONGEST_BARE || follows == b'=' {
                return None;
            }
            bare(length)?
        }
    };
    out.extend(characters);
    Some(length)
}

/// The one or two characters called `name`; the table also holds the beginnings of names, as zeros.
fn look_up(name: &str) -> Option<impl Iterator<Item = char>> {
    let (first, second) = NAMED_ENTITIES.get(name).copied().filter(|(first, _)| *first != 0)?;
    Some([first, second].into_iter().filter(|number| *number != 0).filter_map(char::from_u32))
}
