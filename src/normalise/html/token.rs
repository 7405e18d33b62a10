//! The tokens of well-formed HTML as our own serialiser writes it: no comments, no raw text, quoted attributes.

use std::borrow::Cow;

use crate::normalise::text::run_without;

/// One piece of markup; slices of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag: the name, and the attributes as written.
    Open(&'a str, &'a str),
    /// An end tag.
    Close(&'a str),
    /// Text, still escaped.
    Text(&'a str),
}

/// Splits `html` from left to right; malformed ends are taken as text and never panic.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    /// How many bytes are still to be split.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        if !self.rest.starts_with('<') {
            let end = memchr::memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Token::Text(text));
        }
        let Some(end) = tag_end(self.rest) else {
            let text = self.rest;
            self.rest = "";
            return Some(Token::Text(text));
        };
        let (tag, rest) = self.rest.split_at(end + 1);
        self.rest = rest;
        let inner = tag.get(1..end).unwrap_or_default();
        if let Some(name) = inner.strip_prefix('/') {
            return Some(Token::Close(name.trim()));
        }
        let ends_name = |byte: u8| byte.is_ascii_whitespace() || byte == b'/';
        let split = inner.bytes().position(ends_name).unwrap_or(inner.len());
        let (name, attributes) = inner.split_at(split);
        Some(Token::Open(name, attributes))
    }
}

/// The position of the `>` that ends the tag at the start of `text`; quotes are respected.
fn tag_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    memchr::memchr2_iter(b'"', b'>', text.as_bytes()).find(|at| {
        let quote = text.as_bytes().get(*at) == Some(&b'"');
        quoted ^= quote;
        !quote && !quoted
    })
}

/// The value of attribute `name` in the attributes of a start tag, entities resolved.
pub(super) fn attribute(attributes: &str, name: &str) -> Option<String> {
    value(attributes, name).map(Cow::into_owned)
}

/// The same, borrowed where there are no entities.
pub(super) fn value<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    while let Some(equals) = rest.find("=\"") {
        let found = rest.get(..equals)?.trim();
        let value = rest.get(equals + 2..)?;
        let end = value.find('"')?;
        if found == name {
            return Some(decoded(value.get(..end)?));
        }
        rest = value.get(end + 1..)?;
    }
    None
}

/// `text` with the entities of our serialiser, and numeric ones, resolved.
pub(crate) fn decode(text: &str) -> String {
    decoded(text).into_owned()
}

/// The same, borrowed where there are none.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        // No name is longer; a search in all the rest would take time quadratic in the number of ampersands.
        let end = after.bytes().skip(1).take(11).position(|byte| byte == b';');
        let name = end.and_then(|end| after.get(1..=end));
        let (c, length) = name.and_then(|name| Some((entity(name)?, name.len() + 2))).unwrap_or(('&', 1));
        out.push(c);
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|&c| is_xml(c));
    }
    let found = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "middot" => '·',
        "bull" => '•',
        "laquo" => '«',
        "raquo" => '»',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "euro" => '€',
        "shy" => '\u{AD}',
        _ => return None,
    };
    Some(found)
}

/// `text` as HTML text or attribute value.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

/// Appends `text` escaped, without characters that XML cannot carry.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((plain, tail)) = rest.split_at_checked(run_without(rest, may_need_care))
        && !tail.is_empty()
    {
        out.push_str(plain);
        let mut characters = tail.chars();
        match characters.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some(c) if is_xml(c) => out.push(c),
            _ => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Whether a character that begins with `byte` may have to be escaped, or be one that XML cannot carry: of those beyond
/// ASCII, U+0080 to U+00BF begin with C2, U+F000 to U+FFFF with EF. Without a branch, for many bytes at once.
#[expect(clippy::needless_bitwise_bool, reason = "a branch for each byte would be slower")]
#[inline]
fn may_need_care(byte: u8) -> bool {
    let escaped = (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"');
    escaped | (byte < b' ') | (byte == 0x7F) | (byte == 0xC2) | (byte == 0xEF)
}

/// Whether XML 1.0 may carry `c` (section 2.2), noncharacters of the first plane left out, and the byte order mark,
/// which parsers take away where a text begins with it.
pub(super) fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}
