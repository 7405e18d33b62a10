//! Text → tree: html5ever's tree builder, fed with slices of the page.
//!
//! html5ever's tokenizer takes a page letter by letter and copies each name and value; on pages of the news that is
//! three quarters of a parse. Nearly all of a page is text, plain tags, scripts and comments, whose tokens are slices
//! of it; these are cut out here. Everything else (doctypes, CDATA, escaped scripts, broken tags) goes through html5ever's
//! own tokenizer, one construct at a time, and so does a whole page with zero bytes. Which tree grows from the tokens
//! is always html5ever's decision, and the tests hold every tree against the one that html5ever makes alone.

use std::borrow::Cow;
use std::cell::RefCell;

use ego_tree::{NodeId, Tree};
use html5ever::buffer_queue::BufferQueue;
use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, LocalName, QualName, TokenizerResult, ns};
use memchr::{memchr, memmem};
use scraper::{Html, HtmlTreeSink, Node};

use super::gate::{self, Open, Refusal};
use super::reference;

type Builder = TreeBuilder<NodeId, HtmlTreeSink>;

/// The tree of `text`, as a browser without scripts builds it (WHATWG HTML, section 13.2).
///
/// # Errors
/// The first limit of the [`gate`] that is passed.
pub(super) fn parse(text: &str) -> Result<Html, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if memchr(0, text.as_bytes()).is_some() {
        gate::check(text)?;
        return Ok(driver::parse_document(sink(text), options()).one(text));
    }
    let text = with_line_feeds(text);
    let mut scan = Scan {
        text: &text,
        source: StrTendril::from_slice(&text),
        at: 0,
        next: Next::Data,
        ended: false,
        open: Open::default(),
        passed: false,
        names: Names::new(),
        written: String::new(),
        builder: Builder::new(sink(&text), options().tree_builder),
    };
    scan.run()?;
    scan.builder.end();
    Ok(scan.builder.sink.finish())
}

fn options() -> ParseOpts {
    ParseOpts {
        // The content of `<noscript>` is a tree and not text.
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
        // Else html5ever drops a byte order mark after every script, and not only at the beginning.
        tokenizer: TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() },
    }
}

fn sink(text: &str) -> HtmlTreeSink {
    let mut empty = Html::new_document();
    // Each tag makes about a node; growing the tree step by step would copy it over and over.
    empty.tree = Tree::with_capacity(Node::Document, memchr::memchr_iter(b'<', text.as_bytes()).count());
    HtmlTreeSink::new(empty)
}

