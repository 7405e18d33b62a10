//! The sanitiser: the only maker of [`SafeHtml`].
//!
//! It refuses whatever is not on its list: elements, attributes, schemes. Steps: ammonia keeps the allow-listed part of
//! the markup, then one linear pass over ammonia's well-formed output resolves addresses, drops tracking pixels and
//! empty elements, writes attributes in a fixed order and cuts at the size cap. Sanitising twice gives the same bytes.

mod blocks;
mod excerpt;
mod finish;
mod page;
mod pictures;
mod token;
mod words;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use crate::model::{Image, SafeHtml};

pub(crate) use blocks::{Block, Kind, blocks, without};
pub use excerpt::{Limit, cut, excerpt};
pub(crate) use page::shown;
pub(crate) use pictures::with_pictures;
pub(crate) use token::{decode, escape};

/// The most bytes of one body; longer ones are cut at the end of a block.
pub const MAX_HTML_BYTES: usize = 512 * 1024;
/// How often markup whose nesting a parser would change is parsed again before only its words are kept.
const MAX_ROUNDS: usize = 4;

/// The elements that are kept. `finish` writes `h1` as `h2`, since the title is the one first heading.
#[rustfmt::skip]
const ELEMENTS: [&str; 57] = [
    "a", "abbr", "audio", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "div",
    "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins",
    "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "video",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: [(&str, &[&str]); 10] = [
        ("a", &["href"]),
        ("abbr", &["title"]),
        ("audio", &["src"]),
        ("img", &["src", "alt", "width", "height"]),
        ("li", &["value"]),
        ("ol", &["start", "reversed"]),
        ("td", &["colspan", "rowspan"]),
        ("th", &["colspan", "rowspan"]),
        ("time", &["datetime"]),
        ("video", &["src"]),
    ];
    let dropped = ["script", "style", "noscript", "template", "title", "textarea", "select", "svg", "math", "iframe"];
    let attributes: HashMap<_, HashSet<_>> =
        attributes.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.into())
        .clean_content_tags(dropped.into())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Keeps the allow-listed part of `html`, with every link and image address resolved against `base` to an absolute
/// http(s) address; `None` if no text and no image is left.
pub fn sanitise(html: &str, base: &Url) -> Option<SafeHtml> {
    if html.is_empty() {
        return None;
    }
    let mut source = Cow::Borrowed(html);
    for _ in 0..MAX_ROUNDS {
        let finished = finish::finish(&CLEANER.clean(&source).to_string(), base);
        if !finished.risky || finished.html == source {
            return finished.has_content.then(|| SafeHtml::from_sanitiser(finished.html));
        }
        source = Cow::Owned(finished.html);
    }
    let paragraphs = paragraphs(words::plain_text(&source).lines());
    (!paragraphs.is_empty()).then(|| SafeHtml::from_sanitiser(paragraphs))
}

/// Plain lines as paragraphs.
pub(crate) fn paragraphs<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| ["<p>".to_owned(), escape(line), "</p>".to_owned()]).collect()
}

/// The plain text of sanitised `html`, one block a line, without picture captions.
pub fn plain_text(html: &SafeHtml) -> String {
    words::plain_text(html.as_str())
}

/// The beginning of the same, of `least` characters or somewhat more where there is as much.
pub fn beginning(html: &SafeHtml, least: usize) -> String {
    words::beginning(html.as_str(), least)
}

/// The pictures of sanitised `html` in order, with alt text and the caption of the surrounding figure.
pub fn images(html: &SafeHtml) -> Vec<Image> {
    words::images(html.as_str())
}

/// The addresses of links, pictures and recordings in serialised `html`, each with the name of its element.
pub(crate) fn addresses(html: &str) -> impl Iterator<Item = (&str, String)> {
    token::Tokens::new(html).filter_map(|token| match token {
        token::Token::Open(name @ "a", attributes) => Some((name, token::attribute(attributes, "href")?)),
        token::Token::Open(name @ ("img" | "video" | "audio"), attributes) => {
            Some((name, token::attribute(attributes, "src")?))
        }
        _ => None,
    })
}

/// Whether `name` starts a new line.
pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "audio"
            | "blockquote"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "video"
    )
}

#[cfg(test)]
mod tests;
