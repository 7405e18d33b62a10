//! Puts what the witnesses say into one [`Article`]; who comes first wins, lists are joined.

use url::Url;

use super::testimony::Testimony;
use super::{Article, Claim, EnclosureClaim, Origin, Rules};
use crate::listing::DateText;
use crate::model::{Attribution, Comments, one_line};
use crate::normalise::{image, person, url as addresses};
use crate::page::Document;
use crate::page::field::Field;

/// The most subjects of one story.
const MAX_CATEGORIES: usize = 20;
/// Endings of files that belong to a story, with their media types.
const FILES: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("flac", "audio/flac"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("mov", "video/quicktime"),
    ("zip", "application/zip"),
    ("epub", "application/epub+zip"),
    ("doc", "application/msword"),
    ("xls", "application/vnd.ms-excel"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

/// What the configured selectors give.
pub(super) fn configured(article: &mut Article, document: &Document, rules: &Rules) {
    let root = document.root();
    let mut unmatched: Vec<(&'static str, String)> = Vec::new();
    let mut values = |name: &'static str, field: &Option<Field>| {
        let Some(field) = field else { return Vec::new() };
        let values = field.values(root, document);
        if values.is_empty() && !field.optional {
            unmatched.push((name, field.written()));
        }
        values
    };
    let claim = |value| Claim { value, origin: Origin::Configured };
    if let Some(found) = values("title", &rules.title).into_iter().next() {
        article.title = Some(claim(one_line(&found.text, 1000)));
    }
    article.published.extend(values("date", &rules.date).into_iter().map(|found| claim_date(found.into())));
    article.updated.extend(values("updated", &rules.updated).into_iter().map(|found| claim_date(found.into())));
    let authors = values("author", &rules.author);
    let names = person::all(authors.iter().map(|found| found.text.as_str()));
    if !names.is_empty() {
        article.authors = Some(Claim { value: names, origin: Origin::Configured });
    }
    if let Some(found) = values("summary", &rules.summary).into_iter().next() {
        article.summary = Some(claim(found.text));
    }
    let pictures = values("image", &rules.image);
    if let Some(url) = pictures.iter().find_map(|found| document.resolve(&found.text)) {
        article.image = Some(Claim { value: super::testimony::picture(url), origin: Origin::Configured });
    }
    for found in values("categories", &rules.categories) {
        category(article, &found.text);
    }
    for found in values("enclosure", &rules.enclosure) {
        if let Some(url) = document.resolve(&found.text) {
            enclosure(article, url, None, None);
        }
    }
    let name = values("source", &rules.source).into_iter().next().map(|found| one_line(&found.text, 200));
    let via = values("via", &rules.via).into_iter().find_map(|found| document.resolve(&found.text));
    if name.is_some() || via.is_some() {
        article.source = Some(Attribution { name, url: via });
    }
    if let Some(count) = values("comments", &rules.comments).into_iter().find_map(|found| first_number(&found.text)) {
        article.comments = Some(Comments { count: Some(count), url: None });
    }
    article.next = values("next", &rules.next).into_iter().find_map(|found| document.resolve(&found.text));
    article.unmatched.append(&mut unmatched);
}

fn claim_date(value: DateText) -> Claim<DateText> {
    Claim { value, origin: Origin::Configured }
}

fn first_number(text: &str) -> Option<u64> {
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', "").parse().ok()
}

/// Adds what one witness says where nobody before it said anything.
pub(super) fn add(article: &mut Article, document: &Document, origin: Origin, said: Testimony) {
    for text in said.published {
        date(&mut article.published, text, origin);
    }
    for text in said.updated {
        date(&mut article.updated, text, origin);
    }
    if article.canonical.is_none() {
        article.canonical = said.canonical.filter(|url| is_own(url, document)).map(|value| Claim { value, origin });
    }
    if article.authors.is_none() {
        let names = person::all(said.authors.iter().map(String::as_str));
        if !names.is_empty() {
            article.authors = Some(Claim { value: names, origin });
        }
    }
    if article.summary.is_none() {
        article.summary = said
            .summary
            .map(|text| one_line(&text, crate::model::MAX_SUMMARY_BYTES))
            .filter(|text| !text.is_empty())
            .map(|value| Claim { value, origin });
    }
    if article.image.is_none() {
        let usable = said.images.into_iter().find(|image| !image::is_decoration(image.url.as_str()));
        article.image = usable.map(|value| Claim { value, origin });
    }
    for word in said.categories {
        category(article, &word);
    }
    for (url, media_type) in said.files {
        if file_type(&url).is_some() {
            enclosure(article, url, media_type, None);
        }
    }
    source(article, said.source_name, said.source_url);
    if said.comment_count.is_some() || said.comments_url.is_some() {
        let comments = article.comments.get_or_insert(Comments { count: None, url: None });
        comments.count = comments.count.or(said.comment_count);
        comments.url = comments.url.take().or(said.comments_url);
    }
}

fn source(article: &mut Article, name: Option<String>, url: Option<Url>) {
    let name = name.map(|name| one_line(&name, 200)).filter(|name| !name.is_empty());
    if name.is_none() && url.is_none() {
        return;
    }
    let known = article.source.get_or_insert(Attribution { name: None, url: None });
    known.name = known.name.take().or(name);
    known.url = known.url.take().or(url);
}

/// Adds a date unless the same words are already there.
pub(super) fn date(dates: &mut Vec<Claim<DateText>>, text: String, origin: Origin) {
    let text = one_line(&text, 200);
    if !text.is_empty() && dates.len() < 30 && !dates.iter().any(|known| known.value.text == text) {
        dates.push(Claim { value: DateText { text, format: None }, origin });
    }
}

fn category(article: &mut Article, word: &str) {
    let word = one_line(word.trim().trim_start_matches('#'), 100);
    let folded = word.to_lowercase();
    let known = article.categories.iter().any(|other| other.to_lowercase() == folded);
    if !word.is_empty() && !known && word.chars().count() <= 60 && article.categories.len() < MAX_CATEGORIES {
        article.categories.push(word);
    }
}

fn enclosure(article: &mut Article, url: Url, media_type: Option<String>, title: Option<String>) {
    if !article.enclosures.iter().any(|known| known.url == url) && article.enclosures.len() < 20 {
        let media_type = media_type.or_else(|| file_type(&url).map(str::to_owned));
        article.enclosures.push(EnclosureClaim { url, media_type, length: None, title });
    }
}

/// The media type that the ending of an address names, for files that are enclosed.
fn file_type(url: &Url) -> Option<&'static str> {
    let (_, ending) = url.path().rsplit_once('.')?;
    FILES.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, media_type)| *media_type)
}

/// Whether `url` can be this page's own address: of the same site, and not its home page unless this is.
fn is_own(url: &Url, document: &Document) -> bool {
    let home = |url: &Url| url.path().len() <= 1 && url.query().is_none();
    addresses::same_site(url, document.url()) && (!home(url) || home(document.url()))
}

/// Files and the lead picture out of the body's markup.
pub(super) fn from_body(article: &mut Article, document: &Document) {
    let Some(body) = article.body.take() else { return };
    let (mut files, mut picture) = (Vec::new(), None);
    for (name, address) in crate::normalise::html::addresses(&body.value) {
        let Some(url) = document.resolve(&address) else { continue };
        match name {
            "img" if picture.is_none() && !image::is_decoration(url.as_str()) => picture = Some(url),
            "a" | "video" | "audio" if file_type(&url).is_some() => files.push(url),
            _ => {}
        }
    }
    if article.image.is_none() {
        article.image = picture.map(|url| Claim { value: super::testimony::picture(url), origin: Origin::Visible });
    }
    for url in files {
        enclosure(article, url, None, None);
    }
    article.body = Some(body);
}
