//! Plain references, joined to the address of their page by a look at their bytes.
//!
//! A page has hundreds of links, and nearly all are written in letters, digits and signs that the URL Standard (WHATWG,
//! section 4.4) leaves as they are: joining those is copying two strings. What the standard would change, or read in
//! another way, is refused here and belongs to its parser: other schemes and sites, `.` and `..`, escaped dots, spaces,
//! letters beyond ASCII, empty folders, bare fragments.

use url::{Position, Url};

/// An address of the web that references are relative to, and where its parts end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a> {
    whole: &'a str,
    parts: Parts,
    /// One past the last slash of the path.
    folder: usize,
}

/// Where the parts of an absolute address begin, in bytes; each but the host ends where the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The host; a port may stand behind it.
    pub(crate) host: usize,
    /// The end of the host.
    pub(crate) host_end: usize,
    /// The path with its slash.
    pub(crate) path: usize,
    /// The query with its `?`.
    pub(crate) query: usize,
    /// The fragment with its `#`.
    pub(crate) fragment: usize,
}

impl Parts {
    /// Those of `address`.
    pub(crate) fn of(address: &Url) -> Self {
        let before = |position| address[..position].len();
        Self {
            host: before(Position::BeforeHost),
            host_end: before(Position::AfterHost),
            path: before(Position::BeforePath),
            query: before(Position::AfterPath),
            fragment: before(Position::AfterQuery),
        }
    }
}

impl<'a> Base<'a> {
    /// `None` for an address that is not of the web or names a user; nothing is joined to it here.
    pub(crate) fn of(address: &'a Url) -> Option<Self> {
        let is_named = !address.username().is_empty() || address.password().is_some();
        if is_named || !matches!(address.scheme(), "http" | "https") {
            return None;
        }
        let parts = Parts::of(address);
        let folder = parts.path + address.path().rfind('/')? + 1;
        Some(Self { whole: address.as_str(), parts, folder })
    }

    /// Appends the address that `reference` leads to, the very one that [`Url::join`] gives, and says where its parts
    /// begin, counted from where it begins itself; `None`, and nothing appended, if `reference` is not plain.
    pub(crate) fn join(&self, reference: &str, out: &mut String) -> Option<Parts> {
        let (kept, rest, parts) = self.split(reference)?;
        out.push_str(self.whole.get(..kept)?);
        out.push_str(rest);
        Some(parts)
    }

    /// Whether `reference` is plain.
    pub(crate) fn joins(&self, reference: &str) -> bool {
        self.split(reference).is_some()
    }

    /// How much of the base stays, what of the reference follows it, and the parts of the whole.
    fn split<'r>(&self, reference: &'r str) -> Option<(usize, &'r str, Parts)> {
        let (kept, rest) = self.cut(reference)?;
        let path = path_length(rest, kept == self.folder)?;
        let behind = rest.get(path..)?;
        let query = if behind.starts_with('?') { query_length(behind)? } else { 0 };
        let fragment = behind.get(query..)?;
        if query_length(fragment.strip_prefix('#').unwrap_or_default())? + 1 < fragment.len() {
            return None;
        }
        let query_at = kept + path;
        Some((kept, rest, Parts { query: query_at, fragment: query_at + query, ..self.parts }))
    }

    /// How much of the base stays, and what of the reference follows it.
    fn cut<'r>(&self, reference: &'r str) -> Option<(usize, &'r str)> {
        let whole = match reference.as_bytes().first()? {
            b'/' => Some(reference),
            b'?' => return Some((self.parts.query, reference)),
            b'#' => return None,
            b'h' => reference.strip_prefix(self.whole.get(..self.parts.path)?).filter(|rest| rest.starts_with('/')),
            _ => None,
        };
        Some(whole.map_or((self.folder, reference), |rest| (self.parts.path, rest)))
    }
}

/// How many bytes of `text` are a path that stays as it is; `None` if it would not. A path that is `relative` begins
/// with the name of a folder or file.
fn path_length(text: &str, relative: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at_name = relative;
    for (at, byte) in bytes.iter().enumerate() {
        match SIGNS[usize::from(*byte)] {
            Sign::Slash | Sign::Dot if at_name => return None,
            Sign::Slash => at_name = true,
            // In front of the first slash it would be the end of a scheme.
            Sign::Colon if relative => return None,
            Sign::Percent if matches!(bytes.get(at + 1..at + 3), Some([b'2', b'e' | b'E'])) => return None,
            Sign::Question | Sign::Hash => return Some(at),
            Sign::Bracket | Sign::Other => return None,
            Sign::Plain | Sign::Dot | Sign::Colon | Sign::Percent | Sign::Quote => at_name = false,
        }
    }
    Some(bytes.len())
}

/// How many bytes of `text` are a query, or a fragment without its sign, that stays as it is.
fn query_length(text: &str) -> Option<usize> {
    for (at, byte) in text.bytes().enumerate() {
        match SIGNS[usize::from(byte)] {
            Sign::Quote | Sign::Other => return None,
            Sign::Hash => return Some(at),
            _ => {}
        }
    }
    Some(text.len())
}

