//! Index pages: [`Document`] → [`Listing`].
//!
//! Pure. Each way to read a listing is one file in `listing/` and one line in [`read`]: the configured selectors, or,
//! without them, JSON-LD and microdata lists and then repeated structures of links. A teaser carries what the index
//! page says, as text: dates are parsed and addresses made canonical later.

mod about;
mod address;
mod addresses;
mod auto;
mod beginnings;
mod changelog;
mod class;
pub mod container;
mod css;
mod describe;
mod jsonld;
mod line;
mod look;
mod microdata;
mod next;
mod outline;
mod refused;
mod selectors;
#[cfg(test)]
mod tests;
mod when;
mod words;

use std::collections::HashSet;

use scraper::Selector;
use url::Url;

use self::addresses::Key;
use self::outline::Outline;
pub use self::refused::Refused;
pub use self::selectors::{Selectors, selectors};
use crate::page::Document;
use crate::page::field::{Field, Match};

/// What an index page says of one story; untrusted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Teaser {
    /// Where the story is; absolute http(s). A teaser without one is not made.
    pub url: Option<Url>,
    /// The headline, one line of plain text.
    pub title: Option<String>,
    /// The publication time as the page writes it.
    pub published: Option<DateText>,
    /// The time of the last change as the page writes it.
    pub updated: Option<DateText>,
    /// A short text, plain.
    pub summary: Option<String>,
    /// Body as HTML, where the listing itself has the whole text.
    pub content: Option<String>,
    /// A picture.
    pub image: Option<Url>,
    /// Names as written, one per match.
    pub authors: Vec<String>,
    /// Subjects as written.
    pub categories: Vec<String>,
    /// Files that belong to the story.
    pub enclosures: Vec<Url>,
    /// The site's own permanent name for the story.
    pub guid: Option<String>,
}

/// A date as a page writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateText {
    /// The text, one line.
    pub text: String,
    /// How it is written, where the configuration says so (chrono's `strftime` items).
    pub format: Option<String>,
}

impl From<Match> for DateText {
    fn from(found: Match) -> Self {
        Self { text: found.text, format: found.format }
    }
}

/// What an index page says.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The stories in the order of the page, each address once.
    pub teasers: Vec<Teaser>,
    /// The page with older stories.
    pub next: Option<Url>,
    /// The name of the site or section.
    pub title: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// BCP 47 tag from the markup.
    pub language: Option<String>,
    /// A picture for the feed.
    pub icon: Option<Url>,
    /// Who holds which rights.
    pub rights: Option<String>,
    /// The e-mail address of whoever answers for the content.
    pub editor: Option<String>,
    /// How the list was found: `css`, `json-ld`, `microdata` or `auto`.
    pub strategy: &'static str,
    /// Items without an address or a title that were left out.
    pub skipped: usize,
    /// What was found in place of a list, where none was; the most likely first, at most three.
    pub refused: Vec<Refused>,
    /// Configured fields that matched in no item, by name and words.
    pub unmatched: Vec<(&'static str, String)>,
}

/// How to read a listing: the `listing` table of feeds.toml, compiled.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The elements that are one story each; without it the list is detected.
    pub items: Option<Vec<Selector>>,
    /// The words of `items`, for messages.
    pub items_written: String,
    /// The headline.
    pub title: Option<Field>,
    /// The address; without it, the item's first link.
    pub link: Option<Field>,
    /// The publication time.
    pub date: Option<Field>,
    /// The time of the last change.
    pub updated: Option<Field>,
    /// A short text.
    pub summary: Option<Field>,
    /// The body.
    pub content: Option<Field>,
    /// A picture.
    pub image: Option<Field>,
    /// Names.
    pub author: Option<Field>,
    /// Subjects.
    pub categories: Option<Field>,
    /// Files.
    pub enclosure: Option<Field>,
    /// The site's own id.
    pub guid: Option<Field>,
    /// The link to older stories.
    pub next: Option<Field>,
}

/// The most stories of one page.
const MAX_ITEMS: usize = 2_000;
/// Detection must find this much more than the page's own data lists before it is preferred.
const CLEARLY_MORE: f32 = 1.5;

/// Reads the list of stories from an index page, by `rules` where they say how, else by detection.
pub fn read(document: &Document, rules: &Rules) -> Listing {
    let mut outline = None;
    let mut listing = match &rules.items {
        Some(items) => css::read(document, rules, items),
        None => detect(document, rules, outline.insert(Outline::of(document))),
    };
    once_each(&mut listing.teasers);
    listing.teasers.truncate(MAX_ITEMS);
    listing.next = match &rules.next {
        Some(field) => {
            let found = field.text(document.root(), document).and_then(|text| document.resolve(&text));
            if found.is_none() && !field.optional {
                listing.unmatched.push(("next", field.written()));
            }
            found
        }
        None => next::next_page(document, outline.get_or_insert_with(|| Outline::of(document))),
    };
    listing.title = about::title(document);
    listing.description = about::description(document);
    listing.language = document.declared_language().map(str::to_owned);
    listing.icon = about::icon(document);
    listing.rights = about::rights(document);
    listing.editor = about::editor(document);
    listing
}

/// Every way to find a list without configured items, the surest first.
fn detect<'a>(document: &'a Document, rules: &Rules, outline: &mut Outline<'a>) -> Listing {
    let data = jsonld::teasers(document);
    let (data, strategy) =
        if data.is_empty() { (microdata::teasers(document, outline), "microdata") } else { (data, "json-ld") };
    let usable = !data.is_empty() && !rules.has_fields();
    if usable && !is_clearly_more(outline.addresses.len(), data.len()) {
        return Listing { teasers: data, strategy, ..Listing::default() };
    }
    let chosen = auto::choose(document, outline);
    if usable && !has_clearly_more(outline, &chosen, &data) {
        return Listing { teasers: data, strategy, ..Listing::default() };
    }
    let changes = changelog::teasers(document, outline, chosen.len());
    if !changes.is_empty() {
        return Listing { teasers: changes, strategy: "auto", ..Listing::default() };
    }
    let mut listing = Listing { strategy: "auto", ..Listing::default() };
    if chosen.len() == 0 {
        listing.refused = refused::refused(document, outline, chosen.is_one_story);
    }
    css::refine(document, rules, auto::stories(document, outline, chosen), &mut listing);
    listing
}

#[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
fn is_clearly_more(found: usize, listed: usize) -> bool {
    found as f32 >= listed as f32 * CLEARLY_MORE
}

/// Whether detection found all that the page's own data lists and a good deal besides.
fn has_clearly_more(outline: &Outline<'_>, chosen: &auto::Chosen, data: &[Teaser]) -> bool {
    if !is_clearly_more(chosen.len(), data.len()) {
        return false;
    }
    let found: HashSet<Key<'_>> = chosen.addresses(outline).map(|address| address.key()).collect();
    let shared = data.iter().filter_map(|teaser| teaser.url.as_ref()).filter(|url| found.contains(&Key::of(url)));
    shared.count() * 10 >= data.len() * 8
}

/// Keeps the first teaser of every address.
fn once_each(teasers: &mut Vec<Teaser>) {
    let mut seen = HashSet::with_capacity(teasers.len());
    let is_first = teasers.iter().map(|teaser| teaser.url.as_ref().is_some_and(|url| seen.insert(url.as_str())));
    let mut is_first = is_first.collect::<Vec<bool>>().into_iter();
    teasers.retain(|_| is_first.next().unwrap_or(false));
}
