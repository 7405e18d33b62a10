//! robots.txt (RFC 9309): text → rules for one agent → may this address be fetched.
//!
//! Pure. The matching follows Google's published parser where the RFC leaves room: the longest pattern wins, allow
//! beats disallow at equal length, groups of the same agent are merged, frequent typing errors are understood. It
//! refuses nothing: a line that makes no sense is skipped. Asking the server is the work of `fetch`.

mod line;
mod pattern;

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};

use line::{Key, lines};

/// What a robots.txt says to one agent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

/// One `Allow` or `Disallow` line that holds for the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    allow: bool,
    pattern: String,
}

/// Which of the agent's two kinds of group are open at a line.
#[derive(Default)]
struct Group {
    own: bool,
    everyone: bool,
    closed: bool,
}

impl Rules {
    /// The rules of the text `robots` for `agent`, a product token such as `feedmill`.
    ///
    /// The groups that name the agent hold alone; only if there are none do those for `*` hold (RFC 9309, 2.2.1).
    pub fn parse(robots: &str, agent: &str) -> Self {
        let mut group = Group::default();
        let mut named = false;
        let (mut own, mut everyone) = (Self::default(), Self::default());
        for (key, value) in lines(robots) {
            match key {
                Key::UserAgent => {
                    if group.closed {
                        group = Group::default();
                    }
                    if is_everyone(value) {
                        group.everyone = true;
                    } else if product_token(value).eq_ignore_ascii_case(agent) {
                        group.own = true;
                        named = true;
                    }
                }
                Key::Allow | Key::Disallow => {
                    // The next `User-agent` line starts a new group; lines with other keys do not matter for that.
                    group.closed = group.closed || group.own || group.everyone;
                    if !value.is_empty() {
                        let allow = key == Key::Allow;
                        let rule = || Rule { allow, pattern: pattern::normalise(value) };
                        if group.own {
                            own.rules.push(rule());
                        } else if group.everyone {
                            everyone.rules.push(rule());
                        }
                    }
                }
                Key::CrawlDelay => {
                    let delay = seconds(value);
                    if group.own {
                        own.crawl_delay = own.crawl_delay.max(delay);
                    }
                    if group.everyone {
                        everyone.crawl_delay = everyone.crawl_delay.max(delay);
                    }
                }
            }
        }
        if named { own } else { everyone }
    }

    /// Whether `url` may be fetched. `url` is taken as it is: it should be percent-encoded already.
    pub fn allow(&self, url: &str) -> bool {
        let path = path_and_query(url);
        let path = path.as_ref();
        let longest = |allow: bool| {
            let lengths = self.rules.iter().filter(|rule| rule.allow == allow).map(|rule| rule.priority(path));
            lengths.max().unwrap_or(0)
        };
        longest(true) >= longest(false)
    }

    /// The pause the site asks for between two requests; not part of RFC 9309.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }
}

impl Rule {
    /// The length of the pattern if it matches, else 0. The more specific rule is the longer one (RFC 9309, 2.2.2).
    fn priority(&self, path: &str) -> usize {
        if pattern::matches(&self.pattern, path) {
            return self.pattern.len();
        }
        // `Allow: /folder/index.html` means the folder's own address as well.
        if self.allow
            && let Some((folder, file)) = self.pattern.rsplit_once('/')
            && file.starts_with("index.htm")
            && pattern::matches(&format!("{folder}/$"), path)
        {
            return folder.len() + 2;
        }
        0
    }
}

/// Whether `robots` (the text of a robots.txt) lets `agent` (a product token) fetch `url`.
pub fn allowed(robots: &str, agent: &str, url: &str) -> bool {
    Rules::parse(robots, agent).allow(url)
}

/// The pause `robots` asks of `agent` between two requests.
pub fn crawl_delay(robots: &str, agent: &str) -> Option<Duration> {
    Rules::parse(robots, agent).crawl_delay()
}

/// The text of a robots.txt: UTF-8; a byte that is none is written as it is in addresses, so that a pattern in another
/// encoding matches the addresses that were written in it.
pub fn text(body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// What a server once said about its robots.txt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedRobots {
    /// When it was asked.
    pub fetched_at: DateTime<Utc>,
    /// The text; `None` if the server has no robots.txt, which allows everything.
    pub body: Option<String>,
}

/// Keeps answers between runs, so that a site is asked for its robots.txt once a day at most.
pub trait RobotsCache: Send + Sync {
    /// What is known of `origin` (`https://example.org`, with the port where it is not the scheme's own), however old.
    fn get(&self, origin: &str) -> Option<CachedRobots>;
    /// Remembers an answer; a failure to do so is no error, the site will be asked again.
    fn put(&self, origin: &str, robots: CachedRobots);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCache;

impl RobotsCache for NoCache {
    fn get(&self, _: &str) -> Option<CachedRobots> {
        None
    }

    fn put(&self, _: &str, _: CachedRobots) {}
}

/// Whether a `User-agent` value means everyone; text after `* ` is ignored.
fn is_everyone(value: &str) -> bool {
    value.strip_prefix('*').is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_whitespace()))
}

/// The part of a `User-agent` value that is compared: `FooBot` of `FooBot/1.2`.
fn product_token(value: &str) -> &str {
    let end = value.find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_')).unwrap_or(value.len());
    value.get(..end).unwrap_or_default()
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds: f64 = value.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|delay| !delay.is_zero())
}

