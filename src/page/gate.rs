//! What a document must not have, because html5ever would take too long over it.
//!
//! html5ever's time grows with the square of the nesting depth and of the number of attributes on one tag
//! (servo/html5ever#788); browsers cap the depth at 512. The limits are held while a page is cut into tokens
//! (`page::tree`), before html5ever sees the next one; [`check`] is the same as one linear pass with bounded memory, for
//! pages with tags that only html5ever's tokenizer understands. Nothing is built or corrected here.

use memchr::{memchr, memchr3};
use thiserror::Error;

/// The most elements that may be open at once.
pub const MAX_DEPTH: usize = 512;
/// The most attributes of one tag.
pub const MAX_ATTRIBUTES: usize = 512;
/// The most tags of one document.
pub const MAX_TAGS: usize = 600_000;

/// Shorter pieces of text cannot be slow to write.
const LONG_TEXT: usize = 64 * 1024;
/// The most bytes that writing one piece of text may look at.
const MAX_WRITING: usize = 4_000_000_000;

/// Why a document is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// More than [`MAX_DEPTH`] open elements.
    #[error("the page nests elements more than {MAX_DEPTH} deep")]
    TooDeep,
    /// More than [`MAX_ATTRIBUTES`] attributes on one tag.
    #[error("a tag of the page has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    /// More than [`MAX_TAGS`] tags.
    #[error("the page has more than {MAX_TAGS} tags")]
    TooManyTags,
    /// A piece of text that html5ever's serialiser takes time quadratic in its length to write.
    #[error("a piece of text of the page has too many ampersands to be written in reasonable time")]
    SlowText,
}

