//! `index.html`: all feeds on one page, grouped by category, with a search.
//!
//! Cheap for ten thousand feeds: a row is some hundred bytes, the newest titles are named only while there are few
//! feeds, and a browser lays out only the rows that are in sight.

use std::io::{self, Write};

use chrono::NaiveDate;
use maud::{Markup, html};
use url::Url;

use super::{END, Frame, SEARCH_SCRIPT, about_feeds, alternates, counted, direction, logo, subscribe_links};
use crate::format::{grouped, xml};
use crate::model::FeedId;

/// Up to so many feeds are told to browsers and readers one by one; for more there is the OPML list.
const MAX_ALTERNATES: usize = 30;
/// Up to so many feeds have their newest titles named.
pub(crate) const MAX_WITH_LATEST: usize = 200;

/// One feed of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFeed<'a> {
    /// The stem of its files, which stand beside the page.
    pub id: &'a FeedId,
    /// The name for people.
    pub title: &'a str,
    /// BCP 47 tag of the language of its titles.
    pub language: Option<&'a str>,
    /// The heading under which it stands.
    pub category: Option<&'a str>,
    /// The page it was made from.
    pub home: &'a Url,
    /// How many entries it has; without any it has no files yet.
    pub entries: usize,
    /// The day of its newest entry.
    pub newest: Option<NaiveDate>,
    /// Whether the last visit went well.
    pub health: Health,
    /// Titles and addresses of its newest entries, newest first.
    pub latest: &'a [(String, Url)],
}

/// How the last visit went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Well.
    Ok,
    /// Not well; the words say since when and why, for people.
    Failing(String),
}

/// Writes the page. `title` is its heading; `opml` is the path of the OPML file beside it, if there is one. Feeds
/// without a category come first; categories follow in the order in which they first appear.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, title: &str, opml: Option<&str>, feeds: &[IndexFeed<'_>]) -> io::Result<()> {
    let many = feeds.len() > MAX_WITH_LATEST;
    let head = html! {
        @if feeds.len() <= MAX_ALTERNATES {
            @for feed in feeds.iter().filter(|feed| feed.entries > 0) { (alternates(feed.id, feed.title)) }
        }
        @if let Some(opml) = opml {
            link rel="outline" type="text/x-opml" title="OPML" href=(opml); "\n"
        }
        script src=(SEARCH_SCRIPT) defer {} "\n"
    };
    let top = html! {
        header {
            (logo())
            h1 dir="auto" { (xml::line(title)) }
            (overview(feeds))
            (about_feeds())
            div.tools {
                search #search hidden {
                    label { "Find a feed " input type="search" autocomplete="off" spellcheck="false"; }
                    output.quiet {}
                }
                @if let Some(opml) = opml {
                    a.button href=(opml) type="text/x-opml" title="One list of all feeds, to import into a reader" { "All feeds as OPML" }
                }
            }
        }
        "\n"
    };
    // The script is the page's own file; nothing else may run.
    let frame = Frame {
        title,
        allowed: "script-src 'self'; img-src data:",
        head,
        class: if many { "index many" } else { "index" },
    };
    let mut put = |words: &str| out.write_all(words.as_bytes());
    put(&frame.begin())?;
    put(&top.0)?;
    put("<main>")?;
    for (category, feeds) in grouped(feeds, |feed| feed.category) {
        put("<section>")?;
        put(&html! { @if let Some(category) = category { h2 dir="auto" { (xml::line(category)) } } }.0)?;
        put("<ul class=\"feeds\">\n")?;
        for feed in feeds {
            put(&row(feed, many).0)?;
            put("\n")?;
        }
        put("</ul></section>")?;
    }
    put("</main>\n")?;
    let bottom = html! {
        footer.quiet {
            p { "This page loads nothing from other sites. " a href="status.json" { "Status of all feeds" } }
        }
    };
    put(&bottom.0)?;
    put(END)
}

fn overview(feeds: &[IndexFeed<'_>]) -> Markup {
    let failing = feeds.iter().filter(|feed| feed.health != Health::Ok).count();
    let newest = feeds.iter().filter_map(|feed| feed.newest).max();
    html! {
        p.quiet {
            (counted(feeds.len(), "feed", "feeds"))
            @if failing > 0 { " · " span.ill { (failing) " failing" } }
            @if let Some(day) = newest { " · newest entry " (date(day)) }
        }
    }
}

fn row(feed: &IndexFeed<'_>, many: bool) -> Markup {
    let IndexFeed { id, title, language, category: _, home, entries, newest, health, latest } = feed;
    let title = xml::line(title);
    let (language, direction) = (language.and_then(xml::language), direction(*language));
    let host = home.host_str().unwrap_or(home.as_str());
    let host = host.strip_prefix("www.").unwrap_or(host);
    html! {
        li.feed #{ "feed-" (id) } {
            h3 lang=[language] dir=(direction) {
                @if *entries > 0 { a href={ (id) ".html" } { (title) } } @else { (title) }
            }
            p.quiet {
                a href=(home) { (host) }
                " · " (counted(*entries, "entry", "entries"))
                @if let Some(day) = newest { " · " (date(*day)) }
                @if *health == Health::Ok && *entries > 0 { " · " span.well { "working" } }
            }
            @if let Health::Failing(words) = health { p.ill dir="auto" { "Failing: " (xml::line(words)) } }
            @if !many && !latest.is_empty() {
                ul.latest lang=[language] dir=(direction) {
                    @for (title, url) in *latest { li { a href=(url) { bdi { (xml::line(title)) } } } }
                }
            }
            @if *entries > 0 { (subscribe_links(id, &title)) }
        }
    }
}

fn date(day: NaiveDate) -> Markup {
    html! { time datetime=(day) { (day.format("%-d %B %Y")) } }
}
