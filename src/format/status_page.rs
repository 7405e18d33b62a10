//! `status.html`: how each feed is doing, for whoever looks after them.
//!
//! Like all that is published it says nothing that moves by itself: since when a feed fails, and when it was last well
//! before, but not when it was looked at. Works without scripts and loads nothing.

use std::fmt::Write as _;
use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;

use crate::finding::{Finding, Severity};
use crate::format::xml;

/// The style, light and dark.
const STYLE: &str = "\
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .4rem .8rem .4rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td.number { text-align: end; }
.quiet { opacity: .75; }
.ill { color: light-dark(#a3321f, #f09a88); font-weight: 600; }
.well { color: light-dark(#1a6b34, #7fcf95); }
ul { margin: 0; padding: 0; list-style: none; }
";
/// What a browser may load for this page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// One feed of the page.
#[derive(Clone, Debug)]
pub struct StatusRow<'a> {
    /// The stem of its files.
    pub id: &'a str,
    /// The name for people.
    pub title: &'a str,
    /// The page it is made from.
    pub home: &'a Url,
    /// How many entries it has.
    pub entries: usize,
    /// The day of its newest entry.
    pub newest: Option<NaiveDate>,
    /// Since when it fails.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was last well, if it fails.
    pub last_success: Option<DateTime<Utc>>,
    /// What was noticed at the last visits.
    pub findings: &'a [Finding],
}

impl StatusRow<'_> {
    fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// Writes the page: failing feeds first, each part in the order given.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, title: &str, rows: &[StatusRow<'_>]) -> io::Result<()> {
    let heading = format!("{}: status", escaped(title));
    let failing = rows.iter().filter(|row| row.fails()).count();
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{heading}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<h1 dir=\"auto\">{heading}</h1>\n<p>{} of {} failing. <a href=\"index.html\">All feeds</a>, \
         <a href=\"status.json\">the same for programs</a>.</p>\n<table>\n<thead><tr><th>Feed</th><th>State</th>\
         <th>Entries</th><th>Newest</th><th>Findings</th></tr></thead>\n<tbody>\n",
        failing,
        rows.len()
    )?;
    let mut text = String::new();
    for row in rows.iter().filter(|row| row.fails()).chain(rows.iter().filter(|row| !row.fails())) {
        text.clear();
        push_row(&mut text, row);
        out.write_all(text.as_bytes())?;
    }
    out.write_all(b"</tbody>\n</table>\n</body>\n</html>\n")
}

fn push_row(page: &mut String, row: &StatusRow<'_>) {
    let (id, title, home) = (escaped(row.id), escaped(row.title), escaped(row.home.as_str()));
    // Writing to a text cannot fail, so results of `write!` are dropped here and below.
    let _ = write!(
        page,
        "<tr id=\"{id}\"><th scope=\"row\"><bdi>{title}</bdi><br><a class=\"quiet\" href=\"{home}\">{id}</a></th><td>"
    );
    if row.fails() {
        page.push_str("<span class=\"ill\">failing</span>");
        push_time(page, "since", row.failing_since);
        push_time(page, "last well", row.last_success);
    } else {
        page.push_str("<span class=\"well\">working</span>");
    }
    let newest = row.newest.map(|day| format!("<time>{day}</time>")).unwrap_or_default();
    let _ = write!(page, "</td><td class=\"number\">{}</td><td>{newest}</td><td><ul>", row.entries);
    for finding in row.findings {
        let class = if finding.severity == Severity::Error { "ill" } else { "quiet" };
        let code = finding.code.name();
        let _ = write!(page, "<li><span class=\"{class}\">{code}</span> <bdi>{}</bdi>", escaped(&finding.message));
        if let Some(remedy) = &finding.remedy {
            let _ = write!(page, "<br><span class=\"quiet\">Help: {}</span>", escaped(remedy));
        }
        page.push_str("</li>");
    }
    page.push_str("</ul></td></tr>\n");
}

fn push_time(page: &mut String, words: &str, time: Option<DateTime<Utc>>) {
    if let Some(time) = time {
        let (machine, people) = (time.format("%Y-%m-%dT%H:%M:%SZ"), time.format("%-d %B %Y, %H:%M UTC"));
        let _ = write!(page, "<br><span class=\"quiet\">{words} <time datetime=\"{machine}\">{people}</time></span>");
    }
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
    use super::*;
    use crate::finding::Code;

    #[test]
    fn failing_feeds_come_first_and_odd_words_stay_words() {
        let home = Url::parse("https://site.example/?a=1&b=2").unwrap();
        let odd = "\"><script>alert('1')</script>";
        let finding = Finding::error(Code::HttpStatus, odd).remedy(odd);
        let row = |id, findings| StatusRow {
            id,
            title: odd,
            home: &home,
            entries: 7,
            newest: NaiveDate::from_ymd_opt(2026, 11, 2),
            failing_since: DateTime::from_timestamp(1_795_348_800, 0),
            last_success: None,
            findings,
        };
        let mut page = Vec::new();
        write(&mut page, "F", &[row("well", &[]), row("ill", &[finding])]).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("<p>1 of 2 failing.") && page.contains("since <time datetime=\"2026-11-22T12:00:00Z\">"));
        assert!(page.find("id=\"ill\"") < page.find("id=\"well\""));
        let html = scraper::Html::parse_document(&page);
        let scripts = scraper::Selector::parse("script").unwrap();
        assert_eq!(html.select(&scripts).count(), 0);
        assert_eq!(page.matches("since <time").count(), 1, "only where it fails");
    }
}