/// Elements that never stay open, and those whose end tag html5ever implies from the next sibling.
const NOT_NESTING: [u64; 32] = keys([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "html", "head", "body", "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
    "colgroup", "rp", "rt",
]);
/// Elements whose content is text up to their end tag.
const RAW_TEXT: [u64; 8] = keys(["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]);
/// Elements of SVG that stand closed in themselves in practice.
const SELF_CLOSING: [u64; 10] =
    keys(["path", "circle", "rect", "use", "line", "polygon", "polyline", "ellipse", "stop", "g"]);

const fn keys<const N: usize>(names: [&str; N]) -> [u64; N] {
    let mut keys = [0; N];
    let mut at = 0;
    while at < N {
        keys[at] = key(names[at].as_bytes());
        at += 1;
    }
    keys
}

/// A number for a name in any case: its letters if they are eight at most, and else a hash (FNV-1a) of them, which only
/// has to tell a few names apart.
const fn key(name: &[u8]) -> u64 {
    let mut key = 0xcbf2_9ce4_8422_2325;
    if name.len() <= 8 {
        key = 0;
    }
    let mut at = 0;
    while at < name.len() {
        let letter = name[at].to_ascii_lowercase() as u64;
        key = if name.len() <= 8 { key << 8 | letter } else { (key ^ letter).wrapping_mul(0x0100_0000_01b3) };
        at += 1;
    }
    key
}

/// The elements that are open, as far as the limits are concerned.
#[derive(Default)]
pub(super) struct Open {
    names: Vec<u64>,
    tags: usize,
}

impl Open {
    /// Takes a start tag; `slash` says that it ends with one.
    pub(super) fn start(&mut self, name: &[u8], slash: bool) -> Result<(), Refusal> {
        let key = self.count(name)?;
        // Only foreign elements close themselves; for HTML elements the slash is ignored.
        let closed = NOT_NESTING.contains(&key) || RAW_TEXT.contains(&key) || slash && SELF_CLOSING.contains(&key);
        if !closed {
            self.names.push(key);
            if self.names.len() > MAX_DEPTH {
                return Err(Refusal::TooDeep);
            }
        }
        Ok(())
    }

    /// Takes an end tag: it closes the nearest open element of that name and all inside it, as in the tree builder.
    pub(super) fn end(&mut self, name: &[u8]) -> Result<(), Refusal> {
        let key = self.count(name)?;
        if let Some(nearest) = self.names.iter().rposition(|open| *open == key) {
            self.names.truncate(nearest);
        }
        Ok(())
    }

    fn count(&mut self, name: &[u8]) -> Result<u64, Refusal> {
        self.tags += 1;
        if self.tags > MAX_TAGS { Err(Refusal::TooManyTags) } else { Ok(key(name)) }
    }
}

/// Refuses a text between two tags that would be slow to write.
pub(super) fn check_text(text: &[u8]) -> Result<(), Refusal> {
    if is_slow(text) { Err(Refusal::SlowText) } else { Ok(()) }
}

/// The same for a tag, from its name on, and its `attributes`.
pub(super) fn check_tag(tag: &[u8], attributes: usize) -> Result<(), Refusal> {
    if attributes > MAX_ATTRIBUTES {
        return Err(Refusal::TooManyAttributes);
    }
    if has_slow_value(tag) { Err(Refusal::SlowText) } else { Ok(()) }
}

/// Scans `html` once.
///
/// # Errors
/// The first limit that is passed.
pub fn check(html: &str) -> Result<(), Refusal> {
    let bytes = html.as_bytes();
    let mut open = Open::default();
    let mut at = 0;
    let mut text_from = 0;
    while let Some(step) = memchr(b'<', &bytes[at..]) {
        at += step + 1;
        let rest = &bytes[at..];
        if rest.starts_with(b"!--") {
            at += find(&rest[3..], b"-->").map_or(rest.len(), |end| end + 6);
            continue;
        }
        let closing = rest.first() == Some(&b'/');
        let name_at = at + usize::from(closing);
        if !bytes.get(name_at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let tag = read_tag(bytes, name_at)?;
        check_text(&bytes[text_from..at])?;
        check_tag(&bytes[at..tag.end], 0)?;
        at = tag.end;
        text_from = at;
        if closing {
            open.end(tag.name)?;
            continue;
        }
        open.start(tag.name, tag.slash)?;
        if RAW_TEXT.contains(&key(tag.name)) {
            at = end_of_raw_text(bytes, at, tag.name);
            text_from = at;
        }
    }
    check_text(&bytes[text_from..])
}

/// The attributes whose values are written: those that the sanitiser keeps, and those that become one of them.
const WRITTEN: [&str; 9] = ["alt", "class", "datetime", "href", "id", "src", "srcset", "title", "value"];

/// Whether a tag, without its `<`, has an attribute whose value would be slow to write. Data that a script left in an
/// attribute of its own is long, full of `&quot;`, and never written.
fn has_slow_value(tag: &[u8]) -> bool {
    if tag.len() < LONG_TEXT {
        return false;
    }
    let mut at = 0;
    while let Some(step) = memchr(b'=', &tag[at..]) {
        let name = tag[at..at + step].trim_ascii_end();
        let start = name.iter().rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\''));
        let name = &name[start.map_or(0, |start| start + 1)..];
        at += step + 1;
        at += tag[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = &tag[at..];
        let length = match rest.first() {
            Some(quote @ (b'"' | b'\'')) => memchr(*quote, &rest[1..]).map_or(rest.len(), |end| end + 2),
            _ => rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>').unwrap_or(rest.len()),
        };
        if is_any(name, &WRITTEN) && is_slow(&rest[..length]) {
            return true;
        }
        at += length;
    }
    false
}

/// Whether html5ever's serialiser would be slow to write a text: behind every `&` and every first byte of U+0080 to U+00BF
/// it looks for the next `<` or `>`, to the end of the text where there is none.
fn is_slow(text: &[u8]) -> bool {
    if text.len() < LONG_TEXT {
        return false;
    }
    let (mut from, mut signs) = (0, 0_usize);
    for (at, byte) in text.iter().enumerate() {
        let rest = &text[at..];
        let bounds =
            matches!(byte, b'<' | b'>') || *byte == b'&' && (rest.starts_with(b"&lt;") || rest.starts_with(b"&gt;"));
        if bounds {
            if signs.saturating_mul(at - from) > MAX_WRITING {
                return true;
            }
            (from, signs) = (at, 0);
        } else {
            signs += usize::from(matches!(byte, b'&' | 0xC2));
        }
    }
    signs.saturating_mul(text.len() - from) > MAX_WRITING
}

struct Tag<'a> {
    name: &'a [u8],
    end: usize,
    /// Whether it ends with a slash.
    slash: bool,
}

/// Whether `name` is one of `names`, in any case.
fn is_any(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|known| known.len() == name.len() && known.as_bytes().eq_ignore_ascii_case(name))
}

/// Reads from the name of a tag to behind its `>`.
fn read_tag(bytes: &[u8], name_at: usize) -> Result<Tag<'_>, Refusal> {
    let name_len = bytes[name_at..].iter().take_while(|b| !b.is_ascii_whitespace() && !b"/>".contains(b)).count();
    let name = &bytes[name_at..name_at + name_len];
    let from = name_at + name_len;
    let close = end_of_tag(bytes, from);
    // An attribute takes two bytes at least, its name and what parts it from the next.
    if close - from > 2 * MAX_ATTRIBUTES && attributes(&bytes[from..close]) > MAX_ATTRIBUTES {
        return Err(Refusal::TooManyAttributes);
    }
    let slash = close > from && bytes.get(close - 1) == Some(&b'/');
    Ok(Tag { name, end: (close + 1).min(bytes.len()), slash })
}

