//! The element that holds a list, so that a list without items today can be told from a list that is gone.
//!
//! A container is remembered as a CSS selector of ids and classes; one that could be anything (`body`, a plain `div`)
//! is not remembered.

use html5ever::local_name;
use memchr::memmem::Finder;
use scraper::{ElementRef, Selector};

use super::Listing;
use crate::page::Document;

/// The most elements of a selector.
const MAX_STEPS: usize = 4;
/// The most classes of one element that are named.
const MAX_CLASSES: usize = 3;

/// The element that holds the first and the last story of `listing`, as a selector that finds it again.
pub fn of(document: &Document, listing: &Listing) -> Option<String> {
    let (first, last) = (listing.teasers.first()?, listing.teasers.get(1..)?.last()?);
    let first = link_to(document, first.url.as_ref()?)?;
    let last = link_to(document, last.url.as_ref()?)?;
    let ancestors: Vec<_> = first.ancestors().map(|node| node.id()).collect();
    let shared = last.ancestors().find(|node| ancestors.contains(&node.id())).and_then(ElementRef::wrap)?;
    let written = written(shared)?;
    Selector::parse(&written).is_ok_and(|selector| document.first(&selector) == Some(shared)).then_some(written)
}

/// Whether the element that `container` names is still there and holds no link any more.
pub fn stands_empty(document: &Document, container: &str) -> bool {
    let Ok(selector) = Selector::parse(container) else { return false };
    let mut found = document.select(&selector).peekable();
    found.peek().is_some() && found.all(|element| element.select(crate::selector!("a[href]")).next().is_none())
}

/// The first link to `url`; the last part of the path is compared before addresses are resolved.
fn link_to<'a>(document: &'a Document, url: &url::Url) -> Option<ElementRef<'a>> {
    let name = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = Finder::new(name);
    // The nodes in the order in which a selector meets them.
    let elements = document.html().tree.nodes().filter_map(ElementRef::wrap);
    elements.filter(|element| element.value().name.local == local_name!("a")).find(|link| {
        let Some(href) = link.attr("href") else { return false };
        let likely = name.find(href.as_bytes()).is_some() || href.contains('%') || !href.is_ascii();
        likely && document.resolve(href).as_ref() == Some(url)
    })
}

/// `main > ul.stories`: up to the first element with an id, or [`MAX_STEPS`]; `None` if nothing in it has a name.
fn written(element: ElementRef<'_>) -> Option<String> {
    let mut steps = Vec::new();
    let mut named = false;
    let above = element.ancestors().filter_map(ElementRef::wrap);
    for element in std::iter::once(element).chain(above).take(MAX_STEPS) {
        let value = element.value();
        if matches!(value.name(), "html" | "body") {
            break;
        }
        if let Some(id) = value.id().filter(|id| is_plain(id)) {
            steps.push(format!("{}#{id}", value.name()));
            named = true;
            break;
        }
        let classes = value.classes().filter(|class| is_plain(class)).take(MAX_CLASSES);
        let step = classes.fold(value.name().to_owned(), |step, class| step + "." + class);
        // A name above says where the list is, a name of its own what it is; one of them is enough.
        named |= step.contains('.');
        steps.push(step);
    }
    steps.reverse();
    named.then(|| steps.join(" > "))
}

/// Whether `name` is a word that a person chose: it needs no escapes, and no number in it may change tomorrow.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphabetic() || b == b'-' || b == b'_';
    !name.is_empty()
        && name.len() <= 60
        && name.bytes().all(plain)
        && name.bytes().any(|b| b.is_ascii_alphabetic())
        && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::{Rules, read};

    fn document(body: &str) -> Document {
        let url = url::Url::parse("https://site.example/news/").unwrap();
        Document::parse(&format!("<html><body>{body}</body></html>"), &url)
    }

    fn page(list: &str) -> Document {
        document(&format!("<nav><a href=/a>About us all</a></nav><main><div class=wrap>{list}</div></main>"))
    }

    #[test]
    fn a_container_is_found_again_or_gone() {
        let items = |n: usize| -> String {
            let item = |n| format!("<li class=x><a href=/news/{n}>Story number {n} of the river</a></li>");
            (0..n).map(item).collect()
        };
        let full = page(&format!("<ul class='stories c12'>{}</ul>", items(6)));
        let container = of(&full, &read(&full, &Rules::default())).unwrap();
        assert_eq!(container, "main > div.wrap > ul.stories");
        assert!(!stands_empty(&full, &container));
        assert!(stands_empty(&page("<ul class=stories><li>No news today</li></ul>"), &container));
        assert!(!stands_empty(&page("<h1>We are moving</h1>"), &container));
        assert!(!stands_empty(&page(&format!("<ul class=stories>{}</ul>", items(2))), &container));
    }

    #[test]
    fn what_could_be_anything_is_no_container() {
        let item = |n| format!("<div><a href=/n/{n}>Story number {n} of the river</a></div>");
        let list: String = (0..6).map(item).collect();
        let plain = document(&list);
        assert_eq!(of(&plain, &read(&plain, &Rules::default())), None);
        assert_eq!(of(&plain, &Listing::default()), None);
    }
}
