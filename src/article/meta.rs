//! What `<meta>` and `<link>` elements say: OpenGraph first, then the many older vocabularies.

use url::Url;

use super::testimony::{Testimony, picture};
use crate::model::Image;
use crate::normalise::html::decode;
use crate::page::Document;
use crate::selector;

/// OpenGraph and `article:*`.
pub(super) fn open_graph(document: &Document) -> Testimony {
    let text = |names: &[&str]| document.meta(names).map(decode);
    let all = |name: &str| document.meta_all(name).iter().map(|text| decode(text)).collect::<Vec<_>>();
    let url = |names: &[&str]| document.meta(names).and_then(|url| document.resolve(url));
    let authors = [all("article:author"), all("og:article:author")].concat();
    let files = ["og:audio", "og:audio:url", "og:video", "og:video:url"];
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
            .flat_map(|name| document.meta_all(name))
            .filter_map(|address| Some((document.resolve(address)?, None)))
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
pub(super) fn other(document: &Document) -> Testimony {
    let text = |names: &[&str]| document.meta(names).map(decode);
    let all = |names: &[&str]| -> Vec<String> {
        names.iter().flat_map(|name| document.meta_all(name)).map(|text| decode(text)).collect()
    };
    let canonical = document
        .select(selector!("link[rel][href]"))
        .find(|link| {
            link.attr("rel")
                .is_some_and(|rel| rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("canonical")))
        })
        .and_then(|link| document.resolve(link.attr("href")?));
    let published = [
        "datepublished",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date.issued",
        "dcterms.issued",
        "dcterms.created",
        "dc.date.created",
        "dc.date",
        "dcterms.date",
        "date",
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
    let updated = [
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
    let authors = [
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
        "cxenseparse:author",
        "creator",
        "rnews:author",
        "weibo:article:author",
        "shareaholic:article_author_name",
        "twitter:creator:name",
        "mediaonline-author",
    ];
    let keywords = ["news_keywords", "keywords", "parsely-tags", "sailthru.tags"];
    let keywords = keywords.into_iter().find_map(|name| document.meta_all(name).first());
    Testimony {
        title: text(&["twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "title"]),
        canonical,
        published: all(&published),
        updated: all(&updated),
        authors: authors
            .into_iter()
            .map(|name| all(&[name]))
            .find(|names| !names.is_empty())
            .unwrap_or_default()
            .into_iter()
            .filter(|name| !name.contains("://"))
            .collect(),
        summary: text(&["description", "dc.description", "dcterms.description", "twitter:description"]),
        images: ["twitter:image", "twitter:image:src", "thumbnail", "parsely-image-url", "image"]
            .into_iter()
            .filter_map(|name| Some(picture(document.resolve(document.meta(&[name])?)?)))
            .chain(image_link(document).map(picture))
            .collect(),
        categories: keywords.map(|words| split_keywords(words)).unwrap_or_default(),
        site_name: text(&["application-name", "apple-mobile-web-app-title", "twitter:app:name:iphone"]),
        source_name: text(&["source", "mediaid", "contentsource", "article:source", "weibo:article:source"])
            .filter(|name| !name.contains("://")),
        ..Testimony::default()
    }
}

fn image_link(document: &Document) -> Option<Url> {
    document.first(selector!("link[rel=image_src][href]")).and_then(|link| document.resolve(link.attr("href")?))
}

fn split_keywords(words: &str) -> Vec<String> {
    let list: Vec<String> = words.split([',', '，', ';', '、']).map(|word| decode(word.trim())).collect();
    if list.len() > 12 { Vec::new() } else { list }
}
