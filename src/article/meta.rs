//! What `<meta>` and `<link>` elements say: OpenGraph first, then the many older vocabularies.

use super::survey::Survey;
use super::testimony::{Testimony, file, picture};
use crate::model::Image;
use crate::normalise::html::decode;
use crate::page::Document;

/// Names of a publication time.
const PUBLISHED: &[&str] = &[
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publicationdate",
    "article.published",
    "article_date_original",
    "originalpublicationdate",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "article:published_date",
    "firstpublishedtime",
    "published_time",
    "displaydate",
    "rnews:datepublished",
    "weibo:article:create_at",
    "bt:pubdate",
    "sdate",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "dcterms.available",
    "created",
    "release_date",
    "releasedate",
    "timestamp",
    "newsdate",
    "pub_date",
    "_pubtime",
    "apub:time",
    "mediaonline-date",
    "contentpubdate",
    "ptime",
];
/// Names of a time of change.
const UPDATED: &[&str] = &[
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "modified",
    "revision_date",
    "updated_time",
    "parsely-updated-date",
    "article.updated",
];
/// Names of an author; the first of them that a page has counts.
const AUTHORS: &[&str] = &[
    "author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "article.author",
    "article:author_name",
    "citation_author",
    "citation_authors",
    "dcterms.contributor",
    "cxenseparse:author",
    "creator",
    "rnews:author",
    "weibo:article:author",
    "shareaholic:article_author_name",
    "twitter:creator:name",
    "mediaonline-author",
];

/// OpenGraph and `article:*`.
pub(super) fn open_graph(document: &Document) -> Testimony {
    let text = |names: &[&str]| document.meta(names).map(decode);
    let all = |name: &str| document.meta_all(name).iter().map(|text| decode(text)).collect::<Vec<_>>();
    let url = |names: &[&str]| document.meta(names).and_then(|url| document.resolve(url));
    let authors = [all("article:author"), all("og:article:author")].concat();
    let files = [
        ("og:audio:secure_url", "og:audio:type"),
        ("og:audio", "og:audio:type"),
        ("og:audio:url", "og:audio:type"),
        ("og:video:secure_url", "og:video:type"),
        ("og:video", "og:video:type"),
        ("og:video:url", "og:video:type"),
    ];
    // Of several files each has its type, of several addresses of one file the type stands there once.
    let kind = |name: &str, at: usize| document.meta_all(name).get(at).or_else(|| document.meta_all(name).first());
    Testimony {
        title: text(&["og:title"]),
        canonical: url(&["og:url"]),
        published: [
            all("article:published_time"),
            all("og:published_time"),
            all("og:article:published_time"),
            all("article:published"),
        ]
        .concat(),
        updated: [
            all("article:modified_time"),
            all("og:updated_time"),
            all("og:article:modified_time"),
            all("article:modified"),
        ]
        .concat(),
        authors: authors.into_iter().filter(|name| !name.contains("://") && !name.contains("facebook.com")).collect(),
        summary: text(&["og:description"]),
        images: lead(document).into_iter().collect(),
        categories: [all("article:tag"), all("article:section")].concat(),
        site_name: text(&["og:site_name"]),
        source_name: text(&["og:article:source"]),
        files: files
            .into_iter()
            .flat_map(|(name, kinds)| document.meta_all(name).iter().enumerate().map(move |(at, url)| (at, url, kinds)))
            .filter_map(|(at, url, kinds)| Some(file(document.resolve(url)?, kind(kinds, at).map(String::as_str))))
            .collect(),
        ..Testimony::default()
    }
}

fn lead(document: &Document) -> Option<Image> {
    let url = document.meta(&["og:image:secure_url", "og:image", "og:image:url"])?;
    let number = |name: &str| document.meta(&[name]).and_then(|number| number.trim().parse().ok());
    let mut image = picture(document.resolve(url)?);
    image.alt = document.meta(&["og:image:alt"]).map(decode);
    image.width = number("og:image:width");
    image.height = number("og:image:height");
    Some(image)
}

