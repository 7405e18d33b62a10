//! Pages for people: `index.html` with all feeds, and `<id>.html` for each.
//!
//! Every page stands alone: its style is inside, and its content policy names that style by its hash and forbids
//! everything else, so that nothing a site wrote can run or be fetched. Pages say nothing that moves by itself, such as
//! "two hours ago", and link files relatively: they work wherever the folder is served, and from a disk.
//!
//! What sites wrote keeps its own language and direction: words in a line are isolated, so that an Arabic title does
//! not turn the English around it.

mod feed;
mod index;

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use sha2::{Digest, Sha256};

pub use feed::render as feed_page;
pub(super) use feed::render_some as feed_page_some;
pub(crate) use index::MAX_WITH_LATEST;
pub use index::{Health, IndexFeed, write as index_page};

use crate::format::{FORMATS, Format, Layout, xml};
use crate::model::FeedId;

/// How entries stand in the page of a feed.
pub(super) const LAYOUT: Layout = Layout { list: "<main>", entry: "\n<article ", between: "", end: "\n</main>" };
/// The name of the script by which the index page is searched.
pub const SEARCH_SCRIPT: &str = "search.js";
/// The script itself; the page is whole without it.
pub const SEARCH: &str = include_str!("html_page/search.js");
/// The style of all pages, light and dark.
const STYLE: &str = include_str!("html_page/style.css");
/// The SHA-256 of the style as a content policy names it.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| BASE64_STANDARD.encode(Sha256::digest(STYLE)));
/// The usual sign of a feed, in its usual colour.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
                    height='16' rx='3.5' fill='%23d9570a'/%3E%3Cg fill='none' stroke='%23fff' stroke-width='2' \
                    stroke-linecap='round'%3E%3Cpath d='M4 7.5A4.5 4.5 0 0 1 8.5 12M4 4a8 8 0 0 1 8 8'/%3E%3C/g%3E%3Ccircle \
                    cx='4.6' cy='11.4' r='1.4' fill='%23fff'/%3E%3C/svg%3E";

/// What stands around the content of a page.
struct Frame<'a> {
    /// The title of the window.
    title: &'a str,
    /// Directives of the content policy beside the style: what this page may load.
    allowed: &'a str,
    /// Elements of the head that only this page has.
    head: Markup,
    /// A class of the body.
    class: &'a str,
}

/// The end of every page.
const END: &str = "</body></html>\n";

impl Frame<'_> {
    /// The whole page.
    fn around(self, body: &dyn Render) -> Vec<u8> {
        let mut page = self.begin();
        body.render_to(&mut page);
        page.push_str(END);
        page.into_bytes()
    }

    /// The page up to where its words begin.
    fn begin(self) -> String {
        let Self { title, allowed, head, class } = self;
        let hash = STYLE_HASH.as_str();
        let policy =
            format!("default-src 'none'; style-src 'sha256-{hash}'; {allowed}; base-uri 'none'; form-action 'none'");
        let page = html! {
            (DOCTYPE)
            (PreEscaped("<html lang=\"en\">"))
            head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content="feedmill";
                    title { (xml::line(title)) }
                    link rel="icon" href=(ICON);
                    "\n" (head)
                    style { (PreEscaped(STYLE)) }
            }
            "\n"
            (PreEscaped("<body class=\"")) (class) (PreEscaped("\">\n"))
        };
        page.into_string()
    }
}

/// The page for an address at which there is nothing.
pub fn not_found_page() -> Vec<u8> {
    // The host shows it for paths of any depth, so that a relative link would lead anywhere.
    let body = html! {
        header { (logo()) h1 { "Nothing here" } p { "There is no such file. A feed that was here may have another name now." } }
    };
    Frame { title: "Nothing here", allowed: "img-src data:", head: html! {}, class: "index" }.around(&body)
}

/// The `<link rel="alternate">` by which readers and browsers find every file of a feed.
fn alternates(id: &FeedId, title: &str) -> Markup {
    html! {
        @for format in for_people() {
            link rel="alternate" type=(format.media_type()) title={ (xml::line(title)) " (" (format.name()) ")" }
                href={ (id) "." (format.extension()) };
            "\n"
        }
    }
}

/// The links to the files of a feed.
fn subscribe_links(id: &FeedId, title: &str) -> Markup {
    html! {
        ul.formats aria-label={ "Subscribe to " (xml::line(title)) } {
            @for format in for_people() {
                li { a type=(format.media_type()) href={ (id) "." (format.extension()) } { (format.name()) } }
            }
        }
    }
}

/// The sign of a feed, for the eye only.
fn logo() -> Markup {
    html! { img.logo src=(ICON) alt="" width="40" height="40"; }
}

/// What a feed is, for somebody who never saw one.
fn about_feeds() -> Markup {
    html! {
        details.about {
            summary { "What is a feed?" }
            p {
                "A feed tells an app about new stories, so that you need not come back to look for them. Copy the address "
                "of a feed into a feed reader (there are free ones for every phone and computer), and new stories arrive "
                "there by themselves: without an account here, and without anybody watching what you read."
            }
        }
    }
}

/// The formats in the order in which people know them.
fn for_people() -> impl Iterator<Item = &'static &'static dyn Format> {
    FORMATS.iter().rev()
}

/// `rtl` for a language that is written from right to left; else the words themselves decide.
fn direction(language: Option<&str>) -> &'static str {
    const SCRIPTS: [&str; 9] = ["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"];
    const LANGUAGES: [&str; 22] = [
        "ar", "arc", "ary", "arz", "azb", "bal", "ckb", "dv", "fa", "glk", "he", "iw", "ks", "lrc", "mzn", "nqo",
        "pnb", "ps", "sd", "ug", "ur", "yi",
    ];
    let tag = language.unwrap_or_default().to_ascii_lowercase();
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    // A script that is named (`az-Arab`, `ur-Latn`) says more than the language.
    let rtl = match parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        Some(script) => SCRIPTS.contains(&script),
        None => LANGUAGES.contains(&primary),
    };
    if rtl { "rtl" } else { "auto" }
}

/// `1 entry`, `2 entries`.
fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests;
