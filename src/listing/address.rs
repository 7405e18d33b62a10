//! What an address gives away: whether a story is there, or a list, a subject, a menu's page.
//!
//! Asked of every link of a page, so that nearly all is told by looks at the bytes. Addresses are ASCII here: what else
//! a page writes is encoded in them.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::addresses::Address;
use crate::normalise::url::domain;

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
/// The letters with which those of each length begin, a bit for each letter.
const MINOR_STARTS: [u32; MINOR.len()] = {
    let mut starts = [0; MINOR.len()];
    let mut length = 0;
    while length < MINOR.len() {
        let mut at = 0;
        while at < MINOR[length].len() {
            starts[length] |= 1 << (MINOR[length][at].as_bytes()[0] & 31);
            at += 1;
        }
        length += 1;
    }
    starts
};
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
    /// The first part of the path that is not empty.
    first: Option<&'a [u8]>,
    /// Whether it is one of several pages of a list itself.
    numbered: bool,
}

impl<'a> Here<'a> {
    pub(super) fn of(page: &'a Url) -> Self {
        let folder = page.path().rsplit_once('/').map_or("/", |(folder, _)| folder);
        Self { page, folder, first: first_part(page.path()), numbered: is_numbered(page.as_str()) }
    }
}

/// How much an address on the page `here` looks like a story's: about 1, less for section pages, 0 for links that are
/// never stories.
pub(super) fn worth(address: &Address<'_>, here: &Here<'_>) -> f32 {
    let Here { page, folder, first, numbered } = *here;
    let (path, query) = (address.path(), address.query());
    let site = is_on_site(address, page);
    if !site && is_share_host(address.host()) {
        return 0.0;
    }
    let name = Name::of(path);
    let is_one_of = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(name.extension));
    if is_one_of(&FILES) {
        return 0.0;
    }
    let mut worth: f32 = 0.7;
    if name.holds_year && PATH_DATE.is_match(path) {
        worth += 0.35;
    }
    if name.parts >= 4 || name.length > 24 || name.is_encoded {
        worth += 0.25;
    }
    if name.holds_long_number || holds_long_number(query) {
        worth += 0.2;
    }
    if is_one_of(&["html", "htm", "shtml", "pdf"]) {
        worth += 0.1;
    }
    if site && folder.len() > 1 && path.starts_with(folder) && path.len() > page.path().len() {
        worth += 0.15;
    }
    worth = worth.min(1.3);
    if name.is_root && query.is_empty() && site {
        return 0.02;
    }
    if name.parts < 4 && !numbered && is_numbered(address.text) {
        worth *= 0.3;
    }
    if name.parts < 4 && name.is_minor && first_part(path) != first || !query.is_empty() && MINOR_QUERY.is_match(query)
    {
        worth *= 0.25;
    }
    if !site {
        worth *= 0.6;
    }
    worth
}

/// Whether an address is on the site of `page`.
pub(super) fn is_on_site(address: &Address<'_>, page: &Url) -> bool {
    let host = page.host_str().unwrap_or_default();
    address.host() == host || domain(address.host()) == domain(host)
}

/// What the last part of a path is made of, and a little of the whole path.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of each other")]
struct Name<'p> {
    /// In bytes.
    length: usize,
    /// How many parts `-`, `_` and `+` divide it into.
    parts: usize,
    /// What stands behind its last dot.
    extension: &'p str,
    /// Whether a byte of it is written as a number.
    is_encoded: bool,
    /// Whether it holds a number of at least three digits.
    holds_long_number: bool,
    /// Whether there is no name.
    is_root: bool,
    /// Whether four digits that begin a year of our time stand somewhere in the path.
    holds_year: bool,
    /// Whether a part of the path leads to no story.
    is_minor: bool,
}