/// `text` with the line ends that HTML knows (section 13.2.3.5).
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    match memchr(b'\r', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

/// What the tree builder wants the coming text to be read as.
#[derive(Clone, Debug)]
enum Next {
    Data,
    /// Text up to the end tag of this name.
    Raw(RawKind, LocalName),
    /// Text up to the end of the page.
    Plaintext,
}

impl Next {
    fn after(result: &TokenSinkResult<NodeId>, tag: &LocalName) -> Self {
        match result {
            TokenSinkResult::RawData(kind) => Self::Raw(*kind, tag.clone()),
            TokenSinkResult::Plaintext => Self::Plaintext,
            TokenSinkResult::Continue | TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => {
                Self::Data
            }
        }
    }
}

/// One pass over a page.
struct Scan<'a> {
    text: &'a str,
    /// The same text, for slices that share it.
    source: StrTendril,
    /// Everything before is told to the tree builder.
    at: usize,
    next: Next,
    /// Whether the tree builder has seen the end.
    ended: bool,
    open: Open,
    /// Whether the whole page has passed the gate.
    passed: bool,
    names: Names,
    /// Text whose character references are being replaced.
    written: String,
    builder: Builder,
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), Refusal> {
        while self.at < self.text.len() {
            match std::mem::replace(&mut self.next, Next::Data) {
                Next::Data => self.data()?,
                Next::Raw(kind, name) => self.raw(kind, &name)?,
                Next::Plaintext => {
                    let rest = self.slice(self.at, self.text.len());
                    self.at = self.text.len();
                    self.next = Next::Plaintext;
                    self.tell(Token::CharacterTokens(rest));
                }
            }
        }
        if !self.ended {
            self.tell(Token::EOFToken);
        }
        Ok(())
    }

    fn tell(&self, token: Token) {
        // Only a tag asks for another way of reading.
        let _ = self.builder.process_token(token, 1);
    }

    fn slice(&self, from: usize, to: usize) -> StrTendril {
        let (from, length) = (u32::try_from(from), u32::try_from(to - from));
        // Pages are far smaller than 4 GiB, the most that a tendril holds.
        self.source.subtendril(from.unwrap_or_default(), length.unwrap_or_default())
    }

    /// Text up to the next `<`, and what begins there.
    fn data(&mut self) -> Result<(), Refusal> {
        let bytes = self.text.as_bytes();
        let from = self.at;
        self.at = memchr(b'<', &bytes[from..]).map_or(bytes.len(), |length| from + length);
        gate::check_text(&bytes[from..self.at])?;
        self.characters(from, self.at, true);
        let rest = &bytes[self.at..];
        let told = match rest {
            [] => true,
            [_, letter, ..] if letter.is_ascii_alphabetic() => self.tag(TagKind::StartTag, self.at + 1)?,
            [_, b'/', letter, ..] if letter.is_ascii_alphabetic() => self.tag(TagKind::EndTag, self.at + 2)?,
            [_, b'!', b'-', b'-', ..] => self.comment(self.at + 4).is_some(),
            [_, b'!' | b'?' | b'/', ..] => false,
            _ => {
                self.at += 1;
                self.characters(self.at - 1, self.at, false);
                true
            }
        };
        if told { Ok(()) } else { self.pass_on(State::Data, None) }
    }

    /// Tells the text between two places; `references` says whether `&amp;` is an ampersand in it.
    fn characters(&mut self, from: usize, to: usize, references: bool) {
        if from == to {
            return;
        }
        let text = &self.text[from..to];
        let characters = if references && memchr(b'&', text.as_bytes()).is_some() {
            self.written.clear();
            reference::replace(text, None, &mut self.written);
            StrTendril::from_slice(&self.written)
        } else {
            self.slice(from, to)
        };
        self.tell(Token::CharacterTokens(characters));
    }

    /// Tells the comment whose text begins at `from`; `None` if it ends in an unusual way.
    fn comment(&mut self, from: usize) -> Option<()> {
        let text = &self.text[from..];
        let length = memmem::find(text.as_bytes(), b"-->")?;
        let text = &text[..length];
        if text.starts_with('>') || self.text[from..].starts_with("->") || text.contains("--!>") {
            return None;
        }
        self.tell(Token::CommentToken(self.slice(from, from + length)));
        self.at = from + length + 3;
        Some(())
    }

    /// Tells the tag whose name begins at `from`; `false`, with nothing told, if it is unusual or not ended.
    fn tag(&mut self, kind: TagKind, from: usize) -> Result<bool, Refusal> {
        let bytes = self.text.as_bytes();
        let Some((tag, name_end, end)) = self.read_tag(kind, from) else { return Ok(false) };
        gate::check_tag(&bytes[from..end], tag.attrs.len())?;
        match kind {
            TagKind::StartTag => self.open.start(&bytes[from..name_end], tag.self_closing)?,
            TagKind::EndTag => self.open.end(&bytes[from..name_end])?,
        }
        let name = tag.name.clone();
        self.at = end;
        self.next = Next::after(&self.builder.process_token(Token::TagToken(tag), 1), &name);
        Ok(true)
    }

    /// The tag whose name begins at `from`, where the name ends, and where the tag does.
    fn read_tag(&mut self, kind: TagKind, from: usize) -> Option<(Tag, usize, usize)> {
        let bytes = self.text.as_bytes();
        let name_end = from + bytes[from..].iter().position(|byte| ends_name(*byte))?;
        let name = self.names.get(bytes, from, name_end);
        let (mut at, mut self_closing) = (name_end, false);
        let (mut attrs, mut twice) = (Vec::<Attribute>::new(), false);
        loop {
            at = past_space(bytes, at);
            match *bytes.get(at)? {
                b'>' => break,
                b'/' if *bytes.get(at + 1)? == b'>' => {
                    self_closing = true;
                    at += 1;
                    break;
                }
                b'/' => at += 1,
                b'=' => return None,
                _ => {
                    let written = Written::read(bytes, at)?;
                    at = written.end;
                    // The gate refuses the tag; until then, looking for a name among so many would be slow.
                    if kind == TagKind::StartTag && attrs.len() <= gate::MAX_ATTRIBUTES {
                        let local = self.names.get(bytes, written.name.0, written.name.1);
                        // As html5ever does, the first of two wins.
                        if attrs.iter().any(|other| other.name.local == local) {
                            twice = true;
                        } else {
                            let value = self.value(written.value);
                            attrs.push(Attribute { name: QualName::new(None, ns!(), local), value });
                        }
                    }
                }
            }
        }
        let tag = Tag { kind, name, self_closing, attrs, had_duplicate_attributes: twice };
        Some((tag, name_end, at + 1))
    }

    fn value(&mut self, (from, to): (usize, usize)) -> StrTendril {
        let text = &self.text[from..to];
        if memchr(b'&', text.as_bytes()).is_none() {
            return self.slice(from, to);
        }
        self.written.clear();
        // A quote, a space or the end of the tag.
        let after = self.text.as_bytes().get(to).copied();
        reference::replace(text, after, &mut self.written);
        StrTendril::from_slice(&self.written)
    }

    /// Text up to the end tag `name`.
    fn raw(&mut self, kind: RawKind, name: &LocalName) -> Result<(), Refusal> {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        let end = loop {
            let Some(length) = memchr(b'<', &bytes[at..]) else { break bytes.len() };
            at += length;
            if is_end_tag(&bytes[at..], name.as_bytes()) {
                break at;
            }
            at += 1;
        };
        let is_plain = match kind {
            RawKind::Rcdata | RawKind::Rawtext => true,
            RawKind::ScriptData => memmem::find(&bytes[self.at..end], b"<!--").is_none(),
            RawKind::ScriptDataEscaped(_) => false,
        };
        if is_plain {
            self.characters(self.at, end, kind == RawKind::Rcdata);
            self.at = end;
            Ok(())
        } else {
            self.pass_on(State::RawData(kind), Some(name))
        }
    }

    /// Lets html5ever's own tokenizer read on, until it has told the next tag, comment or doctype. These end with a `>`
    /// and leave nothing unread, so that they are the places to take over again.
    fn pass_on(&mut self, state: State, last_start_tag: Option<&LocalName>) -> Result<(), Refusal> {
        let bytes = self.text.as_bytes();
        // Doctypes and comments; a CDATA section is read on to the tag behind it.
        let holds_no_tag = match &bytes[self.at..] {
            [_, b'!', next, ..] => *next != b'[',
            [_, next, ..] => *next == b'?',
            _ => true,
        };
        if !(holds_no_tag && state == State::Data || self.passed) {
            gate::check(self.text)?;
            self.passed = true;
        }
        let options = TokenizerOpts {
            discard_bom: false,
            initial_state: Some(state),
            last_start_tag_name: last_start_tag.map(ToString::to_string),
            ..TokenizerOpts::default()
        };
        let relay = Relay { builder: &self.builder, next: RefCell::default() };
        let tokenizer = Tokenizer::new(relay, options);
        let queue = BufferQueue::default();
        while self.at < bytes.len() {
            let end = memchr(b'>', &bytes[self.at..]).map_or(bytes.len(), |length| self.at + length + 1);
            queue.push_back(self.slice(self.at, end));
            self.at = end;
            // It stops at scripts, which nobody runs here.
            while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
            if let Some(next) = tokenizer.sink.next.take() {
                self.next = next;
                return Ok(());
            }
        }
        tokenizer.end();
        self.ended = true;
        Ok(())
    }
}

