//! What an index page says of itself: name, description, picture.

use url::Url;

use super::outline::truncate;
use crate::page::document::attribute;
use crate::page::{Document, document};

/// The longest name or description, in bytes.
const MAX_TEXT: usize = 600;

/// The name of the site or section: `<title>`, `og:site_name`, the first `<h1>`.
pub(super) fn title(document: &Document) -> Option<String> {
    let written = document.first(crate::selector!("head > title")).map(|title| {
        let mut out = String::new();
        for piece in title.text() {
            document::push_folded(&mut out, piece);
        }
        out
    });
    let named = || document.meta(&["og:site_name", "application-name", "og:title"]).map(str::to_owned);
    let headed = || document.first(crate::selector!("h1")).map(document::text);
    let mut title = written.filter(|text| !text.trim().is_empty()).or_else(named).or_else(headed)?;
    truncate(&mut title, MAX_TEXT);
    let title = title.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

/// A sentence about it.
pub(super) fn description(document: &Document) -> Option<String> {
    let mut text = String::new();
    document::push_folded(&mut text, document.meta(&["description", "og:description"])?);
    truncate(&mut text, MAX_TEXT);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A picture for the feed: the touch icon, else the page's icon.
pub(super) fn icon(document: &Document) -> Option<Url> {
    let related = |wanted: &'static str| {
        let is = move |rel: &str| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(wanted));
        document.link_elements().filter(move |link| attribute(*link, "rel").is_some_and(is))
    };
    related("apple-touch-icon").chain(related("icon")).find_map(|link| document.resolve(attribute(link, "href")?))
}
