//! What microdata, `RDFa` and microformats2 say in the visible page.

use scraper::{ElementRef, Selector};

use super::survey::Survey;
use super::testimony::{Testimony, picture};
use crate::page::{Document, document::text};
use crate::selector;

/// Reads `itemprop`, `property` and h-entry classes; the first of each counts.
pub(super) fn testify(document: &Document, survey: &Survey<'_>) -> Testimony {
    let first = |selector: &Selector| survey.first_marked(selector).map(content).filter(|text| !text.is_empty());
    let headline =
        selector!("[itemprop~=headline], [property~='schema:headline'], .h-entry .p-name, .hentry .entry-title");
    let published = selector!(
        "[itemprop~=datePublished], [property~='schema:datePublished'], .h-entry .dt-published, .hentry .published"
    );
    let modified = selector!("[itemprop~=dateModified], .h-entry .dt-updated, .hentry .updated");
    let author = selector!("[itemprop~=author], [property~='schema:author'], .h-entry .p-author, .hentry .vcard .fn");
    Testimony {
        title: first(headline),
        published: first(published).into_iter().collect(),
        updated: first(modified).into_iter().collect(),
        authors: survey
            .marked
            .iter()
            .filter(|element| author.matches(element))
            .take(12)
            .copied()
            .filter(outermost)
            .map(name)
            .filter(|name| name.chars().count() < 120)
            .collect(),
        images: survey
            .first_marked(selector!("[itemprop~=image]"))
            .and_then(|image| {
                let address = ["content", "src", "href", "data-src"].into_iter().find_map(|key| image.attr(key))?;
                document.resolve(address).map(picture)
            })
            .into_iter()
            .collect(),
        categories: tags(survey),
        ..Testimony::default()
    }
}

fn tags(survey: &Survey<'_>) -> Vec<String> {
    let tag = selector!("a[rel~=tag]");
    survey.anchors.iter().filter(|link| tag.matches(link)).take(12).map(|link| text(*link)).collect()
}

/// The value of a property: `content`, `datetime`, `title` of an abbreviation, or the words.
fn content(element: ElementRef<'_>) -> String {
    let written = ["content", "datetime"].into_iter().find_map(|name| element.attr(name));
    let written = written.or_else(|| element.attr("title").filter(|_| element.value().name() == "abbr"));
    written.map_or_else(|| text(element), |value| value.trim().to_owned())
}

/// Whether `element` is not inside a comment or another author.
fn outermost(element: &ElementRef<'_>) -> bool {
    element.ancestors().take(8).filter_map(ElementRef::wrap).all(|outer| {
        let itemtype = outer.attr("itemtype").unwrap_or_default();
        let nested =
            outer.attr("itemprop").is_some_and(|props| props.split(' ').any(|p| p == "author" || p == "comment"));
        !nested && !itemtype.ends_with("/Comment")
    })
}

fn name(author: ElementRef<'_>) -> String {
    match author.select(selector!("[itemprop~=name], .p-name")).next() {
        Some(name) => content(name),
        None => content(author),
    }
}
