//! What an address gives away: whether a story is there, or a list, a subject, a menu's page.
//!
//! Asked of every link of a page, so that nearly all is told by looks at the bytes. Addresses are ASCII here: what else
//! a page writes is encoded in them.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::normalise::url::same_site;

/// A day or month in a path: `/2026/11/`, `-20261120.`.
static PATH_DATE: LazyLock<Regex> = LazyLock::new(|| {
    let date = r"(19|20)\d{2}[/_-]?(0?[1-9]|1[0-2])([/_-]?[0-3]?\d)?";
    Regex::new(&format!(r"(?-u)(/|-|_|t|^){date}(/|-|_|\.|$)")).expect("a pattern of our own")
});
/// Parameters that ask for another view of a page or for something to be done.
static MINOR_QUERY: LazyLock<Regex> = LazyLock::new(|| {
    let names =
        "replytocom|share|action|do|sort|order|sortby|dir|orderby|add-to-cart|mode|view|lang|print|tag|cat|author";
    Regex::new(&format!(r"(?i)(^|&)({names}|filter[^=]*|login|redirect[^=]*)=")).expect("a pattern of our own")
});

/// Parts of a path that lead to no story, by their length: subjects, people, what a site does beside its stories.
const MINOR: [&[&str]; 11] = [
    &["u"],
    &["by"],
    &["abo", "agb", "faq", "rss", "tag"],
    &["cart", "feed", "help", "jobs", "tags", "user"],
    &[
        "about", "autor", "feeds", "hilfe", "konto", "label", "login", "print", "share", "suche", "terms", "theme",
        "topic", "users",
    ],
    &[
        "author", "autore", "autorn", "cookie", "labels", "logout", "member", "people", "profil", "rubrik", "search",
        "signin", "signup", "themen", "topics",
    ],
    &[
        "account", "archive", "authors", "autoren", "careers", "cdn-cgi", "compare", "contact", "cookies", "imprint",
        "keyword", "kontakt", "members", "privacy", "profile", "profils", "sign-in", "sitemap",
    ],
    &[
        "about-us", "archives", "category", "checkout", "contacts", "kategori", "keywords", "profiles", "register",
        "rubriken", "wishlist", "wp-admin", "wp-login",
    ],
    &[
        "advertise",
        "categoria",
        "categorie",
        "impressum",
        "kategorie",
        "kategorin",
        "subscribe",
        "ueber-uns",
        "warenkorb",
    ],
    &["categories", "kategorien", "newsletter"],
    &["datenschutz"],
];
/// The folders in whose names a page of a list is numbered.
const PAGE_FOLDERS: [&str; 6] = ["page", "seite", "pagina", "p", "index", "list"];
/// The parameters in which the number of a page of a list stands.
const PAGE_PARAMETERS: [&str; 9] = ["page", "paged", "p", "pg", "seite", "start", "offset", "limitstart", "s"];
/// Endings of files that are no pages.
const FILES: [&str; 12] = ["jpg", "jpeg", "png", "gif", "webp", "svg", "css", "js", "ico", "xml", "rss", "atom"];

/// What is asked of the index page's own address, once for all of its links.
pub(super) struct Here<'a> {
    page: &'a Url,
    /// The path up to its last slash.
    folder: &'a str,
    /// Whether it is one of several pages of a list itself.
    numbered: bool,
}

impl<'a> Here<'a> {
    pub(super) fn of(page: &'a Url) -> Self {
        let folder = page.path().rsplit_once('/').map_or("/", |(folder, _)| folder);
        Self { page, folder, numbered: is_numbered(page.as_str()) }
    }
}

