//! The linear pass over ammonia's output: addresses, attributes, empty elements, white space, the size cap.

use url::Url;

use super::token::{Token, Tokens, decoded, is_xml, push_escaped, value};
use super::{ELEMENTS, MAX_HTML_BYTES, is_block};
use crate::model::plain_run;

/// What the pass made.
pub(super) struct Finished {
    pub(super) html: String,
    /// Whether there is any word, picture or player.
    pub(super) has_content: bool,
    /// Whether a parser could change the nesting, so that the markup has to be parsed again.
    pub(super) risky: bool,
}

/// An element that is open in the output.
struct Open {
    name: &'static str,
    /// Where its start tag begins in the output.
    start: usize,
    /// Where its content begins.
    content: usize,
    /// Whether no tag was written, so that none closes it.
    unwrapped: bool,
}

struct Pass<'a> {
    base: &'a Url,
    out: String,
    open: Vec<Open>,
    has_content: bool,
    risky: bool,
    /// The last end of a block at which the output may be cut, and what was open there.
    cut: Option<(usize, Vec<&'static str>)>,
    preformatted: usize,
}

/// Runs the pass over `html`, which ammonia wrote.
pub(super) fn finish(html: &str, base: &Url) -> Finished {
    let mut pass = Pass {
        base,
        out: String::with_capacity(html.len()),
        open: Vec::new(),
        has_content: false,
        risky: false,
        cut: None,
        preformatted: 0,
    };
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => pass.text(text),
            Token::Open(name, attributes) => pass.start(name, attributes),
            Token::Close(name) => pass.end(name),
        }
        if pass.out.len() > MAX_HTML_BYTES {
            return pass.cut_off();
        }
    }
    while let Some(open) = pass.open.last() {
        let name = open.name;
        pass.end(name);
    }
    pass.out.truncate(pass.out.trim_end().len());
    Finished { html: pass.out, has_content: pass.has_content, risky: pass.risky }
}

