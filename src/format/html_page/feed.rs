//! `<id>.html`: one feed for people, with its entries and the ways to subscribe.
//!
//! Opening the page asks no other site for anything. The full text of an entry is folded up; its pictures and
//! recordings stand inside, and a browser fetches them from the site only when somebody unfolds it. The content policy
//! names the origins from which that may be. Pictures that were copied into the output folder are shown at once.

use std::collections::BTreeSet;

use maud::{Markup, PreEscaped, html};
use url::Url;

use super::{Frame, about_feeds, alternates, counted, direction, for_people, logo, subscribe_links};
use crate::format::xml;
use crate::model::{
    Attribution, Comments, Enclosure, Entry, Feed, Image, Parent, Person, Precision, SafeHtml, Timestamp,
};
use crate::normalise::html::{addresses, plain_text, shown};

/// How many columns of the beginning of an entry are shown; a Chinese character takes two.
const EXCERPT_COLUMNS: usize = 320;
/// From so many origins a content policy names them no longer one by one.
const MAX_ORIGINS: usize = 24;

/// Writes the page; `base` is the address of the output folder, if known.
pub fn render(feed: &Feed, base: Option<&Url>) -> Vec<u8> {
    render_some(feed, &feed.entries().iter().collect::<Vec<_>>(), base)
}

/// Writes the page with `entries`, which are some of those of `feed`; what is said of the feed is said of all.
pub(in crate::format) fn render_some(feed: &Feed, entries: &[&Entry], base: Option<&Url>) -> Vec<u8> {
    let title = xml::line(feed.title.as_str());
    let language = feed.language.as_deref();
    let host = feed.home.host_str().unwrap_or(feed.home.as_str());
    let host = host.strip_prefix("www.").unwrap_or(host);
    let body = html! {
        header {
            nav { a href="index.html" { "All feeds" } }
            h1 lang=[language.and_then(xml::language)] dir=(direction(language)) { (title) }
            @if let Some(description) = &feed.description {
                p.lead lang=[language.and_then(xml::language)] dir=(direction(language)) { (xml::line(description)) }
            }
            p.quiet {
                "Stories from " a href=(feed.home) { (host) } " · " (counted(feed.entries().len(), "entry", "entries"))
            }
            section.subscribe {
                h2 { (logo()) "Subscribe" }
                (subscribe_links(&feed.id, &title))
                @if let Some(base) = base {
                    p { "Address for a reader: " code { (base) (feed.id) "." (for_people().next().map_or("", |format| format.extension())) } }
                }
                (about_feeds())
            }
        }
        "\n"
        main { "\n" @for entry in entries { (article(entry, feed, base)) "\n" } }
        "\n"
        footer.quiet {
            p { "This page loads nothing from other sites, until you open a story that has pictures from there." }
        }
    };
    let frame =
        Frame { title: &title, allowed: &allowed(feed, base), head: alternates(&feed.id, &title), class: "reading" };
    frame.around(&body)
}

/// What the entries of the page may load, as directives of the content policy.
fn allowed(feed: &Feed, base: Option<&Url>) -> String {
    let (mut pictures, mut media) = (BTreeSet::new(), BTreeSet::new());
    for entry in feed.entries() {
        for (name, address) in entry.content.iter().flat_map(|content| addresses(content.as_str())) {
            match name {
                "img" => pictures.extend(origin(&address, base)),
                "video" | "audio" => media.extend(origin(&address, base)),
                _ => {}
            }
        }
        let lead = entry.image.as_ref().filter(|image| local(image.url.as_str(), base).is_some());
        pictures.extend(lead.map(|_| "'self'".to_owned()));
    }
    format!("img-src data:{}; media-src{}", listed(&pictures, ""), listed(&media, " 'none'"))
}

fn listed(origins: &BTreeSet<String>, none: &str) -> String {
    match origins.len() {
        0 => none.to_owned(),
        1..=MAX_ORIGINS => origins.iter().flat_map(|origin| [" ", origin]).collect(),
        _ => " 'self' http: https:".to_owned(),
    }
}

fn origin(address: &str, base: Option<&Url>) -> Option<String> {
    if local(address, base).is_some() {
        return Some("'self'".to_owned());
    }
    // Only the origin of a tuple reaches the policy, whose words end at spaces, ';' and ','.
    let origin = Url::parse(address).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// The path of `address` below the output folder, if it lies there.
fn local<'a>(address: &'a str, base: Option<&Url>) -> Option<&'a str> {
    address.strip_prefix(base?.as_str()).filter(|path| !path.is_empty())
}

fn article(entry: &Entry, feed: &Feed, base: Option<&Url>) -> Markup {
    let Entry {
        id: _,
        url,
        title,
        published,
        updated: _,
        authors,
        summary,
        content,
        image,
        categories,
        enclosures,
        language,
        source,
        comments,
        notice,
        parent,
        first_seen: _,
        position: _,
    } = entry;
    let language = language.as_deref().or(feed.language.as_deref());
    let text = content.as_ref().map(plain_text).unwrap_or_default();
    let opening = summary.as_deref().filter(|summary| !summary.is_empty()).unwrap_or(&text);
    let opening = excerpt(opening);
    let begins = xml::line(&text).starts_with(opening.trim_end_matches('…'));
    let lead = image.as_ref().and_then(|image| Some((local(image.url.as_str(), base)?, image)));
    html! {
        article lang=[language.and_then(xml::language)] dir=(direction(language)) {
            h2 { a href=(url) { (xml::line(title.as_str())) } }
            (byline(published, authors, source.as_ref(), comments.as_ref(), parent.as_ref()))
            @if let Some((path, image)) = lead { (picture(path, image)) }
            @if !opening.is_empty() { p.opening.begins[begins] { (opening) } }
            @if let Some(content) = content.as_ref().filter(|_| has_more(&text, &opening, content.as_ref())) {
                details {
                    summary { span lang="en" dir="ltr" { "Full text" (pictures_from(content, base)) } }
                    div.content { (PreEscaped(shown(content, &|address| local(address, base).map(str::to_owned)))) }
                    @if let Some(notice) = notice { div.quiet { (PreEscaped(notice.as_str())) } }
                }
            }
            @if !enclosures.is_empty() {
                ul.files { @for file in enclosures { li { (enclosure(file)) } } }
            }
            @if !categories.is_empty() {
                ul.tags aria-label="Subjects" { @for category in categories { li { (xml::line(category)) } } }
            }
        }
    }
}

