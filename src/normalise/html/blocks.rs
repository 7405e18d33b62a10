//! The blocks of serialised markup, and the markup without some of them.
//!
//! A block is a run of words and pictures between the edges of block elements, or a whole list, table or figure: what
//! makes no sense in parts is no sum of blocks. It refuses to judge, and to take a tag away whose twin would stay.

use std::ops::Range;

use super::is_block;
use super::token::{Token, Tokens, attribute, decoded, value};
use crate::normalise::text::{push_folded, weight};

/// The most characters of a block's text that are kept; what a block weighs counts all of them.
const MAX_TEXT: usize = 1_000;
/// The deepest nesting whose names are remembered.
const MAX_DEPTH: usize = 512;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words of a paragraph or of any other place.
    Words,
    /// A heading.
    Heading,
    /// A whole list, or a table that holds no paragraphs.
    Whole,
    /// A figure, or a picture without words.
    Picture,
    /// Preformatted text.
    Preformatted,
    /// A line across.
    Rule,
}

/// A block of serialised markup.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Its place, in bytes.
    pub(crate) range: Range<usize>,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its first words on one line.
    pub(crate) text: String,
    /// Letters and digits, of which those of Chinese, Japanese and Korean count twice.
    pub(crate) weight: usize,
    /// How much of that stands in links.
    pub(crate) linked: usize,
    /// The addresses of its pictures, as written.
    pub(crate) pictures: Vec<String>,
    /// `class` and `id` of the three innermost elements around it, and its own.
    pub(crate) names: String,
}

/// An open element that may become one block.
struct Whole {
    name: &'static str,
    start: usize,
    /// The first of the blocks inside.
    first: usize,
    /// Whether it holds what only a layout holds.
    layout: bool,
}

#[derive(Default)]
struct Splitter<'a> {
    found: Vec<Block>,
    /// The names of the open block elements, each with its attributes.
    open: Vec<(&'a str, &'a str)>,
    wholes: Vec<Whole>,
    run: Option<Block>,
    links: usize,
}

/// The blocks of `markup` in order, by one scan.
pub(crate) fn blocks(markup: &str) -> Vec<Block> {
    let mut splitter = Splitter::default();
    let mut tokens = Tokens::new(markup);
    loop {
        let start = markup.len() - tokens.remaining();
        let Some(token) = tokens.next() else { break };
        let end = markup.len() - tokens.remaining();
        splitter.token(token, start..end);
    }
    splitter.end_run();
    while let Some(whole) = splitter.wholes.pop() {
        splitter.close_whole(&whole, markup.len());
    }
    splitter.found
}

impl<'a> Splitter<'a> {
    fn token(&mut self, token: Token<'a>, at: Range<usize>) {
        match token {
            Token::Text(text) => self.text(&decoded(text), at),
            Token::Open("img", attributes) => {
                let run = self.run_at(at);
                run.pictures.extend(attribute(attributes, "src").or_else(|| attribute(attributes, "data-src")));
            }
            Token::Open("hr", _) => {
                self.end_run();
                let rule = self.block(at, Kind::Rule);
                self.found.push(rule);
            }
            Token::Open("br", _) => {
                if let Some(run) = self.run.as_mut() {
                    run.range.end = at.end;
                    push_folded(&mut run.text, " ");
                }
            }
            Token::Open(name, attributes) if is_block(name) => self.open(name, attributes, at.start),
            Token::Close(name) if is_block(name) => self.close(name, &at),
            Token::Open(name, _) => {
                self.links += usize::from(name == "a");
                self.run_at(at);
            }
            Token::Close(name) => {
                self.links = self.links.saturating_sub(usize::from(name == "a"));
                if let Some(run) = self.run.as_mut() {
                    run.range.end = at.end;
                }
            }
        }
    }

    fn text(&mut self, text: &str, at: Range<usize>) {
        if self.run.is_none() && text.trim().is_empty() {
            return;
        }
        let linked = self.links > 0;
        let run = self.run_at(at);
        let weight = weight(text);
        run.weight += weight;
        run.linked += if linked { weight } else { 0 };
        if run.text.len() < MAX_TEXT {
            push_folded(&mut run.text, text);
        }
    }

    fn run_at(&mut self, at: Range<usize>) -> &mut Block {
        if self.run.is_none() {
            let kind = match self.open.last() {
                Some((name, _)) if name.len() == 2 && name.starts_with('h') && *name != "hr" => Kind::Heading,
                Some(("pre", _)) => Kind::Preformatted,
                _ => Kind::Words,
            };
            self.run = Some(self.block(at.clone(), kind));
        }
        let run = self.run.get_or_insert_with(|| unreachable!("made above"));
        run.range.end = at.end;
        run
    }

    fn block(&self, range: Range<usize>, kind: Kind) -> Block {
        let mut names = String::new();
        for (_, attributes) in self.open.iter().rev().take(3) {
            for name in ["class", "id"] {
                if let Some(value) = value(attributes, name) {
                    names.push_str(&value);
                    names.push(' ');
                }
            }
        }
        Block { range, kind, text: String::new(), weight: 0, linked: 0, pictures: Vec::new(), names }
    }

