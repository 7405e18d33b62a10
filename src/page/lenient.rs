//! JSON as pages write it: with comments, commas too many, line breaks and quotes inside texts, wrappers around it,
//! several values in a row, or the end missing.
//!
//! Steps: as it is; else mended by one scan over its characters, value by value. It refuses what is no object or array,
//! and to guess at names and values: mending adds and drops punctuation only.

use serde_json::Value;

/// The deepest nesting that is closed where the end is missing.
const MAX_DEPTH: usize = 120;
/// The most values of one script.
const MAX_VALUES: usize = 200;

/// Every value in `text`, in order.
pub(super) fn values(text: &str) -> Vec<Value> {
    let text = text.trim().trim_start_matches('\u{FEFF}');
    match serde_json::from_str(text) {
        Ok(value) => vec![value],
        Err(_) => parse_all(&mend(unwrapped(text))),
    }
}

/// `text` without the comments and sections in which pages hide their scripts from old browsers.
fn unwrapped(text: &str) -> &str {
    let mut inner = text;
    loop {
        let before = inner;
        for opening in ["<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA["] {
            inner = inner.trim().trim_start_matches(opening);
        }
        for closing in ["-->", "//-->", "// -->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>", ";", "</script>"] {
            inner = inner.trim().trim_end_matches(closing);
        }
        if inner == before {
            return inner;
        }
    }
}

fn parse_all(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['{', '[']).filter(|_| found.len() < MAX_VALUES) {
        let tail = rest.get(start..).unwrap_or_default();
        let mut parts = serde_json::Deserializer::from_str(tail).into_iter::<Value>();
        match parts.next() {
            Some(Ok(value)) => {
                found.push(value);
                rest = tail.get(parts.byte_offset()..).unwrap_or_default();
            }
            // What cannot be mended ends the script.
            _ => break,
        }
    }
    found
}

/// One scan over the characters of a script.
struct Mender<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: String,
    open: Vec<char>,
}

/// `text` without comments, commas before an end and control characters, with quotes inside texts escaped, and with
/// the ends that are missing.
fn mend(text: &str) -> String {
    let mut mender =
        Mender { rest: text.chars().peekable(), out: String::with_capacity(text.len() + 16), open: Vec::new() };
    while let Some(c) = mender.rest.next() {
        match c {
            '"' => mender.string(),
            '/' if mender.rest.peek() == Some(&'/') => while mender.rest.next_if(|c| *c != '\n').is_some() {},
            '/' if mender.rest.peek() == Some(&'*') => mender.comment(),
            '{' | '[' => {
                if mender.open.len() < MAX_DEPTH {
                    mender.open.push(if c == '{' { '}' } else { ']' });
                }
                mender.out.push(c);
            }
            '}' | ']' => {
                mender.drop_comma();
                mender.open.pop();
                mender.out.push(c);
            }
            ',' => {
                // One comma is enough.
                if !mender.out.trim_end().ends_with([',', '{', '[']) {
                    mender.out.push(c);
                }
            }
            // Space is folded, so that looking behind it takes no time.
            c if c.is_control() || c.is_whitespace() => {
                if !mender.out.ends_with(' ') {
                    mender.out.push(' ');
                }
            }
            c => mender.out.push(c),
        }
    }
    mender.drop_comma();
    while let Some(end) = mender.open.pop() {
        mender.out.push(end);
    }
    mender.out
}