/// Path, parameters and query of an address, fragment left out; `/` if there is none.
fn path_and_query(url: &str) -> std::borrow::Cow<'_, str> {
    let delimiter = |c: char| matches!(c, '/' | '?' | ';');
    let rest = url.strip_prefix("//").unwrap_or(url);
    // `://` inside a path or a query marks no scheme.
    let rest = match (rest.find("://"), rest.find(delimiter)) {
        (Some(scheme), Some(early)) if early > scheme => rest.get(scheme + 3..).unwrap_or_default(),
        _ => rest,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let Some(path) = rest.find(delimiter).and_then(|start| rest.get(start..)) else {
        return "/".into();
    };
    if path.starts_with('/') { path.into() } else { format!("/{path}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides() {
        let groups = "User-agent: one\nUser-agent: two\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n\nUser-agent: ONE\nAllow: /a/b\n";
        let cases: &[(&str, &str, &str, bool)] = &[
            ("", "mill", "https://s.example/x", true),
            ("User-agent: *\nDisallow:\n", "mill", "https://s.example/x", true),
            ("User-agent: *\nDisallow: /\n", "mill", "https://s.example", false),
            ("\u{feff}User-agent: *\r\nDisallow: /x\r\n", "mill", "https://s.example/x/y", false),
            ("User-agent: *\rDisallow: /x", "mill", "https://s.example/x", false),
            (groups, "one", "https://s.example/a", false),
            (groups, "one", "https://s.example/a/b", true),
            (groups, "one", "https://s.example/z", true),
            (groups, "two", "https://s.example/a/b", false),
            (groups, "three", "https://s.example/z", false),
            ("User-agent: mill/2.0 (x)\nDisallow: /p", "Mill", "https://s.example/p", false),
            ("User-agent: millstone\nDisallow: /p", "mill", "https://s.example/p", true),
            ("User agent: *\ndissallow: /p", "mill", "https://s.example/p", false),
            ("User-agent *\nDisallow /p", "mill", "https://s.example/p", false),
            ("User-agent: *\nDisallow: /p # not that", "mill", "https://s.example/p", false),
            ("User-agent: *\nDisallow: /*?print=\nAllow: /*?print=1$", "mill", "https://s.example/a?print=1", true),
            ("User-agent: *\nDisallow: /*?print=\nAllow: /*?print=1$", "mill", "https://s.example/a?print=12", false),
            ("User-agent: *\nDisallow: /caf\u{e9}", "mill", "https://s.example/caf%C3%A9/1", false),
            ("User-agent: *\nDisallow: /caf%c3%a9", "mill", "https://s.example/caf%C3%A9/1", false),
            ("User-agent: *\nDisallow: /?\n", "mill", "https://s.example/page", true),
            // A question mark is one, and no character that was lost on the way.
            ("User-agent: *\nDisallow: /\nAllow: /a/?\n", "mill", "https://s.example/a/%E3%83%84", false),
            ("User-agent: *\nDisallow: /\nAllow: /a/?\n", "mill", "https://s.example/a/?%E3%83%84", true),
            ("User-agent: *\nDisallow: /\nAllow: /in/index.html", "mill", "https://s.example/in/", true),
            ("Disallow: /\nUser-agent: *\nAllow: /", "mill", "https://s.example/x", true),
            ("User-agent: *\nDisallow: /go?to=http://x/", "mill", "https://s.example/go?to=http://x/y", false),
            ("User-agent: *\nDisallow: /a", "mill", "https://s.example?b#/a", true),
        ];
        for (robots, agent, url, expected) in cases {
            assert_eq!(allowed(robots, agent, url), *expected, "{robots:?} {agent} {url}");
        }
    }

    #[test]
    fn keeps_the_bytes_of_other_encodings() {
        let cases: &[(&[u8], &str, bool)] = &[
            (b"User-agent: *\nDisallow: /caf\xe9", "https://s.example/caf%E9", false),
            (b"User-agent: *\nDisallow: /caf\xe9", "https://s.example/caf%C3%A9", true),
            (b"User-agent: *\nDisallow: /\xc4\xe3\xba\xc3/", "https://s.example/%C4%E3%BA%C3/1", false),
            (b"\xef\xbb\xbfUser-agent: *\nDisallow: /caf\xc3\xa9", "https://s.example/caf%C3%A9", false),
            (b"\xff\xfe\x00User-agent: *\nDisallow: /a", "https://s.example/a", true),
        ];
        for (body, url, expected) in cases {
            assert_eq!(allowed(&text(body), "mill", url), *expected, "{url}");
        }
    }

    #[test]
    fn reads_the_crawl_delay() {
        let cases: &[(&str, Option<f64>)] = &[
            ("User-agent: *\nCrawl-delay: 10", Some(10.0)),
            ("User-agent: *\nCrawl-delay: 0.5\nDisallow: /x", Some(0.5)),
            ("User-agent: mill\nDisallow: /x\n\nUser-agent: *\nCrawl-delay: 9", None),
            ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: mill\nCrawl-delay: 2", Some(2.0)),
            ("User-agent: *\nCrawl-delay: -1", None),
            ("User-agent: *\nCrawl-delay: NaN", None),
            ("User-agent: *\nCrawl-delay: 1e300", None),
            ("User-agent: *\nCrawl-delay: soon", None),
            ("Crawl-delay: 4", None),
        ];
        for (robots, expected) in cases {
            assert_eq!(crawl_delay(robots, "mill"), expected.map(Duration::from_secs_f64), "{robots:?}");
        }
    }
}
