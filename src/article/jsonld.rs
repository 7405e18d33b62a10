//! What JSON-LD says: the object that describes this page, in the shapes real sites write.

use serde_json::Value;

use super::EnclosureClaim;
use super::testimony::{Testimony, file, picture};
use crate::model::{Image, one_line};
use crate::normalise::html::decode;
use crate::page::Document;

/// Types that are a story, besides everything that ends in `Article`.
const TYPES: &[&str] = &[
    "BlogPosting",
    "LiveBlogPosting",
    "SocialMediaPosting",
    "DiscussionForumPosting",
    "Report",
    "Review",
    "Recipe",
    "PressRelease",
    "CreativeWork",
    "Blog",
];

/// Reads the object of this page; `None` if there is none.
pub(super) fn testify(document: &Document) -> Option<Testimony> {
    let objects = document.json_ld();
    let Some(object) = choose(objects, document) else {
        return page_dates(objects);
    };
    let texts = |key: &str| texts(object.get(key), objects, &["name", "headline", "alternateName"]);
    let first = |key: &str| texts(key).into_iter().next();
    let addresses = |key: &str| self::texts(object.get(key), objects, &["url", "contentUrl", "@id"]);
    let own = ["url", "mainEntityOfPage"].into_iter().flat_map(addresses).find_map(|url| document.resolve(&url));
    let mut categories = texts("keywords");
    if categories.len() == 1 {
        categories = categories.iter().flat_map(|words| words.split([',', ';'])).map(str::to_owned).collect();
    }
    categories.retain(|word| !word.contains(':') || word.contains(' '));
    categories.extend(texts("articleSection"));
    let mut published = [texts("datePublished"), texts("dateCreated"), texts("uploadDate")].concat();
    if published.is_empty() {
        published = page_dates(objects).map(|page| page.published).unwrap_or_default();
    }
    let based_on = object.get("isBasedOn").or_else(|| object.get("isBasedOnUrl"));
    Some(Testimony {
        title: first("headline").or_else(|| first("name")).or_else(|| first("alternativeHeadline")),
        canonical: own,
        published,
        updated: texts("dateModified"),
        authors: ["author", "creator"]
            .into_iter()
            .map(|key| names(object.get(key), objects))
            .find(|names| !names.is_empty())
            .unwrap_or_default(),
        summary: first("description"),
        body: first("articleBody").or_else(|| first("text")),
        images: images(object, objects, document),
        categories,
        site_name: first("publisher"),
        source_name: self::texts(based_on, objects, &["name", "headline"])
            .into_iter()
            .find(|name| !name.contains("://")),
        source_url: self::texts(based_on, objects, &["url", "@id"]).iter().find_map(|url| document.resolve(url)),
        comment_count: object.get("commentCount").and_then(count).or_else(|| interactions(object)),
        comments_url: first("discussionUrl").and_then(|url| document.resolve(&url)),
        files: files(object, objects, document),
        language: first("inLanguage"),
    })
}

/// The names of people: each object's name, or its first and last name.
fn names(value: Option<&Value>, objects: &[Value]) -> Vec<String> {
    let found = texts(value, objects, &["name", "headline", "legalName"]);
    if !found.is_empty() {
        return found;
    }
    let people = match value {
        Some(Value::Array(people)) => people.as_slice(),
        Some(person) => std::slice::from_ref(person),
        None => &[],
    };
    let part = |person: &Value, key: &str| texts(person.get(key), &[], &[]).into_iter().next();
    let whole = |person: &Value| {
        let parts = [part(person, "givenName"), part(person, "familyName")];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
    };
    people.iter().filter_map(whole).collect()
}

/// The number of comments among the interactions that are counted.
fn interactions(object: &Value) -> Option<u64> {
    let statistics = match object.get("interactionStatistic")? {
        Value::Array(statistics) => statistics.as_slice(),
        statistic => std::slice::from_ref(statistic),
    };
    let of_comments = |statistic: &&Value| {
        let kind = statistic.get("interactionType");
        texts(kind, &[], &["@type", "@id"]).iter().any(|kind| kind.contains("CommentAction"))
    };
    statistics.iter().find(of_comments)?.get("userInteractionCount").and_then(count)
}

/// The recordings and other files of a story, and those that the page describes beside it.
fn files(object: &Value, objects: &[Value], document: &Document) -> Vec<EnclosureClaim> {
    let is_file = |object: &&Value| {
        texts(object.get("@type"), &[], &[]).iter().any(|kind| matches!(kind.as_str(), "AudioObject" | "VideoObject"))
    };
    let mut waiting: Vec<&Value> =
        ["audio", "video", "associatedMedia", "encoding"].iter().filter_map(|key| object.get(*key)).collect();
    waiting.extend(objects.iter().filter(is_file).take(3));
    let mut found: Vec<EnclosureClaim> = Vec::new();
    for value in waiting {
        let values = if let Value::Array(values) = value { values.as_slice() } else { std::slice::from_ref(value) };
        for value in values.iter().take(20) {
            let text = |key: &str| texts(value.get(key), objects, &[]).into_iter().next();
            let Some(url) = text("contentUrl").and_then(|url| document.resolve(&url)) else { continue };
            if !found.iter().any(|known| known.url == url) {
                let kind = text("encodingFormat").or_else(|| text("fileFormat"));
                found.push(EnclosureClaim {
                    length: text("contentSize").as_deref().and_then(bytes),
                    title: text("name").map(|name| one_line(&name, 300)),
                    ..file(url, kind.as_deref())
                });
            }
        }
    }
    found
}

