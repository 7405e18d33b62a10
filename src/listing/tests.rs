//! Whole pages of our own → listings.

use std::fmt::Write;

use scraper::Selector;
use url::Url;

use super::{Listing, Rules, read};
use crate::page::Document;
use crate::page::field::{Alternative, Field, Look};

fn document(address: &str, body: &str) -> Document {
    Document::parse(body, &Url::parse(address).unwrap())
}

fn detect(address: &str, body: &str) -> Listing {
    read(&document(address, body), &Rules::default())
}

fn titles(listing: &Listing) -> Vec<&str> {
    listing.teasers.iter().filter_map(|teaser| teaser.title.as_deref()).collect()
}

fn dates(listing: &Listing) -> Vec<&str> {
    listing.teasers.iter().filter_map(|teaser| Some(teaser.published.as_ref()?.text.as_str())).collect()
}

fn paths(listing: &Listing) -> Vec<&str> {
    listing.teasers.iter().filter_map(|teaser| Some(teaser.url.as_ref()?.path())).collect()
}

fn field(written: &str) -> Field {
    let (css, attribute) = written.split_once('@').map_or((written, None), |(css, name)| (css, Some(name.to_owned())));
    let look = if css.is_empty() { Look::Scope } else { Look::Css(Selector::parse(css).unwrap()) };
    let written = written.to_owned();
    let alternative = Alternative { look, attribute, all: false, join: None, regex: None, format: None, written };
    Field { alternatives: vec![alternative], optional: false }
}

const CARDS: usize = 24;

/// A front page: menu, cards, the same stories again as "most read", footer.
fn front_page() -> String {
    let mut page = String::from("<html lang=en><title>The Harbour Post</title><header><nav><ul>");
    for topic in ["Town", "Port", "Weather", "Markets", "Letters and notes"] {
        let _ = write!(page, "<li><a href='/topic/{topic}/'>{topic}</a></li>");
    }
    page.push_str("</ul></nav></header><main><div class=grid>");
    for n in 1..=CARDS {
        let _ = write!(
            page,
            "<article class='card card--{}'><a href='/s/{n}.html'><img src='/i/{n}.jpg' alt='picture'></a><div><span class=kicker>Port</span>\
             <h3><a href='/s/{n}.html'>Ferry number {n} leaves the old quay at dawn</a></h3>\
             <p class=summary>The crew of ferry {n} says that the water was calm and the passengers were few.</p>\
             <span class=author>By Ada Quay</span><time datetime='2026-03-{n:02}T06:00:00Z'>{n} hours ago</time>\
             <a href='/s/{n}.html'>Read more</a></div></article>",
            if n == 1 { "lead" } else { "std" }
        );
    }
    page.push_str("</div><aside><h2>Most read</h2><ol>");
    for n in (1..=CARDS).rev() {
        let _ = write!(
            page,
            "<li><a href='/s/{n}.html'><b>{n}</b> Ferry number {n} leaves the old quay at dawn today</a></li>"
        );
    }
    page.push_str("</ol></aside></main><footer><ul>");
    for word in ["About us", "Work with us here", "Privacy", "Imprint", "Terms of use for readers"] {
        let _ = write!(page, "<li><a href='/info/{}/'>{word}</a></li>", word.len());
    }
    page.push_str("</ul></footer></html>");
    page
}

#[test]
fn a_front_page_gives_its_cards_and_nothing_else() {
    for address in ["https://post.example/", "https://post.example/section/port/"] {
        let listing = detect(address, &front_page());
        assert_eq!(listing.teasers.len(), CARDS);
        assert_eq!(listing.title.as_deref(), Some("The Harbour Post"));
        assert_eq!((listing.strategy, listing.language.as_deref()), ("auto", Some("en")));
        for (n, teaser) in (1..).zip(&listing.teasers) {
            assert_eq!(teaser.url.as_ref().unwrap().path(), format!("/s/{n}.html"));
            assert_eq!(teaser.title.as_deref().unwrap(), format!("Ferry number {n} leaves the old quay at dawn"));
            assert_eq!(teaser.published.as_ref().unwrap().text, format!("2026-03-{n:02}T06:00:00Z"));
            assert_eq!(teaser.authors, ["Ada Quay"]);
            assert_eq!(teaser.image.as_ref().unwrap().path(), format!("/i/{n}.jpg"));
            assert!(teaser.summary.as_deref().unwrap().starts_with("The crew of ferry"));
        }
    }
}

#[test]
fn a_table_of_notices() {
    let mut page = String::from("<nav><a href=/amt/>Amt</a> <a href=/rat/>Rat</a></nav><table>");
    for n in 1..=6 {
        let _ = write!(
            page,
            "<tr><td>0{n}.03.2026</td><td><a href='/amt/meldung/{n}'>Sperrung der Brücke {n} wegen Bauarbeiten am Ufer</a></td>\
             <td><a href='/datei/{n}.pdf'>PDF</a></td></tr>"
        );
    }
    page.push_str("</table>");
    let listing = detect("https://stadt.example/amt/bekanntmachungen", &page);
    assert_eq!(listing.teasers.len(), 6);
    assert_eq!(titles(&listing)[0], "Sperrung der Brücke 1 wegen Bauarbeiten am Ufer");
    assert_eq!(dates(&listing)[5], "06.03.2026");
}

