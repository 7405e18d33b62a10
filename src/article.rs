//! Article pages: [`Document`](crate::page::Document) → [`Article`].
//!
//! Pure. Each witness is one file in `article/`: configured selectors, JSON-LD, OpenGraph and other `<meta>`,
//! microdata, visible text, and the body finder. A page claims; nothing here is trusted yet: HTML is not sanitised,
//! dates are text, names are as written.

pub mod absence;
mod body;
#[cfg(test)]
mod body_tests;
mod byline;
mod candidate;
mod copy;
mod dateline;
mod embed;
mod furniture;
mod jsonld;
mod lines;
mod measure;
mod merge;
mod meta;
mod microdata;
mod phrases;
pub mod recurring;
mod reprint;
mod shape;
mod survey;
mod testimony;
mod title;
mod traits;
mod visible;

use scraper::Selector;
use url::Url;

use crate::listing::DateText;
use crate::model::{Attribution, Comments, Image};
use crate::page::field::Field;

/// Who said a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A selector of feeds.toml.
    Configured,
    /// A JSON-LD object.
    JsonLd,
    /// OpenGraph and `article:*` properties.
    OpenGraph,
    /// Microdata or `RDFa` in the visible page.
    Microdata,
    /// Another `<meta>` or `<link>`.
    Meta,
    /// A `<time>` element.
    TimeElement,
    /// Text that a person reads.
    Visible,
    /// The address of the page.
    Address,
}

impl Origin {
    /// The kebab-case name.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Configured => "configured",
            Origin::JsonLd => "json-ld",
            Origin::OpenGraph => "open-graph",
            Origin::Microdata => "microdata",
            Origin::Meta => "meta",
            Origin::TimeElement => "time-element",
            Origin::Visible => "visible",
            Origin::Address => "address",
        }
    }
}

/// A value and who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim<T> {
    /// The value.
    pub value: T,
    /// Who said it.
    pub origin: Origin,
}

/// What an article page claims.
#[derive(Clone, Debug, Default)]
pub struct Article {
    /// The headline.
    pub title: Option<Claim<String>>,
    /// The address the page calls its own (`rel=canonical`, `og:url`, JSON-LD), absolute http(s).
    pub canonical: Option<Claim<Url>>,
    /// Publication times, best first; the first that is a date wins.
    pub published: Vec<Claim<DateText>>,
    /// Times of change, best first.
    pub updated: Vec<Claim<DateText>>,
    /// Names, one a person, cleaned of "By".
    pub authors: Option<Claim<Vec<String>>>,
    /// A short text, plain.
    pub summary: Option<Claim<String>>,
    /// The body as markup, not yet sanitised; addresses as written.
    pub body: Option<Claim<String>>,
    /// How the body was found: `configured`, `readability`, `json-ld`, …
    pub strategy: &'static str,
    /// The lead picture.
    pub image: Option<Claim<Image>>,
    /// Subjects.
    pub categories: Vec<String>,
    /// Files that belong to the story: address, media type where the page says so, length where it says so.
    pub enclosures: Vec<EnclosureClaim>,
    /// Language tag from the markup.
    pub language: Option<String>,
    /// The name of the site.
    pub site_name: Option<String>,
    /// The publication it was reprinted from, and the original's address.
    pub source: Option<Attribution>,
    /// Comments.
    pub comments: Option<Comments>,
    /// The next page of the same article (only where configured).
    pub next: Option<Url>,
    /// What the page shows instead of an article, if it shows none. The claims are then of that page.
    pub absence: Option<absence::Absence>,
    /// Configured fields that matched nothing, by name and words.
    pub unmatched: Vec<(&'static str, String)>,
}

/// A file an article page names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnclosureClaim {
    /// Absolute http(s) address.
    pub url: Url,
    /// Media type, where the page says so.
    pub media_type: Option<String>,
    /// Size in bytes, where the page says so.
    pub length: Option<u64>,
    /// Words of the link.
    pub title: Option<String>,
}

