//! What the name, the class and the id of an element say about its place in a page.
//!
//! It refuses to look at text. A class is judged word by word ([`words`]: `articleBody__newsletter-box` is *article body
//! newsletter box*) and by the parts of names in it ([`parts`]), and each distinct class once, since a page repeats the
//! same few hundred.

mod parts;
mod words;

use std::collections::HashMap;

use html5ever::local_name;
use scraper::ElementRef;

pub(super) use parts::Parts;
use words::Split;

/// Marks of one element, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(u16);

impl Traits {
    /// The page itself says that nobody sees it.
    pub(super) const HIDDEN: Self = Self(1);
    /// Rather no part of a story: header, footer, sidebar, comments.
    pub(super) const UNLIKELY: Self = Self(1 << 1);
    /// Surely no part of a story: newsletter boxes, share bars, related stories, paywalls.
    pub(super) const FURNITURE: Self = Self(1 << 2);
    /// No part of a story where it is short: bylines, tags, dates, author boxes.
    pub(super) const FRINGE: Self = Self(1 << 3);
    /// Calls itself content.
    pub(super) const POSITIVE: Self = Self(1 << 4);
    /// Calls itself something that content is not.
    pub(super) const NEGATIVE: Self = Self(1 << 5);
    /// Calls itself the body of an article.
    pub(super) const BODY: Self = Self(1 << 6);
    /// What stands below a picture.
    pub(super) const CAPTION: Self = Self(1 << 7);
    /// A post of another site, quoted whole.
    pub(super) const EMBED: Self = Self(1 << 8);
    /// What readers wrote.
    pub(super) const COMMENTS: Self = Self(1 << 9);
    /// The lines between headline and story that sum it up.
    pub(super) const STANDFIRST: Self = Self(1 << 10);
    /// Buttons to share.
    pub(super) const SHARE: Self = Self(1 << 11);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}
/// What one class or id says.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    parts: Parts,
    /// Its names, word by word; nobody asks for those that stand outside of what is measured.
    words: Option<Traits>,
}

impl Said {
    /// What `text` says, whose words nobody asked for yet.
    fn of(text: &str) -> Self {
        Self { parts: parts::of(text), words: None }
    }
}

/// Judges classes and ids; each distinct one once.
#[derive(Default)]
pub(super) struct Judge<'a> {
    known: HashMap<&'a str, Said>,
    split: Split,
}

impl<'a> Judge<'a> {
    /// Which parts `text`, a class or an id, has.
    pub(super) fn parts(&mut self, text: &'a str) -> Parts {
        if text.is_empty() { Parts::default() } else { self.known.entry(text).or_insert_with(|| Said::of(text)).parts }
    }

    /// What `element` says about itself.
    pub(super) fn traits(&mut self, element: ElementRef<'a>) -> Traits {
        let (mut class, mut id, mut marks) = ("", "", Traits::default());
        let mut declared_hidden = false;
        for (name, value) in &element.value().attrs {
            let value: &'a str = value;
            match &name.local {
                &local_name!("class") => class = value,
                &local_name!("id") => id = value,
                &local_name!("href") | &local_name!("src") | &local_name!("alt") => {}
                &local_name!("style") if is_invisible_style(value) => marks = marks.with(Traits::HIDDEN),
                name => match &**name {
                    "hidden" => marks = marks.with(Traits::HIDDEN),
                    "aria-hidden" => declared_hidden = value == "true",
                    "aria-modal" if value == "true" => marks = marks.with(Traits::FURNITURE),
                    "itemprop" if value.eq_ignore_ascii_case("articleBody") => marks = marks.with(Traits::BODY),
                    "role" if is_no_story(value) => marks = marks.with(Traits::UNLIKELY),
                    "data-testid" | "data-component" | "data-module" if class.is_empty() => class = value,
                    _ => {}
                },
            }
        }
        if declared_hidden && element.text().map(|text| text.trim().len()).sum::<usize>() < 400 {
            marks = marks.with(Traits::HIDDEN);
        }
        if class.is_empty() && id.is_empty() {
            return marks;
        }
        marks.with(judged(self.said(class), self.said(id)))
    }

    fn said(&mut self, text: &'a str) -> Said {
        if text.is_empty() {
            return Said::default();
        }
        let said = self.known.entry(text).or_insert_with(|| Said::of(text));
        if said.words.is_none() {
            let words = text.split_ascii_whitespace().map(|name| words::traits(name, &mut self.split));
            said.words = Some(words.fold(Traits::default(), Traits::with));
        }
        *said
    }
}

/// Whether a `role` is that of no part of a story.
fn is_no_story(role: &str) -> bool {
    matches!(
        role,
        "menu"
            | "menubar"
            | "complementary"
            | "navigation"
            | "alert"
            | "alertdialog"
            | "dialog"
            | "search"
            | "contentinfo"
            | "toolbar"
    )
}

/// What class and id say together.
fn judged(class: Said, id: Said) -> Traits {
    let parts = class.parts.with(id.parts);
    let mut marks = class.words.unwrap_or_default().with(id.words.unwrap_or_default());
    // A page builder calls every paragraph a widget.
    if parts.has(Parts::NEGATIVE) || parts.has(Parts::WIDGET) && !parts.has(Parts::BUILDER) {
        marks = marks.with(Traits::NEGATIVE);
    }
    if parts.has(Parts::POSITIVE) {
        marks = marks.with(Traits::POSITIVE);
    }
    if parts.has(Parts::EMBEDS) {
        marks = marks.with(Traits::EMBED);
    }
    // `social-media-embed` holds a post that the story quotes.
    if parts.has(Parts::EMBED) {
        return marks.without(Traits::FRINGE).without(Traits::SHARE);
    }
    if parts.has(Parts::UNLIKELY) && !parts.has(Parts::MAYBE) {
        marks = marks.with(Traits::UNLIKELY);
    }
    marks
}

fn is_invisible_style(style: &str) -> bool {
    if !style.contains(':') {
        return false;
    }
    let style: String = style.chars().filter(|c| !c.is_whitespace()).take(400).collect::<String>().to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

/// Elements that hold no part of a story, whatever their class.
pub(super) fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "svg"
            | "link"
            | "meta"
            | "head"
            | "title"
            | "select"
            | "option"
            | "textarea"
            | "input"
            | "button"
            | "datalist"
            | "canvas"
            | "dialog"
            | "nav"
            | "source"
            | "track"
            | "map"
            | "math"
            | "base"
            | "menu"
            | "noframes"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_judged_word_by_word() {
        for (class, traits, wanted) in [
            ("articleBody__newsletter-box", Traits::FURNITURE, true),
            ("has-newsletter", Traits::FURNITURE, false),
            ("shadow", Traits::FURNITURE, false),
            ("download", Traits::FURNITURE, false),
            ("c-ad--slot", Traits::FURNITURE, true),
            ("sr-only", Traits::FURNITURE, true),
            ("RelatedArticles", Traits::FURNITURE, true),
            ("article-body", Traits::BODY, true),
            ("entry_content", Traits::BODY, true),
            ("img-caption", Traits::CAPTION, true),
            ("twitter-tweet", Traits::EMBED, true),
            ("social-media-embed", Traits::UNLIKELY, false),
            ("social-media-embed", Traits::FRINGE, false),
            ("page-header", Traits::UNLIKELY, true),
            ("article-header", Traits::UNLIKELY, false),
        ] {
            let said = Judge::default().said(class);
            assert_eq!(judged(said, Said::default()).has(traits), wanted, "{class}");
        }
    }
}
