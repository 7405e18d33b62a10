//! Puts what the witnesses say into one [`Article`]; who comes first wins, lists are joined.

use url::Url;

use super::survey::Survey;
use super::testimony::Testimony;
use super::{Article, Claim, EnclosureClaim, Origin, Rules, dateline};
use crate::listing::DateText;
use crate::model::{Attribution, Comments, one_line};
use crate::normalise::text::letters;
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
            enclosure(article, super::testimony::file(url, None));
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
///
/// A list that feeds.toml configures is not added to.
pub(super) fn add(article: &mut Article, document: &Document, rules: &Rules, origin: Origin, said: Testimony) {
    for text in said.published {
        date(&mut article.published, &text, origin);
    }
    for text in said.updated {
        date(&mut article.updated, &text, origin);
    }
    if article.language.is_none() {
        article.language = said.language;
    }
    if article.canonical.is_none() {
        article.canonical = said.canonical.filter(|url| is_own(url, document)).map(|value| Claim { value, origin });
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
    if rules.categories.is_none() {
        for word in said.categories {
            category(article, &word);
        }
    }
    if rules.enclosure.is_none() {
        let known = |file: &EnclosureClaim| {
            let kind = file.media_type.as_deref().unwrap_or_default();
            file_type(&file.url).is_some() || kind.starts_with("audio/") || kind.starts_with("video/")
        };
        for file in said.files.into_iter().filter(known) {
            enclosure(article, file);
        }
    }
    if said.comment_count.is_some() || said.comments_url.is_some() {
        let comments = article.comments.get_or_insert(Comments { count: None, url: None });
        comments.count = comments.count.or(said.comment_count);
        comments.url = comments.url.take().or(said.comments_url);
    }
}

/// The names of the first witness that names a person, else of the first that names the site or its publisher.
pub(super) fn authors(article: &mut Article, said: &[(Origin, Testimony)], site: &Site) {
    if article.authors.is_some() {
        return;
    }
    let mut claims: Vec<Claim<Vec<String>>> = said
        .iter()
        .map(|(origin, said)| Claim { value: person::all(said.authors.iter().map(String::as_str)), origin: *origin })
        .filter(|claim| !claim.value.is_empty())
        .collect();
    let called = |claim: &Claim<Vec<String>>| claim.value.iter().all(|name| site.is_called(name));
    let full_name = |name: &String| {
        !name.is_ascii() || name.contains(' ') && name.split(' ').all(|word| word.starts_with(char::is_uppercase))
    };
    let is_better = |claim: &Claim<Vec<String>>| !called(claim) && claim.value.iter().any(full_name);
    let better = if claims.first().is_some_and(called) { claims.iter().position(is_better) } else { None };
    if !claims.is_empty() {
        article.authors = Some(claims.swap_remove(better.unwrap_or(0)));
    }
}

/// The publication a story was reprinted from; the line that people read is better kept than the `<meta>` behind it.
pub(super) fn source(article: &mut Article, said: &[(Origin, Testimony)]) {
    for wanted in [Origin::JsonLd, Origin::OpenGraph, Origin::Microdata, Origin::Visible, Origin::Meta] {
        for (_, said) in said.iter().filter(|(origin, _)| *origin == wanted) {
            let name = said.source_name.as_ref().map(|name| one_line(name, 200)).filter(|name| !name.is_empty());
            if name.is_none() && said.source_url.is_none() {
                continue;
            }
            let known = article.source.get_or_insert(Attribution { name: None, url: None });
            known.name = known.name.take().or(name);
            known.url = known.url.take().or_else(|| said.source_url.clone());
        }
    }
}

/// What the site may be called; such a name is no person's.
pub(super) struct Site {
    names: Vec<String>,
    host: String,
}

impl Site {
    /// From what the witnesses say and from `title`, the whole `<title>`, which often ends with the site's name.
    pub(super) fn new(document: &Document, said: &[(Origin, Testimony)], title: Option<&str>) -> Self {
        let said = said.iter().flat_map(|(_, said)| [said.site_name.as_deref(), said.source_name.as_deref()]).flatten();
        let tail = title.map(|title| title.rsplit(['|', '-', '–', '—', '_', '·']).take(2)).into_iter().flatten();
        let names = said.chain(tail).map(letters).filter(|name| !name.is_empty()).collect();
        let host = document.url().host_str().unwrap_or_default();
        Self { names, host: host.trim_start_matches("www.").to_ascii_lowercase() }
    }

    fn is_called(&self, name: &str) -> bool {
        let own = letters(name);
        let label = |label: &str| letters(label) == own;
        let domain = !name.contains(' ') && name.rsplit_once('.').is_some_and(|(_, end)| matches!(end.len(), 2..=4));
        domain
            || letters(&self.host) == own
            || self.host.split('.').any(label)
            || self.names.iter().any(|known| *known == own || known.starts_with(&own) && !own.is_ascii())
    }
}

/// Adds a date unless the same words are already there.
pub(super) fn date(dates: &mut Vec<Claim<DateText>>, text: &str, origin: Origin) {
    let text = one_line(text, 200);
    if !text.is_empty() && dates.len() < 30 && !dates.iter().any(|known| known.value.text == text) {
        dates.push(Claim { value: DateText { text, format: None }, origin });
    }
}

/// Adds dates that only programs see, where nothing better is known.
pub(super) fn last_dates(article: &mut Article, survey: &Survey<'_>) {
    if article.published.is_empty()
        && let Some(value) = dateline::in_scripts(survey)
    {
        article.published.push(Claim { value, origin: Origin::Meta });
    }
}

/// Adds the day in the address: last, or before a machine's date that is of a later edition.
pub(super) fn address_date(article: &mut Article, url: &Url) {
    let Some(day) = dateline::in_address(url) else { return };
    let first = article.published.first().filter(|claim| claim.origin != Origin::Configured);
    if first.is_some_and(|claim| dateline::is_later_edition(&claim.value.text, &day)) {
        let value = DateText { text: day, format: None };
        article.published.insert(0, Claim { value, origin: Origin::Address });
    } else {
        date(&mut article.published, &day, Origin::Address);
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

fn enclosure(article: &mut Article, file: EnclosureClaim) {
    if let Some(known) = article.enclosures.iter_mut().find(|known| known.url == file.url) {
        known.length = known.length.or(file.length);
        known.title = known.title.take().or(file.title);
    } else if article.enclosures.len() < 20 {
        let media_type = file.media_type.or_else(|| file_type(&file.url).map(str::to_owned));
        article.enclosures.push(EnclosureClaim { media_type, ..file });
    }
}

/// The media type that the ending of an address names, for files that are enclosed.
fn file_type(url: &Url) -> Option<&'static str> {
    let (_, ending) = url.path().rsplit_once('.')?;
    FILES.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, media_type)| *media_type)
}

