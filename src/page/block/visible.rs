//! How many words a page shows, by a look at its text before it is parsed.

/// A page that shows more bytes of text is no challenge and no wall.
const FEW: usize = 4_000;
/// A page that is larger is looked at no further: even with its scripts a challenge is smaller.
const LONGEST: usize = 400 * 1024;

/// Elements whose content nobody sees, with their ends.
const HIDDEN: [(&str, &str); 5] =
    [("script", "</script"), ("style", "</style"), ("template", "</template"), ("svg", "</svg"), ("title", "</title")];

/// Whether `text` shows at most 4000 bytes of text. Linear, and ends at once where there is more.
pub fn shows_few_words(text: &str) -> bool {
    text.len() <= LONGEST && shows_at_most(FEW, text)
}

/// Whether `text` shows at most `most` bytes of text, white space left out.
pub(super) fn shows_at_most(most: usize, text: &str) -> bool {
    let mut seen = 0;
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        let (shown, tag) = rest.split_at(at);
        seen += visible(shown);
        if seen > most {
            return false;
        }
        rest = after(tag);
    }
    seen + visible(rest) <= most
}

/// How many bytes of `text` are no white space.
fn visible(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count()
}

/// What follows the tag at the beginning of `tag`, its hidden content included; empty where it has no end.
fn after(tag: &str) -> &str {
    if tag.starts_with("<!--") {
        let mut ends = memchr::memchr_iter(b'>', tag.as_bytes());
        let end = ends.find(|at| tag.as_bytes().get(..*at).is_some_and(|comment| comment.ends_with(b"--")));
        return end.and_then(|at| tag.get(at + 1..)).unwrap_or_default();
    }
    let name = tag.get(1..).unwrap_or_default();
    let may_hide = matches!(name.as_bytes(), [b's' | b'S' | b't' | b'T', ..]);
    for (hidden, end) in if may_hide { &HIDDEN[..] } else { &[] } {
        let named = name.get(..hidden.len()).is_some_and(|start| start.eq_ignore_ascii_case(hidden));
        let whole = name.as_bytes().get(hidden.len()).is_some_and(|next| !next.is_ascii_alphanumeric());
        if named && whole {
            return find_ignoring_case(tag, end).and_then(|at| tag.get(at + end.len()..)).unwrap_or_default();
        }
    }
    memchr::memchr(b'>', tag.as_bytes()).and_then(|at| tag.get(at + 1..)).unwrap_or_default()
}

/// Where `end` (`</name`, lower case) stands in `text`, in any case.
fn find_ignoring_case(text: &str, end: &str) -> Option<usize> {
    // There are many of these to find, each of them near: a search for more than one byte takes longer to prepare.
    memchr::memchr_iter(b'<', text.as_bytes())
        .find(|at| text.get(*at..at + end.len()).is_some_and(|found| found.eq_ignore_ascii_case(end)))
}
