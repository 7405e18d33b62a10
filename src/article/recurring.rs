//! What several articles of one source have in common is furniture: disclaimers, author boxes, promotions.
//!
//! One page cannot tell a disclaimer from a paragraph; the pages of a source can. Steps: [`pieces`] splits a body into
//! blocks, [`Known::learn`] notes which article they stand in, [`apply`] takes out those that stand in enough others.
//! A run learns all the articles it read before it cleans the first, so that their order does not matter and the
//! first run is clean already.
//!
//! It refuses to judge by fewer than three articles, to take more than half of an article's words, and to keep words:
//! what is known of a block is a fingerprint.

mod judge;
mod known;

use sha2::{Digest, Sha256};
use url::Url;

pub use known::Known;

use super::{Article, Claim, Origin};
use crate::model::{Image, SafeHtml};
use crate::normalise::html::{self, Block, Kind};
use crate::normalise::image;
use crate::normalise::text::letters;

/// The blocks of one body.
#[derive(Debug, Default)]
pub struct Pieces {
    blocks: Vec<Block>,
    /// A fingerprint for each of them; `None` where there is nothing to compare.
    prints: Vec<Option<u64>>,
    /// The fingerprint of the lead picture that was found.
    lead: Option<u64>,
    /// The fingerprint of the summary that was found.
    summary: Option<u64>,
}

/// A block that was taken out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Removed {
    /// Its first words, or the address of its picture.
    pub text: String,
    /// In how many of the known articles it stands.
    pub articles: usize,
    #[serde(skip)]
    print: u64,
}

impl Removed {
    /// Whether enough articles of `known` have it for it to have been taken out before.
    pub fn was_known(&self, known: &Known) -> bool {
        known.articles_with(self.print) >= judge::LEAST
    }
}

/// A body without furniture.
#[derive(Debug)]
struct Cleaned {
    /// The markup that is left, not sanitised.
    markup: String,
    /// What was taken out, in order.
    removed: Vec<Removed>,
}

/// Splits the body of `article` into blocks.
pub fn pieces(article: &Article) -> Pieces {
    let mut pieces = body_pieces(article);
    let found = |origin: Origin| origin != Origin::Configured;
    let lead = article.image.as_ref().filter(|image| found(image.origin));
    pieces.lead = lead.map(|image| print("lead", place(image.value.url.as_str())));
    let summary = article.summary.as_ref().filter(|summary| found(summary.origin));
    pieces.summary = summary.map(|summary| print("summary", &letters(&summary.value)));
    pieces
}

fn body_pieces(article: &Article) -> Pieces {
    let Some(body) = &article.body else { return Pieces::default() };
    let source = article.source.as_ref().and_then(|source| source.name.as_deref());
    let title = article.title.as_ref().map(|title| title.value.as_str());
    let authors = article.authors.iter().flat_map(|authors| authors.value.iter().map(String::as_str));
    let names: Vec<&str> = source.into_iter().chain(title).chain(authors).collect();
    split(&body.value, &names)
}

/// Splits `markup`, a body as serialised, into blocks; `names` are words that the article has of its own, which do not
/// make a block another one: "reprinted from *A*" stands in one article, "reprinted from *B*" in the next.
fn split(markup: &str, names: &[&str]) -> Pieces {
    let mut names: Vec<String> =
        names.iter().map(|name| letters(name)).filter(|name| name.chars().count() > 1).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let blocks = html::blocks(markup);
    let prints = blocks.iter().map(|block| fingerprint(block, &names)).collect();
    Pieces { blocks, prints, ..Pieces::default() }
}