/// How much an address on the page `here` looks like a story's: about 1, less for section pages, 0 for links that are
/// never stories.
pub(super) fn worth(address: &Url, here: &Here<'_>) -> f32 {
    let Here { page, folder, numbered } = *here;
    let path = address.path();
    let site = same_site(address, page);
    if !site && is_share_host(address.host_str().unwrap_or_default()) {
        return 0.0;
    }
    let bare = without_slashes(path);
    let last = behind_last(bare, b'/').unwrap_or(bare);
    let extension = behind_last(last, b'.').unwrap_or_default();
    let is_one_of = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(extension));
    if is_one_of(&FILES) {
        return 0.0;
    }
    let query = address.query().unwrap_or_default();
    let mut worth: f32 = 0.7;
    let parts = last.as_bytes().split(|byte| matches!(byte, b'-' | b'_' | b'+'));
    let parts = parts.filter(|part| !part.is_empty()).count();
    if holds_year(path) && PATH_DATE.is_match(path) {
        worth += 0.35;
    }
    if parts >= 4 || last.len() > 24 || last.contains('%') {
        worth += 0.25;
    }
    if holds_long_number(last) || holds_long_number(query) {
        worth += 0.2;
    }
    if is_one_of(&["html", "htm", "shtml", "pdf"]) {
        worth += 0.1;
    }
    if site && folder.len() > 1 && path.starts_with(folder) && path.len() > page.path().len() {
        worth += 0.15;
    }
    worth = worth.min(1.3);
    if bare.is_empty() && query.is_empty() && site {
        return 0.02;
    }
    if parts < 4 && !numbered && is_numbered(address.as_str()) {
        worth *= 0.3;
    }
    if parts < 4 && is_minor(path) && !shares_minor(page, path) || !query.is_empty() && MINOR_QUERY.is_match(query) {
        worth *= 0.25;
    }
    if !site {
        worth *= 0.6;
    }
    worth
}

/// Whether four digits that begin a year of our time stand somewhere.
fn holds_year(path: &str) -> bool {
    path.as_bytes()
        .windows(4)
        .any(|four| matches!(four, [b'1', b'9', b'0'..=b'9', b'0'..=b'9'] | [b'2', b'0', b'0'..=b'9', b'0'..=b'9']))
}

/// Whether a number of at least three digits stands somewhere.
fn holds_long_number(text: &str) -> bool {
    text.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_digit))
}

/// What stands behind the last `sign` of a short text, if it has one.
fn behind_last(text: &str, sign: u8) -> Option<&str> {
    text.bytes().rposition(|byte| byte == sign).and_then(|at| text.get(at + 1..))
}

/// `path` without the slashes at its end.
pub(super) fn without_slashes(path: &str) -> &str {
    let mut bare = path;
    while let Some(shorter) = bare.strip_suffix('/') {
        bare = shorter;
    }
    bare
}

/// Whether an address is one of several pages of a list: `/page/2`, `/seite-3.html`, `?start=20`.
fn is_numbered(address: &str) -> bool {
    if let Some(name) = before_number(address, 5).and_then(|asked| asked.strip_suffix('=')) {
        let name = name.rsplit_once(['?', '&']).map_or("", |(_, name)| name);
        if PAGE_PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(name)) || is_pagen(name) {
            return true;
        }
    }
    let whole = address.strip_suffix('/').unwrap_or(address);
    let ends_in_letter = whole.bytes().next_back().is_some_and(|byte| byte.is_ascii_alphabetic());
    let extension = whole.rsplit_once('.').filter(|(_, end)| ends_in_letter && is_extension(end, 3));
    let Some(folder) = before_number(extension.map_or(whole, |(start, _)| start), 4) else { return false };
    let folder = folder.strip_suffix(['-', '_', '/']).unwrap_or(folder);
    folder.rsplit_once('/').is_some_and(|(_, name)| PAGE_FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// What stands before the number at the end of `text`, if it has one of at most so many digits.
fn before_number(text: &str, most: usize) -> Option<&str> {
    let count = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    text.get(..text.len() - count).filter(|_| (1..=most).contains(&count))
}

/// The parameter of Bitrix for the number of a page: `PAGEN_1`.
fn is_pagen(name: &str) -> bool {
    const START: &str = "pagen_";
    let start = name.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START));
    let rest = name.get(START.len()..).unwrap_or_default();
    start && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether what follows the last dot of a name is an extension of `least` to five letters.