/// Where the `>` of a tag stands, or the end of the text: quoted values may hold one. A quote that is never closed
/// takes the rest, as in the tokenizer.
fn end_of_tag(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(step) = memchr3(b'>', b'"', b'\'', &bytes[at..]) {
        let here = at + step;
        if bytes[here] == b'>' {
            return here;
        }
        at = here + 1;
        if opens_value(&bytes[from..here]) {
            match memchr(bytes[here], &bytes[at..]) {
                Some(step) => at += step + 1,
                None => break,
            }
        }
    }
    bytes.len()
}

/// Whether a quote behind `before` begins a value: the last byte but white space is `=`.
fn opens_value(before: &[u8]) -> bool {
    before.iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'=')
}

/// How many attributes stand in the inside of a tag.
fn attributes(inside: &[u8]) -> usize {
    let (mut at, mut count, mut before) = (0, 0, b' ');
    while let Some(&byte) = inside.get(at) {
        if (byte == b'"' || byte == b'\'') && before == b'=' {
            at = memchr(byte, &inside[at + 1..]).map_or(inside.len(), |end| at + 1 + end);
        } else if !byte.is_ascii_whitespace()
            && byte != b'/'
            && (before.is_ascii_whitespace() || b"/\"'".contains(&before))
        {
            count += 1;
        }
        // White space between `=` and the value does not end the attribute.
        if !byte.is_ascii_whitespace() || before != b'=' {
            before = byte;
        }
        at += 1;
    }
    count
}

fn end_of_raw_text(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(step) = find(&bytes[at..], b"</") {
        at += step;
        let tail = &bytes[at + 2..];
        if tail.len() >= name.len() && tail[..name.len()].eq_ignore_ascii_case(name) {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bombs_are_refused() {
        for name in ["div", "b", "font", "table", "ul><li", "svg", "span", "blockquote"] {
            assert_eq!(check(&format!("<{name}>").repeat(100_000)), Err(Refusal::TooDeep), "{name}");
        }
        assert_eq!(check(&format!("<p {}>", "a=1 ".repeat(1000))), Err(Refusal::TooManyAttributes));
        let quoted = "a='x y'".repeat(1000);
        assert_eq!(check(&format!("<p {quoted}>")), Err(Refusal::TooManyAttributes));
        assert_eq!(check(&"<br>".repeat(MAX_TAGS + 1)), Err(Refusal::TooManyTags));
        for text in ["&amp;", "«", "\u{a0}x"] {
            assert_eq!(check(&text.repeat(200_000)), Err(Refusal::SlowText), "{text}");
            assert_eq!(check(&format!("<p>{}</p>", text.repeat(200_000))), Err(Refusal::SlowText), "{text}");
            assert_eq!(check(&format!("<a title=\"{}\">", text.repeat(200_000))), Err(Refusal::SlowText), "{text}");
            let hidden = format!("<a data-x='title=' TITLE = '{}'>", text.repeat(200_000));
            assert_eq!(check(&hidden), Err(Refusal::SlowText), "{text}");
        }
    }

    #[test]
    fn ordinary_pages_pass() {
        for page in [
            "<ul><li>one<li>two<li>three</ul>".repeat(2000),
            "<div><span>unclosed</div>".repeat(2000),
            "<p>one".repeat(5000),
            format!("<script>{}</script>", "document.write('<div>')".repeat(5000)),
            format!("<!-- {} -->", "<div>".repeat(5000)),
            format!("<a title=\"{}\">", "x y ".repeat(2000)),
            format!("<a title = '{}'>", "<div>".repeat(2000)),
            "a < b and 1<2 </> <".to_owned(),
            format!("<div class=x data-state='{}' title=y>", "{&quot;a&quot;:1},".repeat(50_000)),
            "<svg><path d='M0 0'/><path d='M1 1'/></svg>".repeat(3000),
            "<!-- never closed <div>".to_owned(),
            "<script>never closed".to_owned(),
            "<".repeat(100_000),
            "<p>Q&amp;A".repeat(100_000),
            format!("<pre>{}</pre>", "&lt;a href=\"x?a&amp;b\"&gt;".repeat(100_000)),
            format!("<script>{}</script>", "a && b;".repeat(500_000)),
            format!("<p>{}", "Rock & Roll has words enough between its signs. ".repeat(8_000)),
        ] {
            assert_eq!(check(&page), Ok(()), "{}", &page[..page.len().min(60)]);
        }
    }
}
