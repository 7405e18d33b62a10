//! `index.html`: all feeds on one page for people.
//!
//! Works without scripts, follows the reader's light or dark setting, and loads nothing: the style stands inside and the
//! content policy forbids everything else. Says nothing that moves by itself, such as "two hours ago": it changes when a
//! feed changes. Links to files are relative, so the page works wherever the folder is served.

use std::fmt::Write;

use chrono::NaiveDate;
use url::Url;

use crate::format::{FORMATS, xml};
use crate::model::FeedId;

/// The style, light and dark.
const STYLE: &str = include_str!("html_page.css");
/// What a browser may load for this page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https:";

/// One feed of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFeed {
    /// The stem of its files, which stand beside the page.
    pub id: FeedId,
    /// The name for people.
    pub title: String,
    /// The page it was made from.
    pub home: Url,
    /// How many entries it has.
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

/// Writes the page. `title` is its heading; `opml` is the path of the OPML file beside it, if there is one.
pub fn render(title: &str, opml: Option<&str>, feeds: &[IndexFeed]) -> Vec<u8> {
    let mut page = String::new();
    let heading = escaped(title);
    // Writing to a text cannot fail, so results of `write!` are dropped here and below.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{heading}</title>\n"
    );
    for feed in feeds.iter().filter(|feed| feed.entries > 0) {
        push_alternates(&mut page, feed);
    }
    if let Some(opml) = opml {
        let opml = escaped(opml);
        let _ = writeln!(page, "<link rel=\"outline\" type=\"text/x-opml\" title=\"OPML\" href=\"{opml}\">");
    }
    let _ = write!(page, "<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1 dir=\"auto\">{heading}</h1>\n");
    push_overview(&mut page, opml, feeds);
    page.push_str("</header>\n<main>\n");
    for feed in feeds {
        push_feed(&mut page, feed);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page.into_bytes()
}

/// The `<link rel="alternate">` by which readers and browsers find every file of `feed`.
fn push_alternates(page: &mut String, feed: &IndexFeed) {
    let title = escaped(&feed.title);
    for format in FORMATS {
        let (name, media_type, extension) = (format.name(), format.media_type(), format.extension());
        let _ = writeln!(
            page,
            "<link rel=\"alternate\" type=\"{media_type}\" title=\"{title} ({name})\" href=\"{}.{extension}\">",
            feed.id
        );
    }
}

fn push_overview(page: &mut String, opml: Option<&str>, feeds: &[IndexFeed]) {
    let failing = feeds.iter().filter(|feed| feed.health != Health::Ok).count();
    let _ = write!(page, "<p class=\"quiet\">{}", counted(feeds.len(), "feed", "feeds"));
    if failing > 0 {
        let _ = write!(page, ", <span class=\"ill\">{failing} failing</span>");
    }
    if let Some(opml) = opml {
        let _ = write!(page, ". <a href=\"{}\">All of them as OPML</a>, to import into a reader", escaped(opml));
    }
    page.push_str(".</p>\n");
}

fn push_feed(page: &mut String, feed: &IndexFeed) {
    let IndexFeed { id, title, home, entries, newest, health, latest } = feed;
    let (title, address) = (escaped(title), escaped(home.as_str()));
    let host = escaped(home.host_str().unwrap_or(home.as_str()));
    let _ = write!(
        page,
        "<article class=\"feed\" id=\"{id}\" aria-labelledby=\"{id}-title\">\n\
         <h2 id=\"{id}-title\" dir=\"auto\">{title}</h2>\n\
         <p class=\"quiet\">From <a href=\"{address}\">{host}</a> · {}",
        counted(*entries, "entry", "entries")
    );
    if let Some(day) = newest {
        let _ = write!(page, " · newest <time datetime=\"{day}\">{}</time>", day.format("%-d %B %Y"));
    }
    match health {
        Health::Ok => page.push_str(" · <span class=\"well\">working</span></p>\n"),
        Health::Failing(words) => {
            let _ = write!(page, "</p>\n<p class=\"ill\" dir=\"auto\">Failing: {}</p>\n", escaped(words));
        }
    }
    if !latest.is_empty() {
        page.push_str("<ul class=\"latest\">\n");
        for (title, url) in latest {
            let _ =
                writeln!(page, "<li dir=\"auto\"><a href=\"{}\">{}</a></li>", escaped(url.as_str()), escaped(title));
        }
        page.push_str("</ul>\n");
    }
    if *entries == 0 {
        page.push_str("</article>\n");
        return;
    }
    let _ = writeln!(page, "<ul class=\"formats\" aria-label=\"Subscribe to {title}\">");
    for format in FORMATS {
        let (name, media_type, extension) = (format.name(), format.media_type(), format.extension());
        let _ = writeln!(page, "<li><a type=\"{media_type}\" href=\"{id}.{extension}\">{name}</a></li>");
    }
    page.push_str("</ul>\n</article>\n");
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `words` on one line, as HTML text or as the value of a quoted attribute.
fn escaped(words: &str) -> String {
    let words = xml::line(words);
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    fn feed(title: &str, health: Health) -> IndexFeed {
        let home = Url::parse("https://site.example/news?a=1&b=2").unwrap();
        IndexFeed {
            id: FeedId::new("acme").unwrap(),
            title: title.to_owned(),
            home: home.clone(),
            entries: 1,
            newest: NaiveDate::from_ymd_opt(2026, 11, 2),
            health,
            latest: vec![(title.to_owned(), home)],
        }
    }

    #[test]
    fn odd_words_stay_words() {
        let odd = "\"><script>alert('1')</script> & \u{202E}中\u{0}";
        let bytes = render(odd, Some("feeds.opml"), &[feed(odd, Health::Failing(odd.to_owned()))]);
        let page = Html::parse_document(std::str::from_utf8(&bytes).unwrap());
        let texts = |css: &str| -> Vec<String> {
            page.select(&Selector::parse(css).unwrap()).map(|element| element.text().collect()).collect()
        };
        let shown = "\"><script>alert('1')</script> & 中";
        assert_eq!(texts("script"), Vec::<String>::new());
        for css in ["title", "h1", "h2", ".latest a"] {
            assert_eq!(texts(css), [shown], "{css}");
        }
        assert_eq!(texts("p.ill"), [format!("Failing: {shown}")]);
        assert_eq!(texts(".formats a"), FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>());
        let alternates: Vec<_> = page
            .select(&Selector::parse("link[rel=alternate]").unwrap())
            .filter_map(|link| link.attr("href"))
            .collect();
        assert_eq!(alternates, ["acme.json", "acme.atom", "acme.rss"]);
    }

    #[test]
    fn numbers_read_well() {
        let page = String::from_utf8(render("Feeds", None, &[feed("A", Health::Ok)])).unwrap();
        assert!(page.contains("1 feed.</p>") && page.contains("1 entry · newest <time datetime=\"2026-11-02\">"));
        assert!(String::from_utf8(render("Feeds", None, &[])).unwrap().contains("0 feeds.</p>"));
    }
}