fn is_extension(end: &str, least: usize) -> bool {
    (least..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a part of the path leads to no story.
fn is_minor(path: &str) -> bool {
    let known = |name: &str| {
        let same_length = name.len().checked_sub(1).and_then(|at| MINOR.get(at));
        same_length.is_some_and(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
    };
    path.split('/').skip(1).any(|part| match part.rsplit_once('.') {
        Some((name, end)) => is_extension(end, 2) && known(name),
        None => known(part),
    })
}

/// Whether the listing itself lives below the same folder, so that its name tells nothing.
fn shares_minor(page: &Url, path: &str) -> bool {
    let Some(first) = path.split('/').find(|part| !part.is_empty()) else { return false };
    page.path().split('/').find(|part| !part.is_empty()) == Some(first)
}

fn is_share_host(host: &str) -> bool {
    const HOSTS: [&str; 18] = [
        "facebook.com",
        "twitter.com",
        "x.com",
        "linkedin.com",
        "pinterest.com",
        "reddit.com",
        "t.me",
        "wa.me",
        "whatsapp.com",
        "instagram.com",
        "plus.google.com",
        "weibo.com",
        "tumblr.com",
        "vk.com",
        "addthis.com",
        "addtoany.com",
        "xing.com",
        "getpocket.com",
    ];
    let host = host.trim_start_matches("www.");
    HOSTS.iter().any(|known| {
        host == *known || host.ends_with(known) && host.as_bytes().get(host.len() - known.len() - 1) == Some(&b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths_can_be_looked_up() {
        for (at, names) in MINOR.iter().enumerate() {
            assert!(names.iter().all(|name| name.len() == at + 1), "{names:?}");
        }
        for path in ["/tags/x", "/x/TAG", "/tag.html", "/category.php/x", "/a/wp-login.php", "/u/", "/Kategorien"] {
            assert!(is_minor(path), "{path}");
        }
        for path in ["/", "", "/tagged", "/a-tag", "/tag.x", "/tag.", "/tag.tar.gz", "/tag.markdown", "/tag.h5", "/uu"]
        {
            assert!(!is_minor(path), "{path}");
        }
    }

    #[test]
    fn pages_of_a_list_are_numbered() {
        let site = "https://a.example";
        for rest in [
            "/page/2",
            "/page2/",
            "/Seite-3.html",
            "/x/p_12.shtml/",
            "/index1234",
            "/list-7.php",
            "/?page=2",
            "/x?a=b&S=5",
            "/?PAGEN_1=3",
            "/a?offset=12345",
            "/x?q=1&limitstart=0",
        ] {
            assert!(is_numbered(&format!("{site}{rest}")), "{rest}");
        }
        for rest in [
            "/",
            "/page",
            "/page/",
            "/page/12345",
            "/page//2",
            "/page--2",
            "/homepage/2",
            "/page/2.htmlxx",
            "/page/2.h5",
            "/page/2//",
            "/?page=",
            "/?page=123456",
            "/?page=2x",
            "/?xpage=2",
            "/?PAGEN_=2",
            "/?PAGEN_x=2",
            "/?a=page=2",
            "/2",
            "/story-17",
            "/?page=2&x=y",
        ] {
            assert!(!is_numbered(&format!("{site}{rest}")), "{rest}");
        }
    }

    #[test]
    fn stories_are_told_from_what_stands_around_them() {
        let page = Url::parse("https://www.post.example/news/").unwrap();
        let worth = |address: &str| worth(&page.join(address).unwrap(), &Here::of(&page));
        let story = worth("/news/2026/11/18/the-bridge-opens-again");
        for address in ["/tag/bridge", "/news/page/2", "/?sort=new", "/", "/logo.PNG", "https://x.com/share", "/about"]
        {
            assert!(worth(address) < story / 2.0, "{address}");
        }
        for address in ["/news/20261118.html", "/news/story-1234", "/2026-11/the-bridge-opens-again"] {
            assert!(worth(address) > 0.8, "{address}");
        }
    }
}