/// Takes out of `markup` the blocks of `pieces`, its own, that are furniture as far as is `known`; `None` where nothing
/// is. `published` are the letters that were published of the article, if any.
fn clean(markup: &str, pieces: &Pieces, known: &Known, published: Option<&str>) -> Option<Cleaned> {
    let gone = judge::furniture(pieces, known, published);
    if !gone.contains(&true) {
        return None;
    }
    let gone: Vec<(&Block, Option<u64>)> = pieces
        .blocks
        .iter()
        .zip(&pieces.prints)
        .zip(gone)
        .filter(|(_, gone)| *gone)
        .map(|((block, print), _)| (block, *print))
        .collect();
    let words = |block: &Block| match block.pictures.first() {
        Some(address) if block.text.is_empty() => address.clone(),
        _ => crate::model::one_line(&block.text, 160),
    };
    let removed = gone.iter().filter_map(|(block, print)| {
        let print = (*print)?;
        Some(Removed { text: words(block), articles: known.articles_with(print), print })
    });
    let removed = removed.collect();
    Some(Cleaned { markup: html::without(markup, gone.into_iter().map(|(block, _)| block)), removed })
}

/// Cleans the body of `article`, whose blocks `pieces` are, and gives up a lead picture that was one of them. `url` is
/// what addresses in the body are relative to; `published` is the text that was published of the article, if any: what
/// was left out of that comes back only if hardly any article has it. Returns what was taken out.
pub fn apply(
    article: &mut Article,
    pieces: &Pieces,
    known: &Known,
    url: &Url,
    published: Option<&SafeHtml>,
) -> Vec<Removed> {
    let Some(body) = article.body.as_mut() else { return Vec::new() };
    let published = published.map(|content| letters(&html::plain_text(content)));
    let Some(cleaned) = clean(&body.value, pieces, known, published.as_deref()) else { return Vec::new() };
    body.value = cleaned.markup;
    let shows = |image: &Claim<Image>, markup: &str| {
        let mut pictures = html::addresses(markup).filter(|(name, _)| *name == "img");
        pictures.any(|(_, address)| url.join(&address).is_ok_and(|address| address == image.value.url))
    };
    // Only a picture that was taken from the body can be lost with it.
    let lost = |image: &Claim<Image>| image.origin == Origin::Visible && !shows(image, &body.value);
    if article.image.as_ref().is_some_and(lost) {
        article.image = None;
    }
    cleaned.removed
}

/// Gives up what `article`, whose `pieces` these are, says of itself in the same way as most of the others, so that the
/// site says it of itself: the summary, and the lead picture where the body has one of its own.
pub fn without_stock(article: &mut Article, pieces: &Pieces, known: &Known, url: &Url) {
    if is_stock(pieces.lead, known) {
        prefer_own_picture(article, url);
    }
    if is_stock(pieces.summary, known) {
        article.summary = None;
    }
}

fn is_stock(print: Option<u64>, known: &Known) -> bool {
    let count = print.map_or(0, |print| known.articles_with(print));
    count > judge::LEAST && count * 2 > known.articles()
}

/// Replaces the lead picture of `article` with the first other one of its body, if there is one.
fn prefer_own_picture(article: &mut Article, url: &Url) {
    let (Some(body), Some(lead)) = (&article.body, &article.image) else { return };
    let own = html::addresses(&body.value)
        .filter(|(name, _)| *name == "img")
        .filter_map(|(_, address)| url.join(&address).ok())
        .find(|address| *address != lead.value.url && !image::is_decoration(address.as_str()));
    if let Some(own) = own {
        article.image = Some(Claim { value: super::testimony::picture(own), origin: Origin::Visible });
    }
}

/// What makes a block the same block in another article: its letters and digits, whatever their case, spacing and punctuation, or
/// its pictures where they are what it shows.
fn fingerprint(block: &Block, names: &[String]) -> Option<u64> {
    if block.kind == Kind::Picture {
        let pictures: Vec<&str> = block.pictures.iter().map(|address| place(address)).collect();
        return (!pictures.is_empty()).then(|| print("picture", &pictures.concat()));
    }
    let mut letters = letters(&block.text);
    for name in names {
        if letters.contains(name.as_str()) {
            letters = letters.replace(name.as_str(), "");
        }
    }
    (!letters.is_empty()).then(|| print("words", &letters))
}

/// The address of a picture without scheme, query and fragment.
fn place(address: &str) -> &str {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    address.split_once("//").map_or(address, |(_, place)| place)
}

/// The first eight bytes of the SHA-256 of `text`, apart for each `sort`.
fn print(sort: &str, text: &str) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(sort);
    hasher.update([0]);
    hasher.update(text);
    hasher.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests;