/// Whether `address`, as it is written, may lead to such a file: most links are told by their ending to lead to a page.
fn may_be_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim();
    // Without a path, the address is that of the page; control characters are no part of an address.
    path.is_empty()
        || path.contains(char::is_control)
        || path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| FILES.iter().any(|(known, _)| known.eq_ignore_ascii_case(ending)))
}

/// Whether `url` can be this page's own address: of the same site, and not its home page unless this is.
fn is_own(url: &Url, document: &Document) -> bool {
    let home = |url: &Url| url.path().len() <= 1 && url.query().is_none();
    addresses::same_site(url, document.url()) && (!home(url) || home(document.url()))
}

/// Files and the lead picture out of the body's markup.
pub(super) fn from_body(article: &mut Article, document: &Document, rules: &Rules) {
    let Some(body) = article.body.take() else { return };
    let (mut files, mut picture) = (Vec::new(), None);
    for (name, address) in crate::normalise::html::addresses(&body.value) {
        let wanted = if name == "img" { picture.is_none() } else { rules.enclosure.is_none() && may_be_file(&address) };
        let Some(url) = Some(&address).filter(|_| wanted).and_then(|address| document.resolve(address)) else {
            continue;
        };
        match name {
            "img" if !image::is_decoration(url.as_str()) => picture = Some(url),
            "a" | "video" | "audio" if file_type(&url).is_some() => files.push(url),
            _ => {}
        }
    }
    if article.image.is_none() {
        article.image = picture.map(|url| Claim { value: super::testimony::picture(url), origin: Origin::Visible });
    }
    for url in files {
        enclosure(article, super::testimony::file(url, None));
    }
    article.body = Some(body);
}