    fn open(&mut self, name: &'a str, attributes: &'a str, start: usize) {
        self.end_run();
        if matches!(name, "p" | "div" | "table" | "ul" | "figure") || name.len() == 2 && name.starts_with('h') {
            for whole in self.wholes.iter_mut().filter(|whole| whole.name == "table") {
                whole.layout = true;
            }
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push((name, attributes));
        }
        let known = ["ul", "ol", "dl", "table", "figure"].into_iter().find(|known| *known == name);
        if let Some(name) = known.filter(|_| self.wholes.len() < MAX_DEPTH) {
            self.wholes.push(Whole { name, start, first: self.found.len(), layout: false });
        }
    }

    fn close(&mut self, name: &str, at: &Range<usize>) {
        self.end_run();
        if let Some(from) = self.open.iter().rposition(|(open, _)| *open == name) {
            self.open.truncate(from);
        }
        if self.wholes.last().is_some_and(|whole| whole.name == name)
            && let Some(whole) = self.wholes.pop()
        {
            self.close_whole(&whole, at.end);
        }
    }

    /// Makes one block of those inside `whole`.
    fn close_whole(&mut self, whole: &Whole, end: usize) {
        if whole.layout || self.found.len() <= whole.first {
            return;
        }
        let inner: Vec<Block> = self.found.drain(whole.first..).collect();
        let kind = if whole.name == "figure" { Kind::Picture } else { Kind::Whole };
        let mut block = self.block(whole.start..end, kind);
        for part in inner {
            block.weight += part.weight;
            block.linked += part.linked;
            block.pictures.extend(part.pictures);
            if block.text.len() < MAX_TEXT {
                push_folded(&mut block.text, " ");
                block.text.push_str(&part.text);
            }
        }
        self.found.push(block);
    }

    fn end_run(&mut self) {
        let Some(mut run) = self.run.take() else { return };
        run.text.truncate(run.text.trim_end().len());
        if run.text.is_empty() && run.pictures.is_empty() {
            return;
        }
        if run.text.is_empty() {
            run.kind = Kind::Picture;
        }
        self.found.push(run);
    }
}

/// `markup` without the blocks of `gone`, which are some of its own in order.
///
/// Of a run of words the tags stay, since their twins may stand outside; empty elements are the sanitiser's to drop.
pub(crate) fn without<'a>(markup: &str, gone: impl Iterator<Item = &'a Block>) -> String {
    let mut out = String::with_capacity(markup.len());
    let mut from = 0;
    for block in gone {
        let Range { start, end } = block.range;
        out.push_str(markup.get(from..start).unwrap_or_default());
        if matches!(block.kind, Kind::Words | Kind::Heading | Kind::Preformatted | Kind::Picture) {
            tags(markup.get(start..end).unwrap_or_default(), &mut out);
        }
        from = end;
    }
    out.push_str(markup.get(from..).unwrap_or_default());
    out
}

/// Copies the tags of `run` that come in twos.
fn tags(run: &str, out: &mut String) {
    let mut tokens = Tokens::new(run);
    loop {
        let start = run.len() - tokens.remaining();
        let Some(token) = tokens.next() else { break };
        if let Token::Open(name, _) | Token::Close(name) = token
            && !matches!(name, "img" | "br" | "hr" | "wbr" | "input")
        {
            out.push_str(run.get(start..run.len() - tokens.remaining()).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(markup: &str) -> Vec<(Kind, String)> {
        blocks(markup).into_iter().map(|block| (block.kind, block.text)).collect()
    }

    #[test]
    fn what_makes_no_sense_in_parts_is_one_block() {
        let markup = "<h2>Title</h2><p>One <b>two</b></p>loose<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><hr>\
                      <table><tr><td>1</td><td>2</td></tr></table>\
                      <figure><img src=\"/p.jpg\"><figcaption>below</figcaption></figure><p><img src=\"/q.jpg\"></p>";
        let wanted = [
            (Kind::Heading, "Title"),
            (Kind::Words, "One two"),
            (Kind::Words, "loose"),
            (Kind::Whole, "a b c"),
            (Kind::Rule, ""),
            (Kind::Whole, "1 2"),
            (Kind::Picture, "below"),
            (Kind::Picture, ""),
        ];
        let found = kinds(markup);
        let found: Vec<(Kind, &str)> = found.iter().map(|(kind, text)| (*kind, text.trim())).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_layout_table_is_taken_apart() {
        let found = kinds("<table><tr><td><p>One</p><p>Two</p></td></tr></table>");
        assert_eq!(found.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["One", "Two"]);
    }

    #[test]
    fn weight_and_names() {
        let found = blocks("<div class=\"outer\"><p id=\"own\">新闻 <a href=\"/x\">abc</a></p></div>");
        assert_eq!((found[0].weight, found[0].linked, found[0].names.as_str()), (7, 3, "own outer "));
    }

    #[test]
    fn a_block_goes_and_the_rest_stays_well_formed() {
        let markup = "<div>a<p>One <b>two</b><br>x<img src=\"/p\"></p><ul><li>b</li></ul><p>c</p></div>";
        let found = blocks(markup);
        assert_eq!(without(markup, found.iter()), "<div><p><b></b></p><p></p></div>");
        assert_eq!(
            without(markup, found.iter().filter(|block| block.text.starts_with("One"))),
            "<div>a<p><b></b></p><ul><li>b</li></ul><p>c</p></div>"
        );
        assert_eq!(without(markup, std::iter::empty()), markup);
        for broken in ["<", "<p", "<p>a</div></p>", "</ul><ul>", "<ul><li>a", "<a><p>x</a>y</p>", "<table><tr><td>"] {
            let found = blocks(broken);
            without(broken, found.iter());
        }
    }
}
