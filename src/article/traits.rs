//! What the name, the class and the id of an element say about its place in a page.
//!
//! It refuses to look at text. A class is judged word by word ([`words`]: `articleBody__newsletter-box` is *article body
//! newsletter box*) and by the parts of names in it ([`parts`]), and each distinct class once, since a page repeats the
//! same few hundred.

mod parts;
mod words;

use std::cell::RefCell;
use std::collections::HashMap;

use html5ever::{LocalName, local_name};
use scraper::ElementRef;

pub(super) use parts::Parts;
use words::Split;

use crate::page::document::is_named;

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

/// What the attributes of an element say, by one look at each. What only some ask for is kept as written.
#[derive(Default)]
pub(super) struct Look<'a> {
    class: Name<'a>,
    id: Name<'a>,
    /// The class, or what stands in for it.
    named: &'a str,
    style: Option<&'a str>,
    declared_hidden: bool,
    /// What attributes say beside class, id and style.
    others: Traits,
    /// The address of a link.
    pub(super) address: Option<&'a str>,
    /// Whether it has `rel`.
    pub(super) related: bool,
    /// What `itemprop` and `property` name.
    pub(super) described: Described,
}

/// What the names in `itemprop` and `property` of an element belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Described {
    /// There are none.
    #[default]
    None,
    /// OpenGraph and the like alone, which `meta` reads.
    SocialMedia,
    /// Vocabularies that describe what the element shows.
    Shown,
}

/// A class or an id, and what was known of it at first sight.
#[derive(Clone, Copy, Default)]
struct Name<'a> {
    text: &'a str,
    said: Said,
}

/// The most classes and ids that are remembered from page to page.
const MOST_KNOWN: usize = 4_096;
/// The longest that is remembered, in bytes.
const LONGEST_KNOWN: usize = 256;

thread_local! {
    static JUDGE: RefCell<Judge> = RefCell::default();
}

/// Judges classes and ids; each distinct one once.
#[derive(Default)]
pub(super) struct Judge {
    known: HashMap<Box<str>, Said>,
    split: Split,
}

impl Judge {
    /// Calls `read` with the judge of this thread: the pages of a site have most of their classes in common. What it says
    /// of one depends on nothing else.
    pub(super) fn with<T>(read: impl FnOnce(&mut Self) -> T) -> T {
        JUDGE.with_borrow_mut(|judge| {
            if judge.known.len() > MOST_KNOWN {
                judge.known.clear();
            }
            read(judge)
        })
    }

    /// Looks at `element`.
    pub(super) fn look<'a>(&mut self, element: ElementRef<'a>) -> Look<'a> {
        let mut look = Look::default();
        for (name, value) in &element.value().attrs {
            let value: &'a str = value;
            match &name.local {
                &local_name!("class") => (look.class.text, look.named) = (value, value),
                &local_name!("id") => look.id.text = value,
                &local_name!("href") => look.address = Some(value),
                &local_name!("rel") => look.related = true,
                &local_name!("src") | &local_name!("alt") => {}
                &local_name!("style") => look.style = Some(value),
                name => look.note(name, value),
            }
        }
        (look.class, look.id) = (self.name(look.class.text), self.name(look.id.text));
        look
    }

    fn name<'a>(&mut self, text: &'a str) -> Name<'a> {
        if text.is_empty() {
            return Name::default();
        }
        let said = self.known.get(text).copied().unwrap_or_else(|| {
            let said = Said::of(text);
            self.remember(text, said);
            said
        });
        Name { text, said }
    }

    fn remember(&mut self, text: &str, said: Said) {
        if text.len() <= LONGEST_KNOWN {
            self.known.insert(text.into(), said);
        }
    }

    /// What `element`, at which `look` was a look, says about itself.
    pub(super) fn traits<'a>(&mut self, look: &Look<'a>, element: ElementRef<'a>) -> Traits {
        let mut marks = look.others;
        if look.style.is_some_and(is_invisible_style) {
            marks = marks.with(Traits::HIDDEN);
        }
        if look.declared_hidden && element.text().map(|text| text.trim().len()).sum::<usize>() < 400 {
            marks = marks.with(Traits::HIDDEN);
        }
        if look.named.is_empty() && look.id.text.is_empty() {
            return marks;
        }
        let class = if look.named == look.class.text { look.class } else { self.name(look.named) };
        marks.with(judged(self.said(class), self.said(look.id)))
    }

    fn said(&mut self, name: Name<'_>) -> Said {
        if name.text.is_empty() || name.said.words.is_some() {
            return name.said;
        }
        let words = name.text.split_ascii_whitespace().map(|name| words::traits(name, &mut self.split));
        let said = Said { words: Some(words.fold(Traits::default(), Traits::with)), ..name.said };
        self.remember(name.text, said);
        said
    }
}

impl<'a> Look<'a> {
    /// Which parts class and id have.
    pub(super) fn parts(&self) -> Parts {
        self.class.said.parts.with(self.id.said.parts)
    }

    /// Notes an attribute that few elements have.
    fn note(&mut self, name: &str, value: &'a str) {
        match name {
            "hidden" => self.others = self.others.with(Traits::HIDDEN),
            "aria-hidden" => self.declared_hidden = value == "true",
            "aria-modal" if value == "true" => self.others = self.others.with(Traits::FURNITURE),
            "role" if is_no_story(value) => self.others = self.others.with(Traits::UNLIKELY),
            "data-testid" | "data-component" | "data-module" if self.named.is_empty() => self.named = value,
            "itemprop" | "property" => {
                self.described = self.described.max(described(value));
                if name == "itemprop" && value.eq_ignore_ascii_case("articleBody") {
                    self.others = self.others.with(Traits::BODY);
                }
            }
            _ => {}
        }
    }
}

/// What the `names` of a property belong to.
fn described(names: &str) -> Described {
    let known = ["og:", "article:", "fb:", "twitter:"].iter().any(|start| names.starts_with(start));
    if known && !names.contains(char::is_whitespace) { Described::SocialMedia } else { Described::Shown }
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
pub(super) fn is_left_out(name: &LocalName) -> bool {
    is_named!(
        name; "script" "style" "template" "svg" "link" "meta" "head" "title" "select" "option" "textarea" "input" "button" "datalist" "canvas" "dialog" "nav" "source" "track" "map" "math" "base" "menu" "noframes"
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
            let mut judge = Judge::default();
            let name = judge.name(class);
            assert_eq!(judged(judge.said(name), Said::default()).has(traits), wanted, "{class}");
        }
    }
}