#[test]
fn a_list_of_plain_links() {
    let mut page =
        String::from("<ul class=menu><li><a href=/a>Home page</a><li><a href=/b>About this place</a></ul><ul>");
    for n in 1..=5 {
        let _ = write!(page, "<li><a href='/notes/{n}-on-tides'>Some notes on tide number {n}</a> 2026-02-0{n}</li>");
    }
    let listing = detect("https://notes.example/", &page);
    assert_eq!(
        paths(&listing),
        ["/notes/1-on-tides", "/notes/2-on-tides", "/notes/3-on-tides", "/notes/4-on-tides", "/notes/5-on-tides"]
    );
    assert_eq!(dates(&listing).len(), 5);
}

#[test]
fn a_flat_page_of_headings_and_paragraphs() {
    let mut page = String::from("<main>");
    for n in 1..=4 {
        let _ = write!(
            page,
            "<h2><a href='/p/{n}'>A walk along canal {n} in spring</a></h2><p class=date>1{n} May 2026</p>\
             <p>We walked along canal {n} for many hours and saw more herons than people.</p>"
        );
    }
    let listing = detect("https://walks.example/", &page);
    assert_eq!(dates(&listing), ["11 May 2026", "12 May 2026", "13 May 2026", "14 May 2026"]);
    assert!(
        listing
            .teasers
            .iter()
            .all(|teaser| teaser.summary.as_deref().is_some_and(|text| text.starts_with("We walked")))
    );
}

#[test]
fn a_changelog_with_anchors() {
    let page = "<h1>Changes</h1><h2 id=v3>3.0.0 (2026-04-01)</h2><ul><li>See <a href='/pull/9'>a change with many words</a></li></ul>\
                <h2 id=v2>2.1.0 (2026-03-01)</h2><p>Fixes.</p><h2 id=v1>2.0.0 (2026-02-01)</h2><p>First.</p>";
    let listing = detect("https://tool.example/changes", page);
    let urls: Vec<_> = listing.teasers.iter().map(|teaser| teaser.url.as_ref().unwrap().as_str()).collect();
    let base = "https://tool.example/changes";
    assert_eq!(urls, [format!("{base}#v3"), format!("{base}#v2"), format!("{base}#v1")]);
    assert_eq!(dates(&listing), ["2026-04-01", "2026-03-01", "2026-02-01"]);
    assert_eq!(listing.teasers[1].content.as_deref(), Some("<p>Fixes.</p>"));
}

#[test]
fn three_links_to_one_story_are_one_item() {
    let mut page = String::new();
    for n in 1..=3 {
        let _ = write!(
            page,
            "<div class=item><a href='/x/{n}'><img src='{n}.png' alt='A long description of picture {n} that is no title'></a>\
             <h3><a href='/x/{n}?utm_source=list'>Bridge {n} opens</a></h3><a href='/x/{n}#more'>Weiterlesen</a></div>"
        );
    }
    let listing = detect("https://site.example/", &page);
    assert_eq!(titles(&listing), ["Bridge 1 opens", "Bridge 2 opens", "Bridge 3 opens"]);
}

#[test]
fn the_next_page_in_its_forms() {
    for (pager, wanted) in [
        ("<a rel=next href='?page=2'>x</a>", Some("/list?page=2")),
        ("<a href='/list/2'>Ältere Beiträge</a>", Some("/list/2")),
        ("<div class=pager><a href='/list/2'>下一页</a></div>", Some("/list/2")),
        ("<div class=pagination><b>1</b> <a href='/list/2'>2</a> <a href='/list/3'>3</a></div>", Some("/list/2")),
        (
            "<div class=pagination><a href='/list/1'>1</a> <a class=current>2</a> <a href='/list/3'>3</a></div>",
            Some("/list/3"),
        ),
        ("<div class=pagination><a href='/list/2' aria-label='Next page'><svg></svg></a></div>", Some("/list/2")),
        ("<a href='https://other.example/' rel=next>Next</a>", None),
        ("<a href='/story'>The next step for the harbour</a>", None),
    ] {
        let next = detect("https://site.example/list", pager).next;
        let next = next.as_ref().map(|url| &url.as_str()["https://site.example".len()..]);
        assert_eq!(next, wanted, "{pager}");
    }
}

