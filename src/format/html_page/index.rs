//! `index.html`: all feeds on one page, grouped by category, with a search.
//!
//! Cheap for ten thousand feeds: a row is some hundred bytes, the newest titles are named only while there are few
//! feeds, and a browser lays out only the rows that are in sight.

use chrono::NaiveDate;
use maud::{Markup, Render, html};
use url::Url;

use super::{Frame, SEARCH_SCRIPT, about_feeds, alternates, counted, direction, logo, subscribe_links};
use crate::format::{grouped, xml};
use crate::model::FeedId;

/// Up to so many feeds are told to browsers and readers one by one; for more there is the OPML list.
const MAX_ALTERNATES: usize = 30;
/// Up to so many feeds have their newest titles named.
pub(crate) const MAX_WITH_LATEST: usize = 200;

/// One feed of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFeed {
    /// The stem of its files, which stand beside the page.
    pub id: FeedId,
    /// The name for people.
    pub title: String,
    /// BCP 47 tag of the language of its titles.
    pub language: Option<String>,
    /// The heading under which it stands.
    pub category: Option<String>,
    /// The page it was made from.
    pub home: Url,
    /// How many entries it has; without any it has no files yet.
    pub entries: usize,
    /// The day of its newest entry.
    pub newest: Option<NaiveDate>,
    /// Whether the last visit went well.
    pub health: Health,
    /// Titles and addresses of its newest entries, newest first.
    pub latest: Vec<(String, Url)>,
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
pub fn render(title: &str, opml: Option<&str>, feeds: &[IndexFeed]) -> Vec<u8> {
    let many = feeds.len() > MAX_WITH_LATEST;
    let head = html! {
        @if feeds.len() <= MAX_ALTERNATES {
            @for feed in feeds.iter().filter(|feed| feed.entries > 0) { (alternates(&feed.id, &feed.title)) }
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
    let body = Body { top, feeds, many };
    // The script is the page's own file; nothing else may run.
    let frame = Frame {
        title,
        allowed: "script-src 'self'; img-src data:",
        head,
        class: if many { "index many" } else { "index" },
    };
    frame.around(&body)
}

/// What stands in the body. It goes straight into the page, since that of thousands of feeds takes megabytes.
struct Body<'a> {
    top: Markup,
    feeds: &'a [IndexFeed],
    many: bool,
}

impl Render for Body<'_> {
    fn render_to(&self, page: &mut String) {
        let Self { top, feeds, many } = self;
        top.render_to(page);
        page.push_str("<main>");
        for (category, feeds) in grouped(feeds, |feed| feed.category.as_deref()) {
            page.push_str("<section>");
            html! { @if let Some(category) = category { h2 dir="auto" { (xml::line(category)) } } }.render_to(page);
            page.push_str("<ul class=\"feeds\">\n");
            for feed in feeds {
                html! { (row(feed, *many)) "\n" }.render_to(page);
            }
            page.push_str("</ul></section>");
        }
        page.push_str("</main>\n");
        let bottom = html! {
            footer.quiet {
                p { "This page loads nothing from other sites. " a href="status.json" { "Status of all feeds" } }
            }
        };
        bottom.render_to(page);
    }
}

fn overview(feeds: &[IndexFeed]) -> Markup {
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

fn row(feed: &IndexFeed, many: bool) -> Markup {
    let IndexFeed { id, title, language, category: _, home, entries, newest, health, latest } = feed;
    let title = xml::line(title);
    let (language, direction) = (language.as_deref().and_then(xml::language), direction(language.as_deref()));
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
                    @for (title, url) in latest { li { a href=(url) { bdi { (xml::line(title)) } } } }
                }
            }
            @if *entries > 0 { (subscribe_links(id, &title)) }
        }
    }
}

fn date(day: NaiveDate) -> Markup {
    html! { time datetime=(day) { (day.format("%-d %B %Y")) } }
}
