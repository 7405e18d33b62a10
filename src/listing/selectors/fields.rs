//! Selectors for what stands inside the items of a listing: title, link, date, summary, picture.
//!
//! A name is as good as the share of items in which the first element that it matches holds what was detected. It
//! refuses names that are right in fewer than nine of ten items that have the field.

use std::collections::BTreeMap;

use scraper::{ElementRef, Selector};

use super::names::{self, Name};
use super::{Alternative, Field, Look, story_key};
use crate::listing::outline::truncate;
use crate::listing::{Teaser, when};
use crate::page::{Document, document};

/// The least share of right values.
const ENOUGH: f32 = 0.9;
/// The least share of the items that must have a field before it gets a selector.
const LEAST_PRESENT: f32 = 0.3;
/// A second alternative must add at least this share.
const WORTH_A_SECOND: f32 = 0.05;
/// The most items from which names are taken.
const SAMPLE: usize = 24;
/// The most elements of one item that are looked at.
const MAX_ELEMENTS: usize = 300;
/// The most names of one field that are tried on every item.
const MAX_TRIED: usize = 40;
/// What a short name is worth beside one that is right more often.
const COST_WEIGHT: f32 = 0.03;
/// Where the address of a picture may stand.
const PICTURES: [&str; 6] = ["src", "data-src", "data-original", "data-lazy-src", "data-lazy", "data-url"];
/// Where a headline may stand that is not shown as text.
const TITLES: [&str; 3] = ["title", "alt", "aria-label"];
/// Where machines read a date.
const DATES: [&str; 3] = ["datetime", "content", "title"];