/// What a byte is in an address.
#[derive(Clone, Copy)]
enum Sign {
    /// It stays as it is wherever it stands, and means nothing.
    Plain,
    Slash,
    Dot,
    Colon,
    Percent,
    /// It is escaped in queries alone.
    Quote,
    Question,
    Hash,
    /// It belongs in queries.
    Bracket,
    Other,
}

const SIGNS: [Sign; 256] = {
    let mut signs = [Sign::Other; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        signs[byte as usize] = match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'~'
            | b'!'
            | b'$'
            | b'&'
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b'@' => Sign::Plain,
            b'/' => Sign::Slash,
            b'.' => Sign::Dot,
            b':' => Sign::Colon,
            b'%' => Sign::Percent,
            b'\'' => Sign::Quote,
            b'?' => Sign::Question,
            b'#' => Sign::Hash,
            b'[' | b']' => Sign::Bracket,
            _ => Sign::Other,
        };
        byte += 1;
    }
    signs
};

#[cfg(test)]
mod tests {
    use super::*;

    const BASES: [&str; 12] = [
        "https://site.example/",
        "https://site.example/news/list.html",
        "http://site.example:8080/a/b/c/?x=1#y",
        "https://site.example/a//b",
        "https://site.example/a%2Fb/c;d=e/",
        "https://site.example?x/y",
        "http://127.0.0.1:18000/s/1/",
        "http://[::1]/x/",
        "https://xn--bcher-kva.example/ü/ö",
        "http://user@site.example/a/",
        "https://:word@site.example/a/",
        "file:///a/b",
    ];

    /// Compares with the parser; says whether the reference was joined here.
    fn is_joined(base: &str, reference: &str) -> bool {
        let base = Url::parse(base).unwrap();
        let mut out = String::from("before");
        let parts = Base::of(&base).and_then(|base| base.join(reference, &mut out));
        let Some(parts) = parts else {
            assert_eq!(out, "before", "{base} and {reference:?}");
            return false;
        };
        let wanted = base.join(reference).unwrap();
        assert_eq!(out.strip_prefix("before"), Some(wanted.as_str()), "{base} and {reference:?}");
        assert_eq!(parts, Parts::of(&wanted), "{base} and {reference:?}");
        true
    }

    #[test]
    fn plain_references_are_joined() {
        for reference in [
            "/",
            "/a/b.html",
            "a/44.html",
            "section/0/",
            "?page=2&x[]=y",
            "story?id=7#comments",
            "/a:b/c@d",
            "x#",
            "x?",
            "/x?a?b/c#!/d",
            "/%C3%A9t%C3%A9/(x)'y'",
            "htm",
            "http",
        ] {
            for base in BASES.iter().take(9) {
                assert!(is_joined(base, reference), "{base} and {reference}");
            }
            for base in BASES.iter().skip(9) {
                assert!(!is_joined(base, reference), "{base} and {reference}");
            }
        }
        assert!(is_joined("https://site.example/a/", "https://site.example/b?c#d"));
        assert!(is_joined("http://site.example:8080/a/", "http://site.example:8080/b"));
    }

    #[test]
    fn other_references_are_left_to_the_parser() {
        for reference in [
            "",
            "#x",
            "//other.example/",
            "/a//b",
            "./x",
            "../x",
            "a/./b",
            "a/../b",
            "/.x",
            "%2e%2e/x",
            "a/%2E/b",
            "a b",
            "a\\b",
            "a\tb",
            "é",
            "a:b",
            "mailto:a@b.example",
            "HTTPS://site.example/",
            "https://site.example",
            "https://site.example.org/",
            "https://site.example:443/",
            "/x?a'b",
            "/x?<",
            "/x#a b",
            "/x#a`",
            "/x#a#b",
            "{x}",
            "a|b",
            "a^b",
            " a",
            "a\u{0}",
        ] {
            for base in BASES {
                assert!(!is_joined(base, reference), "{base} and {reference:?}");
            }
        }
    }

    /// Short references out of every sign and every piece that means something, in all orders.
    #[test]
    fn no_reference_is_joined_in_another_way_than_by_the_parser() {
        let signs = (0..=0x7f_u8).map(|byte| char::from(byte).to_string());
        let pieces = ["..", "//", "%2e", "%2E", "%2", "https:", "https://site.example", "a/b", "é", "\u{a0}", "日"];
        let pieces: Vec<String> = signs.chain(pieces.map(str::to_owned)).chain([String::new()]).collect();
        let mut joined = 0_usize;
        for base in BASES.iter().take(4) {
            for first in &pieces {
                for second in &pieces {
                    joined += usize::from(is_joined(base, &format!("{first}{second}")));
                    joined += usize::from(is_joined(base, &format!("/{first}x{second}?{second}#{first}")));
                }
            }
        }
        assert!(joined > 10_000, "{joined}");
    }
}