/// `1234567`, `1.2 MB` or `900 KB` in bytes, where that says them exactly: a rounded size is no length.
fn bytes(size: &str) -> Option<u64> {
    let size = size.trim();
    size.strip_suffix(['B', 'b']).unwrap_or(size).trim().trim_end_matches("ytes").trim().parse().ok()
}

/// The dates of the page as a whole, where no story is described.
fn page_dates(objects: &[Value]) -> Option<Testimony> {
    let is_page = |object: &&Value| texts(object.get("@type"), &[], &[]).iter().any(|kind| kind.ends_with("Page"));
    let page = objects.iter().find(|object| is_page(object) && object.get("datePublished").is_some())?;
    Some(Testimony {
        published: texts(page.get("datePublished"), &[], &[]),
        updated: texts(page.get("dateModified"), &[], &[]),
        ..Testimony::default()
    })
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The object that names this page's address, else the first story with a headline.
fn choose<'a>(objects: &'a [Value], document: &Document) -> Option<&'a Value> {
    let stories: Vec<&Value> = objects.iter().filter(|object| rank(object).is_some()).collect();
    let here = |object: &&&Value| {
        ["url", "mainEntityOfPage", "@id"].into_iter().any(|key| {
            let addresses = texts(object.get(key), &[], &["@id", "url"]);
            addresses.iter().filter_map(|address| document.resolve(address)).any(|address| {
                address.path() == document.url().path() && address.host_str() == document.url().host_str()
            })
        })
    };
    let named = |object: &&&Value| object.get("headline").is_some() || object.get("articleBody").is_some();
    let best = stories.iter().filter(here).filter(named).min_by_key(|object| rank(object));
    best.or_else(|| stories.iter().filter(named).min_by_key(|object| rank(object))).copied()
}

/// How surely an object is a story: 0 for articles, 1 for other works; `None` for all else.
fn rank(object: &Value) -> Option<u8> {
    let kinds = texts(object.get("@type"), &[], &[]);
    let kinds = kinds.iter().map(|kind| kind.rsplit(['/', ':', '#']).next().unwrap_or_default());
    kinds
        .filter_map(|kind| {
            if kind.ends_with("Article") || kind.ends_with("Posting") {
                Some(0)
            } else {
                TYPES.contains(&kind).then_some(1)
            }
        })
        .min()
}

fn images(object: &Value, objects: &[Value], document: &Document) -> Vec<Image> {
    let mut found = Vec::new();
    for key in ["image", "thumbnailUrl"] {
        for address in texts(object.get(key), objects, &["url", "contentUrl", "@id"]) {
            if let Some(url) = document.resolve(&address) {
                found.push(picture(url));
            }
        }
    }
    if let (Some(image), Some(Value::Object(described))) = (found.first_mut(), first_object(object.get("image"))) {
        let number = |key: &str| match described.get(key)? {
            Value::Number(number) => u32::try_from(number.as_u64()?).ok(),
            Value::String(text) => text.trim().trim_end_matches("px").trim().parse().ok(),
            _ => None,
        };
        let words = |key: &str| Some(decode(described.get(key)?.as_str()?.trim())).filter(|words| !words.is_empty());
        (image.width, image.height) = (number("width"), number("height"));
        image.caption = words("caption").map(|caption| one_line(&caption, 2_000));
    }
    found
}

fn first_object(value: Option<&Value>) -> Option<&Value> {
    match value? {
        Value::Array(values) => values.first(),
        value => Some(value),
    }
}

/// The texts of `value`: strings and numbers as they are, of objects the first of `keys`, of arrays all of them, of
/// references what they refer to. Entities are resolved once, since many sites escape twice.
fn texts(value: Option<&Value>, objects: &[Value], keys: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting: Vec<(&Value, u8)> = value.map(|value| (value, 0)).into_iter().collect();
    while let Some((value, depth)) = waiting.pop() {
        if found.len() >= 100 || depth > 6 {
            break;
        }
        match value {
            Value::String(text) => {
                let text = decode(text.trim());
                if !text.is_empty() {
                    found.push(text);
                }
            }
            Value::Number(number) => found.push(number.to_string()),
            Value::Array(values) => waiting.extend(values.iter().rev().map(|value| (value, depth + 1))),
            Value::Object(object) => {
                if let Some(inner) = keys.iter().find_map(|key| object.get(*key)) {
                    waiting.push((inner, depth + 1));
                } else if let Some(id) = object.get("@id").and_then(Value::as_str)
                    && let Some(target) = objects.iter().find(|other| {
                        other.get("@id").and_then(Value::as_str) == Some(id)
                            && keys.iter().any(|key| other.get(*key).is_some())
                    })
                {
                    waiting.push((target, depth + 1));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
    found
}