/// Whether the full text says or shows more than `opening`.
fn has_more(text: &str, opening: &str, content: Option<&SafeHtml>) -> bool {
    let letters = |words: &str| words.chars().filter(|c| c.is_alphanumeric()).count();
    let shows = || content.is_some_and(|html| addresses(html.as_str()).any(|(name, _)| name != "a"));
    letters(text) > letters(opening) || shows()
}

fn byline(
    published: &Timestamp,
    authors: &[Person],
    source: Option<&Attribution>,
    comments: Option<&Comments>,
    parent: Option<&Parent>,
) -> Markup {
    let instant = xml::writable(published.instant());
    html! {
        // Our own words run left to right, but stand on the side where the entry's lines begin.
        p.quiet { span lang="en" dir="ltr" {
            @match published.precision() {
                Precision::Exact => time datetime=(xml::rfc_3339(instant)) { (instant.format("%-d %B %Y, %H:%M")) },
                Precision::Day => time datetime=(published.date()) { (published.date().format("%-d %B %Y")) },
                Precision::FirstSeen => { "seen " time datetime=(xml::rfc_3339(instant)) { (instant.format("%-d %B %Y")) } },
            }
            @if let Some(parent) = parent {
                " · " bdi { a href={ (parent.id) ".html" } { (xml::line(&parent.title)) } }
            }
            @for (place, author) in authors.iter().enumerate() {
                @if place == 0 { " · by " } @else { ", " }
                bdi { (linked(&author.name, author.url.as_ref())) }
            }
            @if let Some(source) = source {
                @let name = source.name.as_deref().or(source.url.as_ref().and_then(Url::host_str));
                @if let Some(name) = name { " · from " bdi { (linked(name, source.url.as_ref())) } }
            }
            @if let Some(count) = comments.and_then(|comments| comments.count).filter(|count| *count > 0) {
                " · " (linked(&counted(usize::try_from(count).unwrap_or(usize::MAX), "comment", "comments"), comments.and_then(|c| c.url.as_ref())))
            }
        } }
    }
}

fn linked(words: &str, url: Option<&Url>) -> Markup {
    html! { @if let Some(url) = url { a href=(url) { (xml::line(words)) } } @else { (xml::line(words)) } }
}

fn picture(path: &str, image: &Image) -> Markup {
    let Image { url: _, alt, caption: _, width, height } = image;
    html! {
        img.lead src=(path) alt=(xml::line(alt.as_deref().unwrap_or_default())) width=[*width] height=[*height]
            loading="lazy" decoding="async";
    }
}

/// Which pictures are fetched from elsewhere when a story is opened.
fn pictures_from(content: &SafeHtml, base: Option<&Url>) -> Markup {
    let remote: Vec<Url> = addresses(content.as_str())
        .filter(|(name, address)| *name == "img" && local(address, base).is_none())
        .filter_map(|(_, address)| Url::parse(&address).ok())
        .collect();
    let hosts: BTreeSet<&str> = remote.iter().filter_map(Url::host_str).collect();
    let hosts: Vec<&str> = hosts.into_iter().take(3).collect();
    html! {
        @if !remote.is_empty() {
            span.quiet { " · " (counted(remote.len(), "picture", "pictures")) " from " bdi { (hosts.join(", ")) } }
        }
    }
}

fn enclosure(file: &Enclosure) -> Markup {
    let Enclosure { url, media_type, length, title } = file;
    let kind = xml::media_type(media_type).unwrap_or_default();
    let kind = kind.rsplit('/').next().unwrap_or_default().to_ascii_uppercase();
    let name =
        title.as_deref().map(|title| xml::line(title).into_owned()).filter(|title| !title.is_empty()).or_else(|| {
            let last = url.path_segments().and_then(|mut parts| parts.next_back()).filter(|part| !part.is_empty());
            last.map(str::to_owned)
        });
    html! {
        a href=(url) type=[xml::media_type(media_type)] { bdi { (name.unwrap_or_else(|| url.to_string())) } }
        span.quiet lang="en" dir="ltr" {
            " " (kind)
            @if let Some(length) = length.filter(|length| *length > 0) { ", " (crate::format::size(length)) }
        }
    }
}

/// The beginning of `text` in one line, cut at a word.
fn excerpt(text: &str) -> String {
    let text = xml::line(text);
    let mut columns = 0;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        columns += if is_wide(c) { 2 } else { 1 };
        if columns > EXCERPT_COLUMNS {
            end = at;
            break;
        }
    }
    let Some(kept) = text.get(..end).filter(|kept| kept.len() < text.len()) else { return text.into_owned() };
    // Scripts without spaces are cut where they are.
    let word = kept.rfind(' ').filter(|&space| space > kept.len() * 3 / 4).unwrap_or(kept.len());
    let kept = kept.get(..word).unwrap_or(kept);
    format!("{}…", kept.trim_end_matches(|c: char| c.is_whitespace() || ".,;:–—-。，、；：".contains(c)))
}

/// Whether `c` takes two columns (East Asian Width, roughly).
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFD}')
}
