//! Configured selectors → teasers.
//!
//! With `items`, every matching element is one story, and fields without a selector are read as detection reads a
//! block. Without `items`, the other fields refine the blocks that were detected.

use scraper::{ElementRef, Selector};
use url::Url;

use super::auto::Story;
use super::class::Classes;
use super::describe::describe;
use super::{DateText, Listing, MAX_ITEMS, Rules, Teaser, words};
use crate::page::field::Field;
use crate::page::{Document, document};

impl Rules {
    /// The configured fields of an item by their words in feeds.toml.
    fn fields(&self) -> [(&'static str, Option<&Field>); 11] {
        [
            ("title", self.title.as_ref()),
            ("link", self.link.as_ref()),
            ("date", self.date.as_ref()),
            ("updated", self.updated.as_ref()),
            ("summary", self.summary.as_ref()),
            ("content", self.content.as_ref()),
            ("image", self.image.as_ref()),
            ("author", self.author.as_ref()),
            ("categories", self.categories.as_ref()),
            ("enclosure", self.enclosure.as_ref()),
            ("guid", self.guid.as_ref()),
        ]
    }

    /// Whether any field of an item is configured.
    pub(super) fn has_fields(&self) -> bool {
        self.fields().iter().any(|(_, field)| field.is_some())
    }
}

/// Reads the elements of the first of `items` that matches anything.
pub(super) fn read(document: &Document, rules: &Rules, items: &[Selector]) -> Listing {
    let mut listing = Listing { strategy: "css", ..Listing::default() };
    let scopes = items.iter().map(|selector| document.select(selector).take(MAX_ITEMS).collect::<Vec<_>>());
    let Some(scopes) = scopes.into_iter().find(|scopes| !scopes.is_empty()) else {
        listing.unmatched.push(("items", rules.items_written.clone()));
        return listing;
    };
    let mut matched = Matched::default();
    let mut classes = Classes::default();
    for scope in scopes {
        let mut teaser = describe(&[scope], document, &mut classes);
        let heading = teaser.title.take();
        apply(document, rules, scope, &mut teaser, &mut matched);
        if rules.link.is_none() {
            teaser.url = link(document, rules, scope);
        }
        if rules.title.is_none() {
            teaser.title = heading.or_else(|| link_text(document, scope, teaser.url.as_ref()));
        }
        if let (None, Some(title)) = (&rules.summary, &teaser.title) {
            teaser.summary = teaser.summary.filter(|summary| !words::repeats(summary, title));
        }
        if teaser.url.is_some() && teaser.title.is_some() {
            listing.teasers.push(teaser);
        } else {
            listing.skipped += 1;
        }
    }
    matched.report(rules, &mut listing);
    listing
}

/// Lets the configured fields speak inside detected blocks, where they match.
pub(super) fn refine(document: &Document, rules: &Rules, stories: Vec<Story<'_>>, listing: &mut Listing) {
    if !rules.has_fields() {
        listing.teasers.extend(stories.into_iter().map(|story| story.teaser));
        return;
    }
    let mut matched = Matched::default();
    for Story { block, mut teaser } in stories {
        for scope in block {
            apply(document, rules, scope, &mut teaser, &mut matched);
        }
        listing.teasers.push(teaser);
    }
    if !listing.teasers.is_empty() {
        matched.report(rules, listing);
    }
}

/// The names of fields that gave a value at least once.
#[derive(Default)]
struct Matched(Vec<&'static str>);

impl Matched {
    fn note(&mut self, name: &'static str) {
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    fn report(&self, rules: &Rules, listing: &mut Listing) {
        for (name, field) in rules.fields() {
            if let Some(field) = field
                && !field.optional
                && !self.0.contains(&name)
            {
                listing.unmatched.push((name, field.written()));
            }
        }
    }
}

/// Writes the values of the configured fields over what the teaser has; a field without a match changes nothing.
fn apply(document: &Document, rules: &Rules, scope: ElementRef<'_>, teaser: &mut Teaser, matched: &mut Matched) {
    for (name, field) in rules.fields() {
        let Some(field) = field else { continue };
        let values = field.values(scope, document);
        let Some(first) = values.first().cloned() else { continue };
        let texts = || values.iter().map(|found| found.text.clone()).collect::<Vec<_>>();
        let address = || document.resolve(&first.text);
        let used = match name {
            "link" => set(&mut teaser.url, linked(document, field, scope).or_else(address)),
            "image" => set(&mut teaser.image, address()),
            "enclosure" => {
                teaser.enclosures = values.iter().filter_map(|found| document.resolve(&found.text)).collect();
                !teaser.enclosures.is_empty()
            }
            "date" => set(&mut teaser.published, Some(DateText::from(first))),
            "updated" => set(&mut teaser.updated, Some(DateText::from(first))),
            "title" => set(&mut teaser.title, Some(first.text)),
            "summary" => set(&mut teaser.summary, Some(first.text)),
            "content" => set(&mut teaser.content, content(field, scope).or(Some(first.text))),
            "guid" => set(&mut teaser.guid, Some(first.text)),
            "author" => {
                teaser.authors = texts();
                true
            }
            _ => {
                teaser.categories = texts();
                true
            }
        };
        if used {
            matched.note(name);
        }
    }
}

fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let some = value.is_some();
    if some {
        *place = value;
    }
    some
}

/// `link = "h3 a"` without an attribute means the link's address, not its text.
fn linked(document: &Document, field: &Field, scope: ElementRef<'_>) -> Option<Url> {
    if field.alternatives.iter().any(|alternative| alternative.attribute.is_some() || alternative.regex.is_some()) {
        return None;
    }
    let element = field.elements(scope).into_iter().next()?;
    let own = element.attr("href");
    let inner = || element.select(crate::selector!("a[href]")).next()?.attr("href");
    document.resolve(own.or_else(inner)?)
}

/// The markup of a body that is configured without an attribute or pattern.
fn content(field: &Field, scope: ElementRef<'_>) -> Option<String> {
    if field.alternatives.iter().any(|alternative| alternative.attribute.is_some() || alternative.regex.is_some()) {
        return None;
    }
    let html: String = field.elements(scope).into_iter().take(1).map(|element| element.inner_html()).collect();
    (!html.trim().is_empty()).then_some(html)
}

/// The item itself, the link of its title, or its first link with text.
fn link(document: &Document, rules: &Rules, scope: ElementRef<'_>) -> Option<Url> {
    if let Some(url) = address(document, scope) {
        return Some(url);
    }
    let titles = rules.title.as_ref().map(|title| title.elements(scope)).unwrap_or_default();
    let headings = scope.select(crate::selector!("h1, h2, h3, h4, h5, h6"));
    for title in titles.into_iter().chain(headings) {
        let inside = title.descendent_elements().find_map(|element| address(document, element));
        let around =
            || title.ancestors().take(6).filter_map(ElementRef::wrap).find_map(|above| address(document, above));
        if let Some(url) = inside.or_else(around) {
            return Some(url);
        }
    }
    let links = || scope.select(crate::selector!("a[href]"));
    let worded = links().find(|link| !words::is_generic(&document::text(*link)) && address(document, *link).is_some());
    worded.or_else(|| links().next()).and_then(|link| address(document, link))
}

fn address(document: &Document, element: ElementRef<'_>) -> Option<Url> {
    if element.value().name() != "a" {
        return None;
    }
    document.resolve(element.attr("href")?)
}

/// The longest text of the links to `url`, or a picture's description.
fn link_text(document: &Document, scope: ElementRef<'_>, url: Option<&Url>) -> Option<String> {
    let links = scope.descendent_elements().filter(|element| {
        let own = address(document, *element);
        own.is_some() && own.as_ref() == url
    });
    let links: Vec<_> = links.collect();
    let texts = links.iter().map(|link| document::text(*link)).filter(|text| !words::is_generic(text));
    if let Some(text) = texts.max_by_key(String::len) {
        return Some(text);
    }
    let images = links.iter().filter_map(|link| link.select(crate::selector!("img[alt]")).next());
    let alt = images.filter_map(|image| image.attr("alt")).map(str::trim).find(|alt| !words::is_generic(alt));
    if let Some(alt) = alt {
        return Some(alt.to_owned());
    }
    let all = document::text(scope);
    (!all.is_empty() && all.len() < 200 && url.is_none_or(|_| links.is_empty())).then_some(all)
}
