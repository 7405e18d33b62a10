//! The beginning of a text, for feeds that must not repeat the whole of it.
//!
//! Words are those of Unicode Standard Annex 29: in scripts without spaces (Chinese, Japanese, Thai) each character is
//! one. The cut never falls inside a word, a tag or an entity, everything that is open is closed, and "…" says that
//! something is missing. Never makes a text longer, and leaves one that fits as it is.

use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use super::token::{Token, Tokens, decode, push_escaped};
use super::{is_block, sanitise};
use crate::model::SafeHtml;

/// How much of a text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many words.
    Words(usize),
    /// Whole words of so many characters (grapheme clusters) together, the spaces between them included.
    Characters(usize),
}

/// A word that begins before the limit and is longer than this, in characters, is cut all the same.
const MAX_WORD: usize = 100;

/// The beginning of sanitised `html`; `None` if all of it fits. `base` is the address of its page.
pub fn excerpt(html: &SafeHtml, limit: Limit, base: &Url) -> Option<SafeHtml> {
    let end = cut_at(&words(html.as_str()), limit)?;
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut seen = 0;
    for token in Tokens::new(html.as_str()) {
        match token {
            Token::Text(text) => {
                let text = decode(text);
                let kept = text.get(..end.saturating_sub(seen).min(text.len())).unwrap_or_default();
                push_escaped(&mut out, kept);
                seen += text.len();
                if seen >= end {
                    break;
                }
            }
            Token::Open(name, attributes) => {
                out.extend(["<", name, attributes, ">"]);
                seen += separator(name).len();
                if !matches!(name, "br" | "hr" | "img") {
                    open.push(name);
                }
            }
            Token::Close(name) => {
                out.extend(["</", name, ">"]);
                seen += separator(name).len();
                open.pop();
            }
        }
    }
    out.push('…');
    for name in open.iter().rev() {
        out.extend(["</", name, ">"]);
    }
    sanitise(&out, base)
}

/// The beginning of plain `text` with an ellipsis; `None` if all of it fits.
pub fn cut(text: &str, limit: Limit) -> Option<String> {
    let end = cut_at(text, limit)?;
    Some(format!("{}…", text.get(..end)?))
}

/// The texts of `html` with a line end for each tag between which no word reaches.
fn words(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => words.push_str(&decode(text)),
            Token::Open(name, _) | Token::Close(name) => words.push_str(separator(name)),
        }
    }
    words
}

fn separator(name: &str) -> &'static str {
    if is_block(name) || matches!(name, "br" | "img") { "\n" } else { "" }
}

/// Where the last word ends that is kept, in bytes; `None` if no word follows it.
fn cut_at(text: &str, limit: Limit) -> Option<usize> {
    let mut end = None;
    let (mut words, mut characters) = (0, 0);
    let mut blank = true;
    for (at, piece) in text.split_word_bound_indices() {
        if piece.trim().is_empty() {
            characters += usize::from(!blank);
            blank = true;
            continue;
        }
        blank = false;
        let length = piece.graphemes(true).count();
        let is_word = !piece.chars().all(is_mark);
        let fits = match limit {
            Limit::Words(most) => words < most,
            Limit::Characters(most) => characters + length <= most,
        };
        if is_word && !fits {
            // A limit that not even one word fits keeps that one.
            let longest = at + piece.grapheme_indices(true).nth(MAX_WORD).map_or(piece.len(), |(at, _)| at);
            return Some(end.unwrap_or(longest)).filter(|end| !text[*end..].trim().chars().all(is_mark));
        }
        words += usize::from(is_word);
        characters += length;
        if is_word {
            end = Some(at + piece.len());
        }
    }
    None
}

/// Whether `c` only stands between words: no text is cut for its sake.
fn is_mark(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '«' | '»' | '·' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{301F}')
        || matches!(c, '！' | '（' | '）' | '，' | '．' | '：' | '；' | '？' | '、')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(html: &str, limit: Limit) -> Option<String> {
        let base = Url::parse("https://site.example/a").unwrap();
        excerpt(&sanitise(html, &base).unwrap(), limit, &base).map(|html| html.as_str().to_owned())
    }

    #[test]
    fn texts_are_cut_between_words_and_closed() {
        for (html, limit, wanted) in [
            ("<p>One two three four.</p>", Limit::Words(4), None),
            ("<p>One two three four.</p>", Limit::Words(3), Some("<p>One two three…</p>")),
            ("<p>One two, <b>three</b> four.</p>", Limit::Words(3), Some("<p>One two, <b>three…</b></p>")),
            ("<p>W<b>or</b>d and more</p>", Limit::Words(1), Some("<p>W<b>or</b>d…</p>")),
            ("<p>R&amp;D is a &lt;b&gt; x</p>", Limit::Characters(6), Some("<p>R&amp;D is…</p>")),
            (
                "<ul><li>One</li><li>two three</li></ul><p>four</p>",
                Limit::Words(2),
                Some("<ul><li>One</li>\n<li>two…</li>\n</ul>"),
            ),
            ("<p>今天天气很好，明天有雨。</p>", Limit::Words(6), Some("<p>今天天气很好…</p>")),
            ("<p>今天天气很好，明天有雨。</p>", Limit::Characters(4), Some("<p>今天天气…</p>")),
            ("<p>Hello wonderful world</p>", Limit::Characters(14), Some("<p>Hello…</p>")),
            ("<p>Donaudampfschiffahrt fährt</p>", Limit::Characters(4), Some("<p>Donaudampfschiffahrt…</p>")),
            ("<p>e\u{301}e\u{301} 👩‍👩‍👧 more</p>", Limit::Characters(3), Some("<p>e\u{301}e\u{301}…</p>")),
        ] {
            assert_eq!(of(html, limit).as_deref(), wanted, "{html}");
        }
    }

    #[test]
    fn plain_texts_are_cut() {
        assert_eq!(cut("One two three", Limit::Words(2)).as_deref(), Some("One two…"));
        assert_eq!(cut("One two three.", Limit::Characters(14)), None);
        assert_eq!(cut("", Limit::Words(1)), None);
        let long = "x".repeat(1000);
        assert_eq!(cut(&long, Limit::Characters(5)).map(|text| text.len()), Some(MAX_WORD + "…".len()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn an_excerpt_is_stable_and_no_longer(pieces in proptest::collection::vec(proptest::sample::select(&[
            "<p>", "</p>", "<b>", "</b>", "word ", "中文字", "&amp;", "<ul><li>", "</ul>", "<table><tr><td>", "</table>",
            "<img src=/i.png alt=x>", "مرحبا ", "<pre> a\n b", "</pre>", "<br>", "é", " ", "&lt;b&gt;", "ไทย",
        ][..]), 1..40), most in 1..12_usize) {
            let base = Url::parse("https://site.example/a").unwrap();
            let Some(whole) = sanitise(&pieces.concat(), &base) else { return Ok(()) };
            for limit in [Limit::Words(most), Limit::Characters(most)] {
                let Some(cut) = excerpt(&whole, limit, &base) else { continue };
                let again = sanitise(cut.as_str(), &base).unwrap();
                prop_assert_eq!(&again, &cut);
                prop_assert!(excerpt(&cut, limit, &base).is_none(), "{}", cut.as_str());
            }
        }
    }
}
