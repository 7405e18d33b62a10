//! What browsers would make of the pages, and whether their colours can be read.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use scraper::{Html, Selector};
use url::Url;

use super::*;
use crate::model::{Entry, EntryId, Feed, Image, Person, Title};
use crate::model::{Precision, Timestamp};
use crate::normalise::html::sanitise;

const ODD: &str = "\"><script>alert('1')</script> & \u{202E}中\u{0}";
const SHOWN: &str = "\"><script>alert('1')</script> & 中";

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn page(bytes: &[u8]) -> Html {
    Html::parse_document(std::str::from_utf8(bytes).unwrap())
}

fn texts(page: &Html, css: &str) -> Vec<String> {
    page.select(&Selector::parse(css).unwrap()).map(|element| element.text().collect()).collect()
}

fn attributes(page: &Html, css: &str, name: &str) -> Vec<String> {
    page.select(&Selector::parse(css).unwrap()).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
}

/// The page as text.
fn index(title: &str, opml: Option<&str>, feeds: &[IndexFeed<'_>]) -> String {
    let mut page = Vec::new();
    index_page(&mut page, title, opml, feeds).unwrap();
    String::from_utf8(page).unwrap()
}

fn index_feed<'a>(id: &str, title: &'a str, health: Health) -> IndexFeed<'a> {
    let home = url("https://www.site.example/news?a=1&b=2");
    IndexFeed {
        id: Box::leak(Box::new(FeedId::new(id).unwrap())),
        title,
        language: None,
        category: None,
        home: Box::leak(Box::new(home.clone())),
        entries: 1,
        newest: NaiveDate::from_ymd_opt(2026, 11, 2),
        health,
        latest: vec![(title.to_owned(), home)].leak(),
    }
}

fn entry(title: &str, content: &str) -> Entry {
    let instant = DateTime::parse_from_rfc3339("2026-11-02T08:30:00+01:00").unwrap();
    let address = url("https://site.example/1");
    Entry {
        id: EntryId::from_key(format!("https://site.example/{title}")),
        url: address.clone(),
        title: Title::new(title).unwrap(),
        published: Timestamp::from_parts(instant, Precision::Exact),
        updated: instant,
        authors: vec![Person { name: ODD.to_owned(), url: None }],
        summary: None,
        content: sanitise(content, &address),
        image: None,
        categories: vec![ODD.to_owned()],
        enclosures: Vec::new(),
        language: None,
        source: None,
        comments: None,
        notice: None,
        parent: None,
        first_seen: instant.to_utc(),
        position: 0,
    }
}

fn feed(entries: Vec<Entry>) -> Feed {
    let id = FeedId::new("acme").unwrap();
    Feed::new(id, Title::new(ODD).unwrap(), url("https://www.site.example/")).with_entries(entries, 100)
}

#[test]
fn odd_words_stay_words_in_the_index() {
    let mut listed = index_feed("acme", ODD, Health::Failing(ODD.to_owned()));
    listed.category = Some(ODD);
    let page = page(index(ODD, Some("feeds.opml"), &[listed]).as_bytes());
    assert_eq!(attributes(&page, "script", "src"), ["search.js"]);
    for css in ["title", "h1", "h2", "h3", ".latest a"] {
        assert_eq!(texts(&page, css), [SHOWN], "{css}");
    }
    assert_eq!(texts(&page, "p.ill"), [format!("Failing: {SHOWN}")]);
    assert_eq!(texts(&page, ".formats a"), ["RSS", "Atom", "JSON Feed"]);
    assert_eq!(attributes(&page, "link[rel=alternate]", "href"), ["acme.rss", "acme.atom", "acme.json"]);
    assert_eq!(attributes(&page, "h3 a", "href"), ["acme.html"]);
}