/// How to read an article: the `article` table of feeds.toml, compiled.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The elements that make up the body; without it the body is found.
    pub content: Option<Field>,
    /// Elements left out of the body wherever they stand.
    pub remove: Vec<Selector>,
    /// Whether blocks that stand in several articles of the source stay in the body.
    pub keep_recurring: bool,
    /// The headline.
    pub title: Option<Field>,
    /// The publication time.
    pub date: Option<Field>,
    /// The time of the last change.
    pub updated: Option<Field>,
    /// Names.
    pub author: Option<Field>,
    /// A short text.
    pub summary: Option<Field>,
    /// The lead picture.
    pub image: Option<Field>,
    /// Subjects.
    pub categories: Option<Field>,
    /// Files.
    pub enclosure: Option<Field>,
    /// The publication it was reprinted from.
    pub source: Option<Field>,
    /// The link to the original (its address is taken).
    pub via: Option<Field>,
    /// The number of comments (its first number is taken).
    pub comments: Option<Field>,
    /// The link to the next page of the article.
    pub next: Option<Field>,
}

/// Reads what an article page claims; fields that `rules` name come from there first.
///
/// Each witness is heard once; their words are weighed in the order configured, JSON-LD, OpenGraph, microdata, other
/// `<meta>`, `<time>`, visible text, address.
pub fn read(document: &crate::page::Document, rules: &Rules) -> Article {
    traits::Judge::with(|judge| read_with(document, rules, judge))
}

fn read_with(document: &crate::page::Document, rules: &Rules, judge: &mut traits::Judge) -> Article {
    let mut article = Article { language: document.declared_language().map(str::to_owned), ..Article::default() };
    // A body that is configured needs no measures of all the page.
    let body = body::whole(document).filter(|_| rules.content.is_none());
    // About half of all nodes are texts.
    let elements = document.html().tree.values().len() / 2;
    let mut walk = body.map(|body| measure::Walk::new(body.id(), &rules.remove, elements));
    let survey = survey::survey(document, judge, walk.as_mut());
    let page = walk.map(measure::Walk::measures);
    let json_ld = jsonld::testify(document).unwrap_or_default();
    let open_graph = meta::open_graph(document);
    let microdata = microdata::testify(document, &survey);
    let other = meta::other(document, &survey);
    article.site_name = [&open_graph, &json_ld, &other].into_iter().find_map(|said| said.site_name.clone());
    article.title = title::choose(&survey, &json_ld, &open_graph, &microdata, &other, article.site_name.as_deref());
    let written = json_ld.body.clone();
    let headline = article.title.as_ref().map(|claim| claim.value.clone());
    let visible = visible::testify(document, &survey, headline.as_deref());
    let times = dateline::time_elements(&survey);
    merge::configured(&mut article, document, rules);
    let witnesses = [
        (Origin::JsonLd, json_ld),
        (Origin::OpenGraph, open_graph),
        (Origin::Microdata, microdata),
        (Origin::Meta, other),
        (Origin::TimeElement, times),
        (Origin::Visible, visible),
        (Origin::Meta, meta::undecided(document)),
    ];
    let page_title = survey.title.map(|title| title.text().collect::<String>());
    let site = merge::Site::new(document, &witnesses, page_title.as_deref());
    merge::authors(&mut article, &witnesses, &site);
    merge::source(&mut article, &witnesses);
    for (origin, testimony) in witnesses {
        merge::add(&mut article, document, rules, origin, testimony);
    }
    merge::address_date(&mut article, document.url());
    merge::last_dates(&mut article, &survey);
    let headline = article.title.as_ref().map(|claim| claim.value.as_str());
    let found = body::find(document, rules, page, judge, headline, written.as_deref());
    if found.unmatched
        && let Some(field) = &rules.content
    {
        article.unmatched.push(("content", field.written()));
    }
    article.body = found.claim;
    article.strategy = found.strategy;
    merge::from_body(&mut article, document, rules);
    article.absence = absence::find(document, &survey, &article);
    article
}

#[cfg(test)]
mod tests;
