//! Marked-up blocks → teasers: microdata articles (<https://schema.org/>) and h-entry
//! (<https://microformats.org/wiki/h-entry>, `hentry` before it).
//!
//! A list counts if at least three blocks have an address and a name.

use scraper::ElementRef;

use super::class::Classes;
use super::describe::describe;
use super::outline::Outline;
use super::{MAX_ITEMS, Teaser, words};
use crate::page::{Document, document};

/// Fewer blocks are no listing.
const MIN_ITEMS: usize = 3;

/// The blocks of the first kind of markup that has enough, or nothing.
pub(super) fn teasers(document: &Document, outline: &Outline<'_>) -> Vec<Teaser> {
    let mut classes = Classes::default();
    for kind in [&outline.articles, &outline.entries] {
        if kind.len() < MIN_ITEMS {
            continue;
        }
        let blocks = kind.iter().take(MAX_ITEMS).filter_map(|index| Some(outline.elements.get(*index)?.element));
        let blocks = blocks.filter(|block| !is_nested(*block));
        let found: Vec<Teaser> = blocks.filter_map(|block| teaser(document, block, &mut classes)).collect();
        if found.len() >= MIN_ITEMS {
            return found;
        }
    }
    Vec::new()
}

/// Comments and quoted stories are blocks inside blocks.
fn is_nested(block: ElementRef<'_>) -> bool {
    block.ancestors().take(30).filter_map(ElementRef::wrap).any(|above| {
        above.value().classes().any(|class| matches!(class, "h-entry" | "hentry"))
            || above.attr("itemtype").is_some_and(|kind| kind.ends_with("Article") || kind.ends_with("BlogPosting"))
    })
}

fn teaser<'a>(document: &Document, block: ElementRef<'a>, classes: &mut Classes<'a>) -> Option<Teaser> {
    let named =
        block.select(crate::selector!("[itemprop~=headline], [itemprop~=name], .p-name, .entry-title, h1, h2, h3, h4"));
    let marked = crate::selector!(
        "a[itemprop~=url][href], a.u-url[href], a[rel~=bookmark][href], a[itemprop~=mainEntityOfPage][href]"
    );
    for name in named {
        let title = document::text(name);
        if words::is_generic(&title) {
            continue;
        }
        let inside = name.descendent_elements().find_map(|element| address(document, element));
        let around = name.ancestors().take(4).filter_map(ElementRef::wrap).find_map(|above| address(document, above));
        let beside = || block.select(marked).find_map(|element| address(document, element));
        let url = inside.or(around).or_else(beside)?;
        let mut teaser = describe(&[block], document, classes);
        teaser.summary = teaser.summary.filter(|summary| !words::repeats(summary, &title));
        teaser.url = Some(url);
        teaser.title = Some(title);
        return Some(teaser);
    }
    None
}

fn address(document: &Document, element: ElementRef<'_>) -> Option<url::Url> {
    if element.value().name() != "a" {
        return None;
    }
    document.resolve(element.attr("href")?).filter(|url| url != document.url())
}