#[test]
fn numbers_read_well() {
    let words = |feeds: &[IndexFeed<'_>]| texts(&page(index("Feeds", None, feeds).as_bytes()), "p").join("|");
    let one = words(&[index_feed("a", "A", Health::Ok)]);
    assert!(one.starts_with("1 feed · newest entry 2 November 2026|"), "{one}");
    assert!(one.contains("|site.example · 1 entry · 2 November 2026 · working|"), "{one}");
    assert!(words(&[]).starts_with("0 feeds|"));
    let failing = words(&[index_feed("a", "A", Health::Failing("gone".to_owned())), index_feed("b", "B", Health::Ok)]);
    assert!(failing.starts_with("2 feeds · 1 failing · "), "{failing}");
}

#[test]
fn a_feed_without_entries_has_no_links() {
    let mut empty = index_feed("a", "A", Health::Failing("gone".to_owned()));
    (empty.entries, empty.newest, empty.latest) = (0, None, &[]);
    let page = page(index("Feeds", None, &[empty]).as_bytes());
    assert_eq!(attributes(&page, "main a", "href"), ["https://www.site.example/news?a=1&b=2"]);
    assert_eq!(texts(&page, "link[rel=alternate]").len(), 0);
}

#[test]
fn ten_thousand_feeds_make_a_page_of_a_few_megabytes() {
    let feeds: Vec<_> =
        (0..10_000).map(|n| index_feed(&format!("feed-{n}"), "A title of some length", Health::Ok)).collect();
    let text = index("Feeds", Some("feeds.opml"), &feeds);
    assert!(text.len() < 8_000_000, "{} bytes", text.len());
    assert_eq!(text.matches("<li class=\"feed\"").count(), 10_000);
    assert_eq!(text.matches("rel=\"alternate\"").count(), 0);
    assert_eq!(text.matches("class=\"latest\"").count(), 0);
}

#[test]
fn odd_words_stay_words_in_a_feed() {
    let content = "<p>Words <script>alert(1)</script><img src=x onerror=alert(1)></p>";
    let page = page(&feed_page(&feed(vec![entry(ODD, content)]), None));
    assert_eq!(texts(&page, "script").len(), 0);
    for css in ["title", "h1", "article h2", ".tags li"] {
        assert_eq!(texts(&page, css), [SHOWN], "{css}");
    }
    assert_eq!(
        texts(&page, "article .quiet"),
        [format!("2 November 2026, 08:30 · by {SHOWN}"), " · 1 picture from site.example".to_owned()]
    );
    assert_eq!(attributes(&page, "article img", "loading"), ["lazy"]);
    assert_eq!(attributes(&page, "img", "onerror").len(), 0);
}

#[test]
fn the_policy_names_what_the_entries_show() {
    let policy = |feed: &Feed, base: Option<&Url>| {
        attributes(&page(&feed_page(feed, base)), "meta[http-equiv]", "content").concat()
    };
    let plain = policy(&feed(vec![entry("A", "<p>Words</p>")]), None);
    assert!(
        plain.contains("default-src 'none'; style-src 'sha256-")
            && plain.contains("; img-src data:; media-src 'none'; base-uri 'none'"),
        "{plain}"
    );
    let shown = "<p>Words<img src='https://pictures.example:8443/a;b,c.png'><img src='http://old.example/'><img src='https://me.example/media/acme/1.png'></p><audio src='https://radio.example/1.mp3'></audio>";
    let mut with_lead = entry("A", shown);
    with_lead.image = Some(Image {
        url: url("https://me.example/media/acme/1.png"),
        alt: None,
        caption: None,
        width: None,
        height: None,
    });
    let feed = feed(vec![with_lead]);
    let base = url("https://me.example/");
    let known = policy(&feed, Some(&base));
    assert!(
        known.contains(
            "; img-src data: 'self' http://old.example https://pictures.example:8443; media-src https://radio.example; "
        ),
        "{known}"
    );
    let page = page(&feed_page(&feed, Some(&base)));
    assert_eq!(attributes(&page, "img.lead", "src"), ["media/acme/1.png"]);
    assert_eq!(attributes(&page, ".content img", "src").last().map(String::as_str), Some("media/acme/1.png"));
}

#[test]
fn the_style_is_the_one_that_the_policy_names() {
    let page = page(index("Feeds", None, &[]).as_bytes());
    let style = texts(&page, "style").concat();
    let hash = BASE64_STANDARD.encode(Sha256::digest(style.as_bytes()));
    assert!(attributes(&page, "meta[http-equiv]", "content").concat().contains(&format!("'sha256-{hash}'")));
    assert!(attributes(&page, "[style]", "style").is_empty(), "a style attribute would be refused");
}

#[test]
fn languages_keep_their_direction() {
    for (language, wanted) in [
        (Some("ar"), "rtl"),
        (Some("fa-IR"), "rtl"),
        (Some("az-Arab-IR"), "rtl"),
        (Some("ur-Latn"), "auto"),
        (Some("zh-CN"), "auto"),
        (Some("he"), "rtl"),
        (Some(""), "auto"),
        (None, "auto"),
    ] {
        assert_eq!(direction(language), wanted, "{language:?}");
    }
    let mut arabic = entry("مجلس المدينة", "<p>كلمات</p>");
    arabic.language = Some("ar".to_owned());
    let page = page(&feed_page(&feed(vec![arabic]), None));
    assert_eq!(attributes(&page, "article", "lang"), ["ar"]);
    assert_eq!(attributes(&page, "article", "dir"), ["rtl"]);
    assert_eq!(attributes(&page, "article .quiet > span", "dir"), ["ltr"]);
}

#[test]
fn the_beginning_of_a_text_ends_at_a_word() {
    let long = "word ".repeat(200);
    let page = page(&feed_page(&feed(vec![entry("A", &format!("<p>{long}</p>"))]), None));
    let opening = texts(&page, "article > p:not(.quiet)").concat();
    assert!(opening.ends_with("word…") && opening.chars().count() <= 321, "{opening}");
    let chinese = "天".repeat(400);
    let page = self::page(&feed_page(&feed(vec![entry("A", &format!("<p>{chinese}</p>"))]), None));
    assert_eq!(texts(&page, "article > p:not(.quiet)").concat().chars().count(), 161);
    let page = self::page(&feed_page(&feed(vec![entry("A", "<p>Short.</p>")]), None));
    assert_eq!((texts(&page, "details.about").len(), texts(&page, "article details").len()), (1, 0));
}

/// The custom properties of one colour scheme.
fn colours(css: &str) -> BTreeMap<&str, [f64; 3]> {
    css.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #")?;
            let part = |at: usize| u8::from_str_radix(value.get(at..at + 2)?, 16).ok().map(f64::from);
            Some((name, [part(0)?, part(2)?, part(4)?]))
        })
        .collect()
}

/// The contrast of two colours (WCAG 2.2, definitions of contrast ratio and relative luminance).
fn contrast(one: [f64; 3], two: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [red, green, blue] = colour.map(|part| {
            let part = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_read() {
    let (light, dark) = STYLE.split_once("@media (prefers-color-scheme: dark)").unwrap();
    assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 1e-9);
    for (scheme, css) in [("light", light), ("dark", dark.split_once("* {").unwrap().0)] {
        let colours = colours(css);
        assert_eq!(colours.len(), 10, "{scheme}: {colours:?}");
        for text in ["ink", "quiet", "link", "accent", "well", "ill"] {
            for ground in ["paper", "card", "tint"] {
                let ratio = contrast(colours[text], colours[ground]);
                // AA for text of any size; what is drawn on the tint is asked to be as clear.
                assert!(ratio >= 4.5, "{scheme}: {text} on {ground} is {ratio:.2}");
            }
        }
    }
}