/// Everything else: Dublin Core, vendors' names, Twitter cards, `<link>`.
pub(super) fn other(document: &Document, survey: &Survey<'_>) -> Testimony {
    let text = |names: &[&str]| document.meta(names).map(decode);
    let all = |names: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| document.meta_all(name)).map(|text| decode(text)).collect()
    };
    let link = |rel: &str| {
        let named = |link: &&scraper::ElementRef<'_>| {
            link.attr("rel").is_some_and(|rels| rels.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(rel)))
        };
        survey.links.iter().find(named).and_then(|link| document.resolve(link.attr("href")?))
    };
    let kind = document.meta(&["twitter:player:stream:content_type"]);
    Testimony {
        title: text(&[
            "citation_title",
            "twitter:title",
            "dc.title",
            "dcterms.title",
            "parsely-title",
            "sailthru.title",
            "title",
        ]),
        canonical: link("canonical"),
        published: all(PUBLISHED),
        updated: all(UPDATED),
        authors: authors(document),
        summary: text(&[
            "description",
            "dc.description",
            "dcterms.description",
            "citation_abstract",
            "twitter:description",
        ]),
        images: ["twitter:image", "twitter:image:src", "thumbnail", "parsely-image-url", "image"]
            .into_iter()
            .filter_map(|name| Some(picture(document.resolve(document.meta(&[name])?)?)))
            .chain(link("image_src").map(picture))
            .collect(),
        categories: subjects(document),
        files: [("citation_pdf_url", Some("application/pdf")), ("twitter:player:stream", kind)]
            .into_iter()
            .filter_map(|(name, kind)| Some(file(document.resolve(document.meta(&[name])?)?, kind)))
            .collect(),
        site_name: text(&[
            "citation_journal_title",
            "dc.publisher",
            "dcterms.publisher",
            "copyright-holder",
            "application-name",
            "apple-mobile-web-app-title",
            "twitter:app:name:iphone",
        ]),
        source_name: text(&["source", "mediaid", "contentsource", "article:source", "weibo:article:source"])
            .filter(|name| !name.contains("://")),
        ..Testimony::default()
    }
}

/// The names of the first vocabulary that has any.
fn authors(document: &Document) -> Vec<String> {
    let names = |key: &&str| -> Vec<String> {
        let library = key.starts_with("citation_") || key.starts_with("dc");
        let names = document.meta_all(key).iter().map(|name| decode(name));
        names.map(|name| if library { surname_last(&name) } else { name }).collect()
    };
    let found = AUTHORS.iter().map(names).find(|names| !names.is_empty());
    let found = found.or_else(|| labelled(document).map(|name| vec![name])).unwrap_or_default();
    found.into_iter().filter(|name| !name.contains("://")).collect()
}

/// Sections and subjects, then the keywords of the first vocabulary that has any.
fn subjects(document: &Document) -> Vec<String> {
    let sections = ["parsely-section", "dc.subject", "dcterms.subject"];
    let sections = sections.into_iter().flat_map(|name| document.meta_all(name));
    let keywords = ["news_keywords", "citation_keywords", "keywords", "parsely-tags", "sailthru.tags"];
    let keywords = keywords.into_iter().find_map(|name| document.meta_all(name).first());
    sections.chain(keywords).flat_map(|words| split_keywords(words)).collect()
}

/// What Twitter cards put beside a label that names the author; the label is in the site's language.
fn labelled(document: &Document) -> Option<String> {
    const LABELS: [&str; 22] = [
        "written by",
        "author",
        "by",
        "posted by",
        "verfasst von",
        "geschrieben von",
        "autor",
        "écrit par",
        "auteur",
        "escrito por",
        "autore",
        "scritto da",
        "geschreven door",
        "napisane przez",
        "автор",
        "написано автором",
        "作者",
        "撰文",
        "投稿者",
        "執筆者",
        "작성자",
        "كتب بواسطة",
    ];
    ["1", "2"].into_iter().find_map(|number| {
        let label =
            document.meta(&[&format!("twitter:label{number}")])?.trim().trim_end_matches([':', '：']).to_lowercase();
        LABELS.contains(&label.as_str()).then_some(())?;
        Some(decode(document.meta(&[&format!("twitter:data{number}")])?))
    })
}

/// `Berg, Ada`, as libraries write a name, the way people say it; several names stay as they are.
fn surname_last(name: &str) -> String {
    match name.split_once(',') {
        Some((last, first))
            if !last.trim().contains(' ')
                && !first.contains([',', '&', ';'])
                && (1..=2).contains(&first.split_whitespace().count())
                && [last, first].iter().all(|part| part.trim().starts_with(char::is_uppercase)) =>
        {
            format!("{} {}", first.trim(), last.trim())
        }
        _ => name.to_owned(),
    }
}

/// Dates of which the page does not say whether they are of publication or of change.
pub(super) fn undecided(document: &Document) -> Testimony {
    let names = ["dc.date", "dcterms.date", "date"];
    let published = names.iter().flat_map(|name| document.meta_all(name)).map(|text| decode(text)).collect();
    Testimony { published, ..Testimony::default() }
}

fn split_keywords(words: &str) -> Vec<String> {
    let list: Vec<String> = words.split([',', '，', ';', '、']).map(|word| decode(word.trim())).collect();
    if list.len() > 12 { Vec::new() } else { list }
}