/// The fields of the items `scopes`, by their words in feeds.toml.
pub(super) fn fields(document: &Document, scopes: &[(ElementRef<'_>, &Teaser)]) -> Vec<(&'static str, Vec<String>)> {
    let kinds = [Kind::Title, Kind::Link, Kind::Date, Kind::Summary, Kind::Image];
    kinds.into_iter().filter_map(|kind| Some((kind.key(), kind.find(document, scopes)?))).collect()
}

/// The compiled alternatives of a field; `None` if one of them is no selector.
pub(super) fn compile(written: &[String]) -> Option<Field> {
    let alternatives: Option<Vec<Alternative>> = written.iter().map(|text| alternative(text)).collect();
    Some(Field { alternatives: alternatives?, optional: true })
}

fn alternative(written: &str) -> Option<Alternative> {
    let (css, attribute) = written.split_once('@').map_or((written, None), |(css, name)| (css, Some(name.to_owned())));
    let look = if css.is_empty() || css == "." { Look::Scope } else { Look::Css(Selector::parse(css).ok()?) };
    let written = written.to_owned();
    Some(Alternative { look, attribute, all: false, join: None, regex: None, format: None, written })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Title,
    Link,
    Date,
    Summary,
    Image,
}

impl Kind {
    fn key(self) -> &'static str {
        match self {
            Kind::Title => "title",
            Kind::Link => "link",
            Kind::Date => "date",
            Kind::Summary => "summary",
            Kind::Image => "image",
        }
    }

    fn attributes(self) -> &'static [&'static str] {
        match self {
            Kind::Title => &TITLES,
            Kind::Summary => &[],
            Kind::Link => &["href"],
            Kind::Date => &DATES,
            Kind::Image => &PICTURES,
        }
    }

    /// Whether a value without an attribute, the visible text, may hold the field.
    fn is_text(self) -> bool {
        matches!(self, Kind::Title | Kind::Summary | Kind::Date)
    }

    fn is_present(self, teaser: &Teaser) -> bool {
        match self {
            Kind::Title => teaser.title.is_some(),
            Kind::Link => teaser.url.is_some(),
            Kind::Date => teaser.published.is_some(),
            Kind::Summary => teaser.summary.is_some(),
            Kind::Image => teaser.image.is_some(),
        }
    }

    /// Whether `text` says what was detected.
    fn is(self, text: &str, teaser: &Teaser, document: &Document) -> bool {
        match self {
            Kind::Title => teaser.title.as_deref() == Some(text),
            Kind::Link => {
                let key = document.resolve(text).map(|url| story_key(&url));
                key.is_some() && key == teaser.url.as_ref().map(story_key)
            }
            Kind::Date => {
                let mut folded = String::new();
                document::push_folded(&mut folded, text.trim());
                truncate(&mut folded, 600);
                let Some(date) = &teaser.published else { return false };
                // A date that detection took out of a longer text is none for a selector, which takes the whole.
                date.text == folded || when::is_date(&folded, document) && date.text == when::plain(folded, document)
            }
            Kind::Summary => teaser.summary.as_deref() == Some(text),
            Kind::Image => teaser.image.is_some() && document.resolve(text) == teaser.image,
        }
    }

    /// The alternatives of the field that read best, if they read well enough.
    fn find(self, document: &Document, scopes: &[(ElementRef<'_>, &Teaser)]) -> Option<Vec<String>> {
        let with: Vec<(ElementRef<'_>, &Teaser)> =
            scopes.iter().filter(|(_, teaser)| self.is_present(teaser)).copied().collect();
        if with.is_empty() || share(with.len(), scopes.len()) < LEAST_PRESENT {
            return None;
        }
        let mut tried: Vec<(Name, Vec<bool>)> = Vec::new();
        for name in self.names(document, &with) {
            let Some(field) = compile(std::slice::from_ref(&name.written)) else { continue };
            let right = with.iter().map(|(scope, teaser)| {
                field.text(*scope, document).is_some_and(|text| self.is(&text, teaser, document))
            });
            tried.push((name, right.collect()));
        }
        let score = |(name, right): &(Name, Vec<bool>)| {
            share(right.iter().filter(|right| **right).count(), right.len()) - name.cost * COST_WEIGHT
        };
        let (best, right) = tried.iter().reduce(|best, next| if score(next) > score(best) { next } else { best })?;
        let mut written = vec![best.written.clone()];
        let mut reached = share(right.iter().filter(|right| **right).count(), right.len());
        let second = tried.iter().filter(|(name, _)| name.written != best.written).map(|(name, other)| {
            let either = right.iter().zip(other).filter(|(a, b)| **a || **b).count();
            (share(either, right.len()) - name.cost * COST_WEIGHT, either, name)
        });
        if let Some((_, either, name)) = second.reduce(|best, next| if next.0 > best.0 { next } else { best })
            && share(either, right.len()) >= reached + WORTH_A_SECOND
        {
            let both = [best.written.clone(), name.written.clone()];
            let swapped = [name.written.clone(), best.written.clone()];
            let (right, order) = [both, swapped]
                .into_iter()
                .map(|order| (self.right(document, &with, &order), order))
                .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
            if share(right, with.len()) > reached {
                reached = share(right, with.len());
                written = order.to_vec();
            }
        }
        (reached >= ENOUGH).then_some(written)
    }

    /// In how many items `written` reads what was detected.
    fn right(self, document: &Document, with: &[(ElementRef<'_>, &Teaser)], written: &[String]) -> usize {
        let Some(field) = compile(written) else { return 0 };
        let right = |scope, teaser| field.text(scope, document).is_some_and(|text| self.is(&text, teaser, document));
        with.iter().filter(|(scope, teaser)| right(*scope, teaser)).count()
    }

    /// Names of the elements that hold the field, those that fit most items first.
    fn names(self, document: &Document, with: &[(ElementRef<'_>, &Teaser)]) -> Vec<Name> {
        let mut known: BTreeMap<String, (f32, usize)> = BTreeMap::new();
        let step = with.len().div_ceil(SAMPLE).max(1);
        for (scope, teaser) in with.iter().step_by(step) {
            for element in scope.descendent_elements().take(MAX_ELEMENTS) {
                for attribute in self.holders(element, teaser, document) {
                    let end = attribute.map(|attribute| format!("@{attribute}")).unwrap_or_default();
                    let own = if attribute.is_none_or(|name| matches!(name, "href" | "src" | "datetime")) {
                        0.0
                    } else {
                        0.2
                    };
                    let found = if element.id() == scope.id() {
                        // The text of the whole item is what is read without a selector.
                        if end.is_empty() {
                            continue;
                        }
                        vec![Name { written: String::new(), cost: 0.2 }]
                    } else {
                        names::inside(element, *scope)
                    };
                    for Name { written, cost } in found {
                        known.entry(written + &end).or_insert((cost + own, 0)).1 += 1;
                    }
                }
            }
        }
        let mut names: Vec<(usize, Name)> =
            known.into_iter().map(|(written, (cost, count))| (count, Name { written, cost })).collect();
        names.sort_by(|a, b| {
            b.0.cmp(&a.0).then(a.1.cost.total_cmp(&b.1.cost)).then_with(|| a.1.written.cmp(&b.1.written))
        });
        names.truncate(MAX_TRIED);
        names.into_iter().map(|(_, name)| name).collect()
    }

    /// Where on `element` the field stands: in which attributes, or (`None`) in its text.
    fn holders(self, element: ElementRef<'_>, teaser: &Teaser, document: &Document) -> Vec<Option<&'static str>> {
        let is_picture = matches!(element.value().name(), "img" | "source");
        if self == Kind::Image && !is_picture || self == Kind::Link && element.value().name() != "a" {
            return Vec::new();
        }
        let written = |name: &str| element.attr(name).is_some_and(|text| self.is(text.trim(), teaser, document));
        let mut found: Vec<Option<&'static str>> =
            self.attributes().iter().filter(|name| written(name)).map(|name| Some(*name)).collect();
        if (found.is_empty() || self == Kind::Title)
            && self.is_text()
            && self.is(&document::text(element), teaser, document)
        {
            found.push(None);
        }
        found
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}
