//! What an index page says of itself: name, description, picture.

use url::Url;

use super::outline::truncate;
use super::words;
use crate::page::document::attribute;
use crate::page::{Document, document};

/// The longest name or description, in bytes.
const MAX_TEXT: usize = 600;

/// What stands between the parts of a page's title.
const SEPARATORS: [&str; 11] = [" | ", " - ", " – ", " — ", " · ", " :: ", " » ", " • ", "_", "|", ": "];
/// Parts of a title that only say that this is a front page.
const FRONT: [&str; 14] = [
    "home",
    "homepage",
    "home page",
    "start",
    "startseite",
    "index",
    "main",
    "welcome",
    "accueil",
    "inicio",
    "главная",
    "首页",
    "首頁",
    "ホーム",
];
/// A title with at most so many words may be that of a section, and does not name the site.
const SECTION_WORDS: f32 = 3.5;

/// The name of the site or section: `<title>` with the site's name (`og:site_name`) beside the name of a section and
/// without a slogan on the front page; else the site's name or the first `<h1>`.
pub(super) fn title(document: &Document) -> Option<String> {
    let site = document.meta(&["og:site_name", "application-name"]).map(str::trim);
    let headed = || document.first(crate::selector!("h1")).map(document::text).filter(|text| !text.is_empty());
    let mut title = match document.written_title() {
        Some(written) => cleaned(&written, site, document.url()),
        None => site.or_else(|| document.meta(&["og:title"])).map(str::to_owned).or_else(headed)?,
    };
    truncate(&mut title, MAX_TEXT);
    let title = title.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

fn cleaned(written: &str, site: Option<&str>, url: &Url) -> String {
    let domain = crate::normalise::url::site(url);
    let host = words::letters(domain.split('.').next().unwrap_or_default());
    let named = site.map(words::letters).filter(|site| !site.is_empty());
    let is_site = |part: &str| {
        let part = words::letters(part);
        !part.is_empty() && (part == host || named.as_ref() == Some(&part))
    };
    let is_front_word = |part: &str| FRONT.contains(&part.trim().to_lowercase().as_str());
    if is_front_word(written) {
        return site.unwrap_or(written).to_owned();
    }
    for (head, tail) in SEPARATORS
        .iter()
        .flat_map(|separator| [written.split_once(separator), written.rsplit_once(separator)])
        .flatten()
    {
        let front = super::outline::is_front(url);
        if is_front_word(head) || front && is_site(tail) {
            return tail.trim().to_owned();
        }
        if is_front_word(tail) || front && is_site(head) {
            return head.trim().to_owned();
        }
    }
    match (site, named) {
        (Some(site), Some(name))
            if words::words(written) < SECTION_WORDS && !words::letters(written).contains(&name) =>
        {
            format!("{written} – {site}")
        }
        _ => written.to_owned(),
    }
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

/// Who holds which rights.
pub(super) fn rights(document: &Document) -> Option<String> {
    let mut text = String::new();
    let written = document.meta(&["copyright", "dcterms.rights", "dc.rights", "rights"])?;
    document::push_folded(&mut text, written);
    truncate(&mut text, MAX_TEXT);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The e-mail address of whoever made the page: `<link rev="made" href="mailto:…">` or `rel="author"`.
pub(super) fn editor(document: &Document) -> Option<String> {
    let made = document.link_elements().filter(|link| {
        let is = |name, word: &str| attribute(*link, name).is_some_and(|value| value.trim().eq_ignore_ascii_case(word));
        is("rev", "made") || is("rel", "author")
    });
    made.filter_map(|link| attribute(link, "href")?.trim().strip_prefix("mailto:")).find_map(|address| {
        let address = address.split('?').next().unwrap_or_default();
        (address.len() <= 200 && address.contains('@')).then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_are_called_by_their_site() {
        for (address, written, site, wanted) in [
            (
                "https://post.example/",
                "The Harbour Post | News that floats",
                Some("The Harbour Post"),
                "The Harbour Post",
            ),
            ("https://harbourpost.example/", "Harbour Post - News that floats", None, "Harbour Post"),
            ("https://post.example/", "News that floats – and sinks", None, "News that floats – and sinks"),
            (
                "https://post.example/port/",
                "The Harbour Post | Port",
                Some("The Harbour Post"),
                "The Harbour Post | Port",
            ),
            ("https://post.example/news/", "News", Some("The Harbour Post"), "News – The Harbour Post"),
            ("https://post.example/", "Home", Some("The Harbour Post"), "The Harbour Post"),
            ("https://post.example/", "Startseite | Hafenblatt", None, "Hafenblatt"),
            ("https://post.example/", "港口要闻_港口日报", None, "港口要闻_港口日报"),
        ] {
            assert_eq!(cleaned(written, site, &Url::parse(address).unwrap()), wanted, "{written}");
        }
    }
}