/// Where an attribute stands in a tag.
struct Written {
    name: (usize, usize),
    value: (usize, usize),
    end: usize,
}

impl Written {
    /// The attribute that begins at `from`; `None` if the page ends in it.
    fn read(bytes: &[u8], from: usize) -> Option<Self> {
        let name_end = from + bytes[from..].iter().position(|byte| ends_name(*byte) || *byte == b'=')?;
        let mut at = past_space(bytes, name_end);
        let mut value = (at, at);
        if *bytes.get(at)? == b'=' {
            at = past_space(bytes, at + 1);
            match *bytes.get(at)? {
                quote @ (b'"' | b'\'') => {
                    let end = at + 1 + memchr(quote, &bytes[at + 1..])?;
                    value = (at + 1, end);
                    at = end + 1;
                }
                b'>' => value = (at, at),
                _ => {
                    let end = at + bytes[at..].iter().position(|byte| is_space(*byte) || *byte == b'>')?;
                    value = (at, end);
                    at = end;
                }
            }
        }
        Some(Self { name: (from, name_end), value, end: at })
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b' ')
}

const fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'/' | b'>')
}

fn past_space(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| !is_space(*byte)).map_or(bytes.len(), |length| from + length)
}

/// Whether `rest` begins with the end tag `name`.
fn is_end_tag(rest: &[u8], name: &[u8]) -> bool {
    rest.get(1) == Some(&b'/')
        && rest.get(2..2 + name.len()).is_some_and(|written| written.eq_ignore_ascii_case(name))
        && rest.get(2 + name.len()).is_some_and(|byte| ends_name(*byte))
}