#[test]
fn json_ld_lists() {
    let mut members = Vec::new();
    for n in 1..=3 {
        members.push(format!(
            "{{\"@type\":\"BlogPosting\",\"url\":\"/b/{n}\",\"headline\":\"Post {n}\",\"datePublished\":\"2026-01-0{n}\",\"author\":{{\"name\":\"Ada\"}}}}"
        ));
    }
    let page = format!(
        "<script type='application/ld+json'>{{\"@type\":\"Blog\",\"blogPost\":[{}]}}</script>",
        members.join(",")
    );
    let listing = detect("https://blog.example/", &page);
    assert_eq!((listing.strategy, titles(&listing)), ("json-ld", vec!["Post 1", "Post 2", "Post 3"]));
    assert_eq!((dates(&listing)[2], listing.teasers[0].authors[0].as_str()), ("2026-01-03", "Ada"));
}

#[test]
fn configured_items_with_fallbacks() {
    let page = "<div class=row><p class=h>First of all</p><a href='/1'>more</a><span class=d>1 Mar 2026</span></div>\
                <div class=row><p class=h>Second thing</p><a href='/2'>more</a></div><div class=row><p class=h>No link here</p></div>";
    let rules = Rules {
        items: Some(vec![Selector::parse(".none").unwrap(), Selector::parse(".row").unwrap()]),
        title: Some(field(".h")),
        date: Some(field(".d")),
        author: Some(field(".who")),
        summary: Some(Field { optional: true, ..field(".sum") }),
        ..Rules::default()
    };
    let listing = read(&document("https://site.example/", page), &rules);
    assert_eq!((listing.strategy, listing.skipped), ("css", 1));
    assert_eq!(titles(&listing), ["First of all", "Second thing"]);
    assert_eq!((paths(&listing), dates(&listing)), (vec!["/1", "/2"], vec!["1 Mar 2026"]));
    assert_eq!(listing.unmatched, [("author", ".who".to_owned())]);

    let links = Rules { items: Some(vec![Selector::parse("a").unwrap()]), ..Rules::default() };
    let listing = read(&document("https://site.example/", "<a href=/q>Quiet harbour</a>"), &links);
    assert_eq!((titles(&listing), paths(&listing)), (vec!["Quiet harbour"], vec!["/q"]));

    let nothing =
        Rules { items: Some(vec![Selector::parse("i").unwrap()]), items_written: "i".to_owned(), ..Rules::default() };
    assert_eq!(read(&document("https://site.example/", page), &nothing).unmatched, [("items", "i".to_owned())]);
}

#[test]
fn fields_without_items_speak_in_detected_blocks() {
    let rules = Rules { date: Some(field(".kicker")), guid: Some(field("h3 a@href")), ..Rules::default() };
    let listing = read(&document("https://post.example/", &front_page()), &rules);
    assert_eq!(listing.teasers.len(), CARDS);
    assert_eq!((dates(&listing)[0], listing.teasers[1].guid.as_deref()), ("Port", Some("/s/2.html")));
}

#[test]
fn what_surrounds_a_story_or_no_results_is_no_list() {
    let mut related = String::new();
    let mut menu = String::new();
    for n in 1..=8 {
        let _ = write!(related, "<li><a href='/news/{n}.html'>Ferry {n} leaves the old quay at dawn</a></li>");
        let _ = write!(menu, "<a href='/topic/{n}/'>Topic {n}</a>");
    }
    let text = "<p>The crew of the ferry says that the water was calm and that the passengers were few, as always.</p>";
    let story = format!("<main><h1>A story</h1>{}<div class=related>{related}</div></main>", text.repeat(20));
    assert_eq!(detect("https://site.example/news/77.html", &story).teasers, []);
    let nothing = format!("<nav>{menu}</nav><main><p>Nothing was found.</p></main><footer>{menu}</footer>");
    assert_eq!(detect("https://site.example/search?q=x", &nothing).teasers, []);
}

#[test]
fn long_rows_of_numbers_are_read_in_linear_time() {
    let mut page = String::from("<div class=pager>");
    for n in 2..5_000 {
        let _ = write!(page, "<a href='?page={n}'>{}</a> ", 3 * n + 7);
    }
    assert_eq!(detect("https://site.example/list", &page).next, None);
}

#[test]
fn odd_pages_give_nothing_and_do_not_fail() {
    for page in
        ["", "<a href=''>x</a>", "<a href='http://['>bad</a>", "<script>1</script>", &"<div>".repeat(300), "<h2 id=a>x"]
    {
        assert_eq!(detect("https://site.example/", page).teasers, []);
    }
}

#[test]
fn a_summary_ends_before_the_link_to_the_rest() {
    let mut page = String::from("<title>Shed</title><main>");
    for (n, more) in [(1, "Continue reading “Story number 1 of the shed”"), (2, "Read more"), (3, "the old map")] {
        let _ = write!(
            page,
            "<div class=item><h2><a href='/2026/{n}/'>Story number {n} of the shed</a></h2>\
             <p>The wheel turned again on Saturday, and many neighbours saw <a href='/2026/{n}/'>{more}</a></p></div>"
        );
    }
    let listing = detect("https://shed.example/", &page);
    let ends: Vec<_> =
        listing.teasers.iter().filter_map(|teaser| teaser.summary.as_deref()?.rsplit(' ').next()).collect();
    assert_eq!(ends, ["saw", "saw", "map"]);
}
