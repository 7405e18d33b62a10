//! Path patterns of robots.txt: a prefix, with `*` for any run of characters and `$` for the end (RFC 9309, 2.2.3).

use std::fmt::Write as _;

/// The pattern as addresses are written: characters outside ASCII percent-encoded, hexadecimal digits upper case.
/// What is encoded in the pattern stays encoded, so that `%2F` never means `/`.
pub(super) fn normalise(pattern: &str) -> String {
    let mut normal = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let (head, tail) = rest.split_at(first.len_utf8());
        rest = tail;
        if first == '%'
            && let Some(digits) = tail.get(..2)
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        {
            normal.push('%');
            normal.push_str(&digits.to_ascii_uppercase());
            rest = tail.get(2..).unwrap_or_default();
        } else if first.is_ascii() {
            normal.push(first);
        } else {
            for byte in head.bytes() {
                // Writing to a String cannot fail.
                let _ = write!(normal, "%{byte:02X}");
            }
        }
    }
    normal
}

/// Whether `pattern` matches the start of `path`, or all of it if the pattern ends with `$`.
///
/// Taking the first place for each piece between stars is enough, so that no pattern can make this back-track.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let Some((head, pieces)) = pattern.split_once('*') else {
        return if anchored { path == pattern } else { path.starts_with(pattern) };
    };
    let Some(mut rest) = path.strip_prefix(head) else { return false };
    let (middle, last) = pieces.rsplit_once('*').unwrap_or(("", pieces));
    for piece in middle.split('*') {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    if anchored { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_patterns() {
        let cases = [
            ("/a", "/a/b", true),
            ("/a$", "/a/b", false),
            ("/a$", "/a", true),
            ("*", "/a", true),
            ("*$", "/a", true),
            ("/*/c", "/a/b/c", true),
            ("/*/c$", "/a/c/d/c", true),
            ("/a*b*c$", "/a-b-c", true),
            ("/a*b*c$", "/a-c-b", false),
            ("/a*a$", "/a", false),
            ("/a**b", "/axb", true),
            ("/a$b", "/a$b", true),
            ("a", "/a", false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn normalises_patterns() {
        for (pattern, expected) in [("/%e9%", "/%E9%"), ("/%2f\u{e9}", "/%2F%C3%A9"), ("/%\u{e9}", "/%%C3%A9")] {
            assert_eq!(normalise(pattern), expected);
        }
    }
}