/// Hands the tokens of html5ever's tokenizer on, and notes when one ends a construct.
struct Relay<'a> {
    builder: &'a Builder,
    next: RefCell<Option<Next>>,
}

impl TokenSink for Relay<'_> {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let ends = matches!(token, Token::TagToken(_) | Token::CommentToken(_) | Token::DoctypeToken(_));
        let name = if let Token::TagToken(tag) = &token { tag.name.clone() } else { LocalName::default() };
        let result = self.builder.process_token(token, line);
        if ends {
            self.next.replace(Some(Next::after(&result, &name)));
        }
        result
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// The names of a page that were met, so that each is looked up once in the table that all threads share.
struct Names {
    met: Vec<Option<Met>>,
}

struct Met {
    /// The first eight bytes of the name as it was written, zeros behind a shorter one.
    start: u64,
    length: usize,
    local: LocalName,
}

/// A power of two; more than the names of a page, so that few meet in one place.
const PLACES: usize = 512;

impl Names {
    fn new() -> Self {
        Self { met: std::iter::repeat_with(|| None).take(PLACES).collect() }
    }

    /// The name that stands between two places, which are between characters; in lower case.
    fn get(&mut self, bytes: &[u8], from: usize, to: usize) -> LocalName {
        let (start, length) = (start(bytes, from, to), to - from);
        let written = &bytes[from..to];
        let sum = (start ^ (length as u64) ^ u64::from(written[length - 1]) << 5).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = &mut self.met[usize::from((sum >> 48) as u16) % PLACES];
        match place {
            Some(met)
                if met.start == start && met.length == length && (length <= 8 || met.local.as_bytes() == written) =>
            {
                met.local.clone()
            }
            _ => {
                let local = LocalName::from(String::from_utf8_lossy(written).to_ascii_lowercase());
                *place = Some(Met { start, length, local: local.clone() });
                local
            }
        }
    }
}

/// The first eight bytes between two places as a number.
fn start(bytes: &[u8], from: usize, to: usize) -> u64 {
    match bytes.get(from..from + 8).and_then(|eight| eight.try_into().ok()) {
        Some(eight) => {
            let whole = u64::from_le_bytes(eight);
            if to - from >= 8 { whole } else { whole & ((1 << (8 * (to - from))) - 1) }
        }
        // At the end of the page.
        None => bytes[from..to].iter().take(8).rev().fold(0, |start, byte| start << 8 | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests;