impl Pass<'_> {
    fn text(&mut self, text: &str) {
        let text = decoded(text);
        if self.preformatted > 0 {
            let first = self.out.ends_with("<pre>");
            let text = if first { text.trim_start_matches(['\n', '\r']) } else { &text };
            self.has_content |= text.chars().any(|c| is_xml(c) && !c.is_whitespace());
            push_escaped(&mut self.out, text);
            return;
        }
        let starts_line = self.starts_line();
        // Indentation is the reader's style sheet's work.
        let unseen = |c: char| c.is_whitespace() || !is_xml(c);
        let text = if starts_line { text.trim_start_matches(unseen) } else { &text };
        let mut gap = starts_line || self.out.ends_with(' ') || self.out.ends_with("<br>");
        let mut rest = text;
        loop {
            // Most texts are words with single spaces between them, which stay as they are.
            let plain = plain_words(rest);
            if !plain.is_empty() {
                push_escaped(&mut self.out, plain);
                self.has_content = true;
                gap = false;
                rest = rest.get(plain.len()..).unwrap_or_default();
            }
            let end = word_end(rest);
            let (word, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if !word.is_empty() {
                push_escaped(&mut self.out, word);
                self.has_content = self.has_content || !word.trim().is_empty();
                gap = false;
            }
            let mut characters = tail.chars();
            let Some(between) = characters.next() else { break };
            if !gap && is_space(between) {
                self.out.push(' ');
                gap = true;
            }
            rest = characters.as_str();
        }
    }

    /// Whether what comes next begins a block or follows one.
    fn starts_line(&self) -> bool {
        let written = self.open.iter().rev().find(|open| !open.unwrapped);
        let starts_block = written.is_some_and(|open| open.content == self.out.len() && is_block(open.name));
        starts_block || self.out.is_empty() || self.out.ends_with('\n')
    }

    fn start(&mut self, name: &str, attributes: &str) {
        let Some(name) = known(name) else { return };
        match name {
            "br" | "hr" => {
                self.trim_line();
                self.risky |= !self.fits(name);
                self.out.push_str(if name == "br" { "<br>" } else { "<hr>" });
                return;
            }
            "img" => return self.picture(attributes),
            _ => {}
        }
        if is_block(name) {
            self.trim_line();
        }
        self.risky |= !self.fits(name);
        let start = self.out.len();
        let unwrapped = !self.write_start(name, attributes);
        if name == "pre" {
            self.preformatted += 1;
        }
        self.open.push(Open { name, start, content: self.out.len(), unwrapped });
    }

    /// Whether a parser leaves `name` where it stands.
    fn fits(&self, name: &str) -> bool {
        let inside = |outer: &str| self.open.iter().any(|open| open.name == outer && !open.unwrapped);
        let parent = self.open.iter().rev().find(|open| !open.unwrapped).map_or("", |open| open.name);
        match name {
            "a" => !inside("a"),
            "tr" => matches!(parent, "tbody" | "thead" | "tfoot"),
            "td" | "th" => parent == "tr",
            "tbody" | "thead" | "tfoot" | "caption" => parent == "table",
            "li" => matches!(parent, "ul" | "ol"),
            "dt" | "dd" => parent == "dl",
            "rt" | "rp" => parent == "ruby",
            "h2" | "h3" | "h4" | "h5" | "h6" => !parent.starts_with('h') && !inside("p"),
            name if is_block(name) => !inside("p") && !matches!(parent, "table" | "tbody" | "thead" | "tfoot" | "tr"),
            _ => !matches!(parent, "table" | "tbody" | "thead" | "tfoot" | "tr"),
        }
    }

    /// Writes the start tag; `false` if the element has to go and its content to stay.
    fn write_start(&mut self, name: &'static str, attributes: &str) -> bool {
        let address = match name {
            "a" => value(attributes, "href").and_then(|href| self.link(&href)),
            "video" | "audio" => value(attributes, "src").and_then(|src| self.address(&src)),
            // Elsewhere readers disagree about what it holds.
            "summary" if self.open.last().is_none_or(|open| open.name != "details") => return false,
            _ => None,
        };
        if address.is_none() && matches!(name, "a" | "video" | "audio") {
            return false;
        }
        let address = address.unwrap_or_default();
        let mut tag = Tag::new(&mut self.out, name);
        match name {
            "a" => {
                tag.add("href", &address);
                tag.add("rel", "noopener noreferrer");
            }
            "video" | "audio" => {
                tag.add("src", &address);
                tag.add("controls", "");
                self.has_content = true;
            }
            "td" | "th" => {
                for span in ["colspan", "rowspan"] {
                    if let Some(value) = number(attributes, span).filter(|value| (2..=1000).contains(value)) {
                        tag.add(span, &value.to_string());
                    }
                }
            }
            "ol" => {
                if let Some(value) = number(attributes, "start") {
                    tag.add("start", &value.to_string());
                }
                if value(attributes, "reversed").is_some() {
                    tag.add("reversed", "");
                }
            }
            "li" => {
                if let Some(value) = number(attributes, "value") {
                    tag.add("value", &value.to_string());
                }
            }
            "time" => tag.copy(attributes, "datetime"),
            "abbr" => tag.copy(attributes, "title"),
            _ => {}
        }
        tag.close();
        true
    }

    fn picture(&mut self, attributes: &str) {
        let Some(src) = value(attributes, "src").and_then(|src| self.address(&src)) else { return };
        let [width, height] = ["width", "height"].map(|name| number(attributes, name));
        if width.is_some_and(|width| width < 3) || height.is_some_and(|height| height < 3) {
            return;
        }
        let mut tag = Tag::new(&mut self.out, "img");
        tag.add("src", &src);
        let alt = value(attributes, "alt").unwrap_or_default();
        tag.add("alt", &crate::model::one_line(&alt, 1000));
        for (name, value) in [("width", width), ("height", height)] {
            if let Some(value) = value.filter(|&value| value <= 20_000) {
                tag.add(name, &value.to_string());
            }
        }
        tag.add("referrerpolicy", "no-referrer");
        tag.close();
        self.has_content = true;
    }

    fn end(&mut self, name: &str) {
        let Some(name) = known(name) else { return };
        if self.open.last().is_none_or(|open| open.name != name) {
            return;
        }
        let Some(open) = self.open.pop() else { return };
        if name == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        } else if is_block(name) {
            self.trim_line();
        }
        if open.unwrapped {
            return;
        }
        let content = self.out.get(open.content..).unwrap_or_default();
        let keeps_empty = matches!(name, "td" | "th" | "video" | "audio");
        if !keeps_empty && (content.trim().is_empty() || is_block(name) && is_blank(content)) {
            let space = !is_block(name) && !content.is_empty();
            self.out.truncate(open.start);
            if space && !self.starts_line() && !self.out.ends_with(' ') && !self.out.ends_with("<br>") {
                self.out.push(' ');
            }
            return;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        if is_block(name) && !self.open.iter().any(|open| matches!(open.name, "p" | "pre" | "table")) {
            self.out.push('\n');
            if self.out.len() <= MAX_HTML_BYTES - 4096 {
                self.cut = Some((self.out.len(), self.open.iter().filter(|o| !o.unwrapped).map(|o| o.name).collect()));
            }
        }
    }

    /// Drops a space at the end of a line; nothing inside preformatted text.
    fn trim_line(&mut self) {
        if self.preformatted == 0 {
            let written = self.open.iter().rev().find(|open| !open.unwrapped);
            let floor = written.map_or(0, |open| open.content);
            while self.out.len() > floor && self.out.ends_with(' ') {
                self.out.pop();
            }
        }
    }

    fn cut_off(mut self) -> Finished {
        let (length, open) = self.cut.take().unwrap_or_default();
        self.out.truncate(length);
        for name in open.iter().rev() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
        self.out.truncate(self.out.trim_end().len());
        Finished { has_content: !self.out.is_empty(), html: self.out, risky: self.risky }
    }

    fn address(&self, reference: &str) -> Option<String> {
        let reference = reference.trim();
        if reference.is_empty() {
            return None;
        }
        let url = self.base.join(reference).ok()?;
        let usable = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        usable.then(|| url.into())
    }

    fn link(&self, reference: &str) -> Option<String> {
        let reference = reference.trim();
        let mail = reference.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        if mail {
            return Url::parse(reference).ok().map(String::from);
        }
        self.address(reference)
    }
}

