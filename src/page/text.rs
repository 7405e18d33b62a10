//! The text of elements as readers see it: on one line, without what nobody sees.
//!
//! Most elements that are asked for hold a single text that is written as it is read; that is borrowed and not copied.

use std::borrow::Cow;

use ego_tree::NodeRef;
use html5ever::LocalName;
use scraper::{ElementRef, Node};

use crate::model::plain_run;
use crate::normalise::text::push_folded;

/// Whether the name of an element, as the tree keeps it, is one of several; names are compared as numbers.
macro_rules! is_named {
    ($name:expr; $($known:tt)+) => {
        matches!(*$name, $(html5ever::local_name!($known))|+)
    };
}
pub(crate) use is_named;

/// Whether no reader sees the text of elements of this name.
pub fn is_invisible(name: &LocalName) -> bool {
    is_named!(name; "script" "style" "noscript" "template" "head" "svg" "iframe" "object" "select" "textarea")
}

/// Whether elements of this name flow inside a line, so that no space belongs at their edges.
pub fn is_inline(name: &LocalName) -> bool {
    is_named!(
        name; "a" "abbr" "b" "bdi" "bdo" "big" "cite" "code" "data" "del" "dfn" "em" "font" "i" "ins" "kbd" "label"
        "mark" "nobr" "q" "rp" "rt" "ruby" "s" "samp" "small" "span" "strike" "strong" "sub" "sup" "time" "tt" "u"
        "var" "wbr"
    )
}

/// The visible text below `element` on one line, white space folded.
pub fn text(element: ElementRef<'_>) -> String {
    line(element).into_owned()
}

/// The same, borrowed from the page where it stands there in this way.
pub fn line(element: ElementRef<'_>) -> Cow<'_, str> {
    if let Some(piece) = only_text(element) {
        return folded(piece);
    }
    let mut out = String::new();
    collect(element, |piece| push_folded(&mut out, piece));
    out.truncate(out.trim_end().len());
    Cow::Owned(out)
}

/// The text of an element that holds a single text and nothing else, as most links and short fields do.
fn only_text(element: ElementRef<'_>) -> Option<&str> {
    let only = element.first_child().filter(|first| !first.has_siblings())?;
    only.value().as_text().map(|text| &**text)
}

/// `text` without white space at its ends and with single spaces inside.
pub fn folded(text: &str) -> Cow<'_, str> {
    let bare = trim(text);
    if plain_run(bare) == bare.len() {
        return Cow::Borrowed(bare);
    }
    let mut out = String::new();
    push_folded(&mut out, bare);
    Cow::Owned(out)
}

/// [`str::trim`], which few texts need.
pub fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// `root` and the nodes below it, in document order.
pub(crate) fn nodes(root: NodeRef<'_, Node>) -> impl Iterator<Item = NodeRef<'_, Node>> {
    std::iter::successors(Some(root), move |node| {
        let mut last = *node;
        let mut next = last.first_child();
        while next.is_none() && last.id() != root.id() {
            next = last.next_sibling();
            last = last.parent()?;
        }
        next
    })
}

/// The elements below `root`, in document order.
pub(crate) fn elements_below(root: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    nodes(*root).skip(1).filter_map(ElementRef::wrap)
}

/// Calls `push` with every visible text below `element`, and with a space at `<br>` and block boundaries.
fn collect(element: ElementRef<'_>, mut push: impl FnMut(&str)) {
    let mut next = element.first_child();
    while let Some(node) = next {
        match node.value() {
            Node::Text(text) => push(text),
            Node::Element(inner) if !is_invisible(&inner.name.local) => {
                if !is_inline(&inner.name.local) {
                    push(" ");
                }
                if let Some(first) = node.first_child() {
                    next = Some(first);
                    continue;
                }
                if !is_inline(&inner.name.local) {
                    push(" ");
                }
            }
            _ => {}
        }
        let mut last = node;
        next = last.next_sibling();
        while next.is_none()
            && let Some(above) = last.parent().filter(|above| above.id() != element.id())
        {
            if above.value().as_element().is_some_and(|above| !is_inline(&above.name.local)) {
                push(" ");
            }
            last = above;
            next = last.next_sibling();
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::page::Document;

    #[test]
    fn white_space_folds_whatever_it_is() {
        let by_characters = |texts: &[&str]| {
            texts.concat().chars().fold(String::new(), |mut out, c| {
                if !c.is_whitespace() {
                    out.push(c);
                } else if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                out
            })
        };
        let texts = [
            "",
            " ",
            "a",
            " a",
            "a ",
            "a b  c",
            "a \t\r\n\u{b}\u{c}b",
            "\u{a0}a\u{a0}\u{a0}b \u{3000}",
            "\u{85}é ü",
            "日本 東\u{3000}京",
            "a \u{200a}b",
            "a \u{200b}b",
            "\u{1680}x\u{1681} y",
            "— “a” — b",
        ];
        for first in texts {
            for second in texts {
                let mut out = String::new();
                push_folded(&mut out, first);
                push_folded(&mut out, second);
                assert_eq!(out, by_characters(&[first, second]), "{first:?} and {second:?}");
            }
            assert_eq!(trim(first), first.trim());
            assert_eq!(folded(first), by_characters(&[first]).trim(), "{first:?}");
        }
    }

    #[test]
    fn visible_text_is_one_line() {
        let document = Document::parse(
            "<div>a<b>b</b> <script>x</script><p>c<br>d</p><noscript>e</noscript></div>",
            &Url::parse("https://site.example/").unwrap(),
        );
        assert_eq!(text(document.first(crate::selector!("div")).unwrap()), "ab c d");
    }
}
