//! Lists in a page's JSON-LD → teasers.
//!
//! Reads `ItemList.itemListElement`, `Blog.blogPost`, `CollectionPage.hasPart` and articles listed on their own
//! (<https://schema.org/>). A list counts if at least three of its members have an address on this site and a name.

use serde_json::Value;
use url::Url;

use super::{DateText, MAX_ITEMS, Teaser};
use crate::normalise::url::same_site;
use crate::page::{Document, document};

/// Fewer members are no listing.
const MIN_ITEMS: usize = 3;

/// The longest list of stories, or nothing.
pub(super) fn teasers(document: &Document) -> Vec<Teaser> {
    let objects = document.json_ld();
    let mut best = Vec::new();
    let alone: Vec<&Value> = objects.iter().filter(|object| is_article(object)).collect();
    let mut offer = |members: Vec<&Value>| {
        let found: Vec<Teaser> =
            members.into_iter().take(MAX_ITEMS).filter_map(|member| teaser(document, member)).collect();
        if found.len() >= MIN_ITEMS && found.len() > best.len() {
            best = found;
        }
    };
    offer(alone);
    for object in objects {
        if has_type(object, &["BreadcrumbList", "SiteNavigationElement", "FAQPage"]) {
            continue;
        }
        for key in ["itemListElement", "blogPost", "blogPosts", "hasPart"] {
            if let Some(Value::Array(members)) = object.get(key) {
                offer(members.iter().collect());
            }
        }
    }
    best
}

/// How many articles the page's data names, apart from members of lists.
pub(super) fn articles(document: &Document) -> usize {
    document.json_ld().iter().filter(|object| is_article(object)).count()
}

fn has_type(object: &Value, wanted: &[&str]) -> bool {
    texts(object.get("@type")).iter().any(|kind| wanted.contains(&kind.as_str()))
}

fn is_article(object: &Value) -> bool {
    texts(object.get("@type")).iter().any(|kind| kind.ends_with("Article") || kind.ends_with("Posting"))
}

fn teaser(document: &Document, member: &Value) -> Option<Teaser> {
    let inner = member.get("item").filter(|item| item.is_object()).unwrap_or(member);
    if has_type(inner, &["SiteNavigationElement", "WebPageElement", "Person", "Organization"]) {
        return None;
    }
    let addresses = [inner.get("url"), inner.get("@id"), member.get("url"), inner.get("mainEntityOfPage")];
    let url = addresses.into_iter().flatten().find_map(|value| {
        let text = value.as_str().or_else(|| value.get("@id")?.as_str())?;
        document.resolve(text).filter(|url| is_story(document, url))
    })?;
    let title =
        ["headline", "name"].into_iter().find_map(|key| text(inner.get(key)).or_else(|| text(member.get(key))))?;
    let date = |key| text(inner.get(key)).map(|text| DateText { text, format: None });
    Some(Teaser {
        url: Some(url),
        title: Some(title),
        published: date("datePublished").or_else(|| date("uploadDate")),
        updated: date("dateModified"),
        summary: text(inner.get("description")),
        image: image(inner.get("image")).and_then(|text| document.resolve(&text)),
        authors: names(inner.get("author")),
        categories: texts(inner.get("articleSection")),
        ..Teaser::default()
    })
}

/// Whether an address is on this site and more than the page itself or the site's front.
fn is_story(document: &Document, url: &Url) -> bool {
    let mut plain = url.clone();
    plain.set_fragment(None);
    let mut own = document.url().clone();
    own.set_fragment(None);
    same_site(url, document.url()) && plain != own && (plain.path() != "/" || plain.query().is_some())
}

fn text(value: Option<&Value>) -> Option<String> {
    let value = value?;
    let text = value.as_str().or_else(|| value.get("@value")?.as_str())?;
    let mut out = String::new();
    document::push_folded(&mut out, text.trim());
    (!out.is_empty()).then_some(out)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values.iter().filter_map(|value| text(Some(value))).collect(),
        other => text(other).into_iter().collect(),
    }
}

fn image(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Array(values) => values.first().and_then(image_of_one),
        one => image_of_one(one),
    }
}

fn image_of_one(value: &Value) -> Option<String> {
    text(Some(value)).or_else(|| text(value.get("url"))).or_else(|| text(value.get("contentUrl")))
}

fn names(value: Option<&Value>) -> Vec<String> {
    let all: Vec<&Value> = match value {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    all.into_iter().filter_map(|one| text(Some(one)).or_else(|| text(one.get("name")))).collect()
}