impl Mender<'_> {
    fn drop_comma(&mut self) {
        let kept = self.out.trim_end();
        if kept.ends_with(',') {
            self.out.truncate(kept.len() - 1);
        }
    }

    fn comment(&mut self) {
        self.rest.next();
        let mut star = false;
        for c in self.rest.by_ref() {
            if star && c == '/' {
                break;
            }
            star = c == '*';
        }
    }

    /// A text, whose opening quote was read: it ends at the quote that punctuation follows.
    fn string(&mut self) {
        self.out.push('"');
        while let Some(c) = self.rest.next() {
            match c {
                '"' if self.ends_here() => {
                    self.out.push('"');
                    return;
                }
                '"' => self.out.push_str("\\\""),
                '\\' => match self.rest.next() {
                    Some(escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                        self.out.push('\\');
                        self.out.push(escaped);
                    }
                    Some('u') if self.four_digits() => self.out.push_str("\\u"),
                    Some(c) if c.is_control() => self.out.push(' '),
                    Some(c) => self.out.push(c),
                    None => {}
                },
                c if c.is_control() => self.out.push(' '),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn four_digits(&self) -> bool {
        self.rest.clone().take(4).filter(char::is_ascii_hexdigit).count() == 4
    }

    /// Whether what follows a quote is what follows a text.
    fn ends_here(&self) -> bool {
        let mut ahead = self.rest.clone().skip_while(|c| c.is_whitespace());
        match ahead.next() {
            None | Some(':' | '}' | ']') => true,
            // `"he said "yes", and left"` goes on with a word; the next text or value begins otherwise.
            Some(',') => ahead.find(|c| !c.is_whitespace()).is_none_or(|c| {
                matches!(c, '"' | '{' | '[' | '}' | ']' | '-' | '/' | '0'..='9' | 't' | 'f' | 'n' | ',')
            }),
            Some('/') => matches!(ahead.next(), Some('/' | '*')),
            Some(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_as_pages_write_it() {
        for (text, wanted) in [
            (r#"{"a": 1}"#, vec![json!({"a": 1})]),
            ("{\"a\": [1, 2,], \"b\": 3,}", vec![json!({"a": [1, 2], "b": 3})]),
            ("{\"a\": 1,, \"b\": 2}", vec![json!({"a": 1, "b": 2})]),
            (
                "/* first */ {\"a\": 1, // one\n \"b\": \"http://b.example/*x*/\" }",
                vec![json!({"a": 1, "b": "http://b.example/*x*/"})],
            ),
            ("{\"a\": \"line\nbreak\tand tab\"}", vec![json!({"a": "line break and tab"})]),
            ("<!--\n{\"a\": 1}\n-->", vec![json!({"a": 1})]),
            ("//<![CDATA[\n{\"a\": 1}\n//]]>", vec![json!({"a": 1})]),
            ("/*<![CDATA[*/{\"a\": 1};/*]]>*/", vec![json!({"a": 1})]),
            ("{\"a\": 1}\n{\"b\": 2}[{\"c\": 3}]", vec![json!({"a": 1}), json!({"b": 2}), json!([{"c": 3}])]),
            ("{\"a\": 1},\n{\"b\": 2}", vec![json!({"a": 1}), json!({"b": 2})]),
            (r#"{"a": "he said "yes" twice", "b": "x"}"#, vec![json!({"a": "he said \"yes\" twice", "b": "x"})]),
            (r#"{"a": "it\'s", "b": "\x41\u00e9"}"#, vec![json!({"a": "it's", "b": "x41é"})]),
            (r#"{"a": {"b": [1, 2"#, vec![json!({"a": {"b": [1, 2]}})]),
            (r#"{"a": "not ended"#, vec![json!({"a": "not ended"})]),
            ("\u{FEFF}{\"a\": 1};", vec![json!({"a": 1})]),
            ("var data = {\"a\": 1};", vec![json!({"a": 1})]),
            ("{a: 1}", vec![]),
            ("", vec![]),
            ("no json", vec![]),
        ] {
            assert_eq!(values(text), wanted, "{text}");
        }
    }

    #[test]
    fn nonsense_ends() {
        for text in ["{".repeat(100_000), "[\"".repeat(50_000), "\"".repeat(100_000), "/*".to_owned(), "\\".repeat(9)] {
            assert!(values(&text).len() <= 1, "{}", text.len());
        }
    }
}