impl<'p> Name<'p> {
    /// One pass over `path`.
    fn of(path: &'p str) -> Self {
        let bare = without_slashes(path);
        let bytes = bare.as_bytes();
        let mut name = Self { is_root: bare.is_empty(), ..Self::default() };
        let (mut start, mut dot) = (0, None);
        let (mut in_part, mut digits) = (false, 0_usize);
        for (at, byte) in bytes.iter().enumerate() {
            let mut digit = false;
            match byte {
                b'0'..=b'9' => {
                    digit = true;
                    digits += 1;
                    name.holds_long_number |= digits >= 3;
                    name.holds_year |= digits >= 4 && matches!(bytes.get(at - 3..at - 1), Some(b"19" | b"20"));
                }
                b'/' => {
                    let is_minor = name.is_minor || is_minor(bare, start, dot, at);
                    name = Self { holds_year: name.holds_year, is_minor, ..Self::default() };
                    (start, dot, in_part, digits) = (at + 1, None, false, 0);
                    continue;
                }
                b'-' | b'_' | b'+' => {
                    (in_part, digits) = (false, 0);
                    continue;
                }
                b'.' => dot = Some(at),
                b'%' => name.is_encoded = true,
                _ => {}
            }
            if !digit {
                digits = 0;
            }
            name.parts += usize::from(!in_part);
            in_part = true;
        }
        name.is_minor |= is_minor(bare, start, dot, bytes.len());
        name.length = bytes.len() - start;
        name.extension = dot.and_then(|dot| bare.get(dot + 1..)).unwrap_or_default();
        name
    }
}

/// Whether the part of a path from `start` to `end`, whose last dot stands at `dot`, leads to no story.
fn is_minor(path: &str, start: usize, dot: Option<usize>, end: usize) -> bool {
    let stem = dot.unwrap_or(end);
    let letters = MINOR_STARTS.get((stem - start).wrapping_sub(1)).copied().unwrap_or_default();
    let first = path.as_bytes().get(start).map_or(0, |first| first & 31);
    (letters >> first) & 1 == 1
        && dot.is_none_or(|dot| path.get(dot + 1..end).is_some_and(is_extension))
        && path.get(start..stem).is_some_and(is_minor_name)
}

fn is_minor_name(name: &str) -> bool {
    let same_length = name.len().checked_sub(1).and_then(|at| MINOR.get(at));
    same_length.is_some_and(|known| known.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

/// Whether what follows the last dot of a name is an extension.
fn is_extension(end: &str) -> bool {
    (2..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a number of at least three digits stands somewhere.
fn holds_long_number(text: &str) -> bool {
    text.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_digit))
}

/// `path` without the slashes at its end.
pub(super) fn without_slashes(path: &str) -> &str {
    let slashes = path.bytes().rev().take_while(|byte| *byte == b'/').count();
    path.get(..path.len() - slashes).unwrap_or_default()
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
    let Some(folder) = before_number(without_extension(whole), 4) else { return false };
    let folder = folder.strip_suffix(['-', '_', '/']).unwrap_or(folder).as_bytes();
    let last = folder.last().map(u8::to_ascii_lowercase);
    PAGE_FOLDERS.iter().filter(|known| known.bytes().next_back() == last).any(|known| {
        let parts = folder.len().checked_sub(known.len()).and_then(|at| folder.split_at_checked(at));
        parts.is_some_and(|(before, name)| before.last() == Some(&b'/') && name.eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// What stands before the number at the end of `text`, if it has one of at most so many digits.
fn before_number(text: &str, most: usize) -> Option<&str> {
    let count = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    text.get(..text.len() - count).filter(|_| (1..=most).contains(&count))
}

/// `text` without a dot and three to five letters at its end, if they are there.
fn without_extension(text: &str) -> &str {
    let letters = text.bytes().rev().take(6).take_while(u8::is_ascii_alphabetic).count();
    if !(3..=5).contains(&letters) {
        return text;
    }
    text.get(..text.len() - letters).and_then(|bare| bare.strip_suffix('.')).unwrap_or(text)
}

/// The parameter of Bitrix for the number of a page: `PAGEN_1`.
fn is_pagen(name: &str) -> bool {
    const START: &str = "pagen_";
    let start = name.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START));
    let rest = name.get(START.len()..).unwrap_or_default();
    start && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// The first part of a path that is not empty; where the listing itself lives below it, its name tells nothing.
fn first_part(path: &str) -> Option<&[u8]> {
    path.as_bytes().split(|byte| *byte == b'/').find(|part| !part.is_empty())
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
        let is_minor = |path| Name::of(path).is_minor;
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
        let worth = |address: &str| {
            let url = page.join(address).unwrap();
            worth(&Address::of(&url), &Here::of(&page))
        };
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