/// Space that folds; U+2028 and U+2029 end a line for some readers of JSON.
fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The words at the beginning of `text` with single spaces between them, all of which XML can carry.
fn plain_words(text: &str) -> &str {
    let plain = text.get(..plain_run(text)).unwrap_or_default();
    // The characters that XML cannot carry and that are no control characters begin so.
    match memchr::memchr(0xEF, plain.as_bytes()) {
        Some(at) => plain.get(..at).unwrap_or_default().trim_end_matches(' '),
        None => plain,
    }
}

/// Whether `content` shows nothing: only space and line breaks.
fn is_blank(content: &str) -> bool {
    let mut rest = content.trim_start();
    while let Some(next) = rest.strip_prefix("<br>") {
        rest = next.trim_start();
    }
    rest.is_empty()
}

/// How many bytes of `text` come before white space that folds, or before a character that XML cannot carry.
fn word_end(text: &str) -> usize {
    let mut from = 0;
    // Beyond ASCII, such characters begin with one of three bytes.
    while let Some(at) = text
        .bytes()
        .skip(from)
        .position(|byte| matches!(byte, 0..=b' ' | 0x7F | 0xC2 | 0xE2 | 0xEF))
        .map(|at| at + from)
    {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        if is_space(c) || !is_xml(c) {
            return at;
        }
        from = at + c.len_utf8();
    }
    text.len()
}

/// A start tag being written.
struct Tag<'o>(&'o mut String);

impl<'o> Tag<'o> {
    fn new(out: &'o mut String, name: &str) -> Self {
        out.push('<');
        out.push_str(name);
        Self(out)
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        push_escaped(self.0, value);
        self.0.push('"');
    }

    fn copy(&mut self, attributes: &str, name: &str) {
        if let Some(value) = value(attributes, name).map(|value| crate::model::one_line(&value, 300))
            && !value.is_empty()
        {
            self.add(name, &value);
        }
    }

    fn close(self) {
        self.0.push('>');
    }
}

fn number(attributes: &str, name: &str) -> Option<u32> {
    let value = value(attributes, name)?;
    let value = value.trim().trim_end_matches("px");
    let digits = value.split('.').next().unwrap_or_default();
    digits.parse().ok()
}

/// The name as we write it; `h1` becomes `h2`.
fn known(name: &str) -> Option<&'static str> {
    if name == "h1" {
        return Some("h2");
    }
    ELEMENTS.iter().find(|known| **known == name).copied()
}
