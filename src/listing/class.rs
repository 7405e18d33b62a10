//! What the attributes of an element say by themselves: classes that name a date, an author, a menu.
//!
//! A page writes the same `class` again for every item of a list, so that each different one is looked at once.

use std::borrow::Cow;

use hashbrown::HashMap;
use html5ever::tendril::StrTendril;
use html5ever::{LocalName, local_name};
use scraper::ElementRef;

use crate::page::document::{self, is_named};

/// What the words of one `class` attribute say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that are independent of each other")]
pub(super) struct Facts {
    /// Fingerprint of the classes that all members of a list share.
    pub(super) stable: u64,
    /// How likely stories are inside, where a class says something of it.
    pub(super) zone: Option<f32>,
    /// A box that repeats the site's newest or best stories above every list.
    pub(super) showcase: bool,
    /// An element that looks like a heading.
    pub(super) heading: bool,
    /// A story by microformats: `h-entry`, `hentry`.
    pub(super) entry: bool,
    /// How surely this is a name: 0, 2, or 3 where the class says "name".
    pub(super) author: u8,
    /// A date.
    pub(super) date: bool,
    /// How long a film or a recording is: looks like a time of day and is none.
    pub(super) duration: bool,
    /// The time of a change and not of the publication.
    pub(super) updated: bool,
    /// A subject.
    pub(super) category: bool,
    /// A short text.
    pub(super) summary: bool,
    /// The number of the first word that says "next" or "older", counted from 1; 0 if none does.
    pub(super) next: u8,
}

/// The attributes of an element that detection asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks<'a> {
    class: Value<'a>,
    id: Value<'a>,
    role: Value<'a>,
    pub(super) rel: Value<'a>,
    pub(super) style: Value<'a>,
    pub(super) itemprop: Value<'a>,
    itemtype: Value<'a>,
    pub(super) href: Value<'a>,
    pub(super) title: Value<'a>,
    pub(super) datetime: Value<'a>,
    pub(super) content: Value<'a>,
    /// What `aria-label` says.
    pub(super) label: Value<'a>,
    itemscope: bool,
}

/// A value as the tree keeps it: most are asked for by nobody, and need not be looked up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Value<'a>(Option<&'a StrTendril>);

impl<'a> Value<'a> {
    /// The text, where the attribute is there.
    pub(super) fn get(self) -> Option<&'a str> {
        self.0.map(|value| &**value)
    }
}

impl<'a> Marks<'a> {
    /// Reads them in one pass; the names are compared as the numbers that the tree keeps them by.
    pub(super) fn of(element: ElementRef<'a>) -> Self {
        let mut marks = Self::default();
        for (name, value) in &element.value().attrs {
            match name.local {
                local_name!("class") => marks.class = Value(Some(value)),
                local_name!("id") => marks.id = Value(Some(value)),
                local_name!("role") => marks.role = Value(Some(value)),
                local_name!("rel") => marks.rel = Value(Some(value)),
                local_name!("style") => marks.style = Value(Some(value)),
                local_name!("itemprop") => marks.itemprop = Value(Some(value)),
                local_name!("itemtype") => marks.itemtype = Value(Some(value)),
                local_name!("href") => marks.href = Value(Some(value)),
                local_name!("title") => marks.title = Value(Some(value)),
                local_name!("datetime") => marks.datetime = Value(Some(value)),
                local_name!("content") => marks.content = Value(Some(value)),
                local_name!("aria-label") => marks.label = Value(Some(value)),
                local_name!("itemscope") => marks.itemscope = true,
                _ => {}
            }
        }
        marks
    }

    pub(super) fn class(&self) -> &'a str {
        self.class.get().unwrap_or_default()
    }

    pub(super) fn id(&self) -> &'a str {
        self.id.get().map_or("", document::trim)
    }

    pub(super) fn role(&self) -> &'a str {
        self.role.get().unwrap_or_default()
    }

    /// Whether this is a story by microdata.
    pub(super) fn is_article(&self) -> bool {
        let is_story = |kind: &str| kind.contains("Article") || kind.contains("BlogPosting");
        self.itemscope && self.itemtype.get().is_some_and(is_story)
    }

    /// Whether `element`, whose attributes these are and whose class says `facts`, is a heading.
    pub(super) fn is_heading(&self, element: ElementRef<'_>, facts: Facts) -> bool {
        facts.heading || is_heading_name(&element.value().name.local) || self.role() == "heading"
    }
}

/// The most classes that are found without hashing.
const RECENT: usize = 32;

/// What is known of every `class` attribute of a page.
#[derive(Default)]
pub(super) struct Classes<'a> {
    known: HashMap<&'a str, Facts>,
    /// Those that were asked for last, found without hashing: a list repeats the same few for each of its items.
    recent: [(&'a str, Facts); RECENT],
}

impl<'a> Classes<'a> {
    /// What `class` says.
    pub(super) fn facts(&mut self, class: &'a str) -> Facts {
        if class.is_empty() {
            return Facts::default();
        }
        let last = class.bytes().next_back().map_or(0, usize::from);
        let Some(slot) = self.recent.get_mut((class.len() * 5 + last) % RECENT) else { return read(class) };
        if slot.0 != class {
            *slot = (class, *self.known.entry(class).or_insert_with(|| read(class)));
        }
        slot.1
    }

    /// Whether `element`, whose attributes are `marks`, is a heading by its name, its role or its class.
    pub(super) fn is_heading(&mut self, element: ElementRef<'_>, marks: &Marks<'a>) -> bool {
        marks.is_heading(element, self.facts(marks.class()))
    }
}

/// Whether an element's name makes it a heading.
pub(super) fn is_heading_name(name: &LocalName) -> bool {
    is_named!(name; "h1" "h2" "h3" "h4" "h5" "h6")
}

/// A fingerprint of two; equal for equal ones in every run.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mixed = (a.rotate_left(23) ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// A fingerprint of a text.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| mix(hash, u64::from(byte)))
}

fn read(class: &str) -> Facts {
    let mut facts = Facts::default();
    let mut stable: Vec<&str> = Vec::new();
    for (number, written) in class.split_ascii_whitespace().enumerate() {
        if !written.bytes().any(|byte| byte.is_ascii_digit()) && !is_state(written) {
            stable.push(written);
        }
        let word = lower(written);
        let word = Word { text: &word, says: says(&word) };
        facts.heading |= word.is_title();
        facts.entry |= matches!(written, "h-entry" | "hentry");
        facts.showcase |= word.says & SHOWCASE != 0;
        facts.zone = least(facts.zone, zone(word.text));
        if facts.next == 0 && word.says & NEXT != 0 && !word.text.contains("prev") {
            facts.next = u8::try_from(number + 1).unwrap_or(u8::MAX);
        }
        if number < 12 {
            word.read_meaning(&mut facts);
        }
    }
    facts.updated = says_updated(class);
    stable.sort_unstable();
    stable.dedup();
    facts.stable = stable.into_iter().fold(1, |hash, class| mix(hash, fingerprint(class)));
    facts
}

/// `text` in lower case.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn says_updated(class: &str) -> bool {
    let says = |word: &[u8]| class.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    // All three words end in this way, and few classes do.
    says(b"ed") && (says(b"updated") && !says(b"published") || says(b"modified"))
}

/// One class in lower case and what its parts say.
struct Word<'w> {
    text: &'w str,
    says: u16,
}

const DURATION: u16 = 1;
const AUTHOR: u16 = 1 << 1;
/// Not the name of the author.
const PORTRAIT: u16 = 1 << 2;
const DATE: u16 = 1 << 3;
const CATEGORY: u16 = 1 << 4;
const SUMMARY: u16 = 1 << 5;
const SHOWCASE: u16 = 1 << 6;
const TITLE: u16 = 1 << 7;
const NEXT: u16 = 1 << 8;

/// The parts of a class between `-` and `_`, which no part is longer for.
fn parts(class: &str) -> impl DoubleEndedIterator<Item = &str> {
    class.split(['-', '_'])
}

/// What the parts of a class (lower case) say, all together.
fn says(class: &str) -> u16 {
    parts(class).fold(0, |says, part| says | part_says(part))
}

fn part_says(part: &str) -> u16 {
    match part {
        "duration" | "length" | "runtime" | "playtime" | "dauer" | "durée" | "duracion" => DURATION,
        "author" | "byline" | "autor" | "auteur" | "writer" | "reporter" => AUTHOR,
        "avatar" | "image" | "bio" => PORTRAIT,
        "date"
        | "time"
        | "published"
        | "pubdate"
        | "datum"
        | "data"
        | "posted"
        | "tarih"
        | "pvm"
        | "fecha"
        | "ημερομηνια"
        | "when"
        | "timestamp"
        | "dateline" => DATE,
        "category" | "categories" | "cat" | "tag" | "rubrik" | "kicker" | "section" | "topic" => CATEGORY,
        "summary" | "excerpt" | "description" | "desc" | "teaser" | "intro" | "dek" | "abstract" | "snippet"
        | "lead" => SUMMARY,
        // Boxes that repeat the site's newest or best stories above every list.
        "slider" | "carousel" | "slideshow" | "flexslider" | "ticker" | "breaking" | "featured" | "spotlight" => {
            SHOWCASE
        }
        "title" | "headline" | "heading" | "ttl" => TITLE,
        "next" | "older" => NEXT,
        _ => 0,
    }
}

impl Word<'_> {
    fn read_meaning(&self, facts: &mut Facts) {
        let says = |meaning: u16| self.says & meaning != 0;
        facts.duration |= says(DURATION);
        if says(AUTHOR) && !says(PORTRAIT) {
            facts.author = facts.author.max(if self.text.contains("name") { 3 } else { 2 });
        } else if says(DATE) {
            facts.date = true;
        } else if says(CATEGORY) {
            facts.category = true;
        } else if says(SUMMARY) {
            facts.summary = true;
        }
    }

    fn is_title(&self) -> bool {
        if matches!(self.text, "title" | "headline" | "entry-title" | "post-title" | "subject" | "ttl" | "tit") {
            return true;
        }
        self.says & TITLE != 0 && {
            let last = parts(self.text).next_back().unwrap_or_default();
            let rest = self.text.get(..self.text.len() - last.len()).unwrap_or_default();
            part_says(last) == TITLE && !rest.is_empty() && !rest.contains("page") && !rest.contains("widget")
        }
    }
}

/// The smaller of two zones, where there are any.
pub(super) fn least(a: Option<f32>, b: Option<f32>) -> Option<f32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// Classes that tell siblings of one list apart.
pub(super) fn is_state(class: &str) -> bool {
    const STARTS: [&str; 10] =
        ["category-", "tag-", "status-", "format-", "author-", "has-", "is-", "js-", "post-", "type-"];
    matches!(
        class,
        "odd"
            | "even"
            | "first"
            | "last"
            | "active"
            | "current"
            | "new"
            | "unread"
            | "read"
            | "sticky"
            | "alt"
            | "selected"
            | "visited"
            | "hot"
            | "clearfix"
            | "left"
            | "right"
            | "visible"
            | "hidden"
            | "featured"
            | "lazy"
            | "lead"
    ) || STARTS.iter().any(|start| class.starts_with(start))
}

/// Whether a class or id (lower case) names a box that repeats the site's newest or best stories above every list.
pub(super) fn is_showcase(class: &str) -> bool {
    says(class) & SHOWCASE != 0
}

/// How likely stories are in an element with this class or id (lower case).
pub(super) fn zone(word: &str) -> Option<f32> {
    let mut parts = parts(word).filter(|part| !part.is_empty());
    let (first, last) = (parts.next()?, parts.next_back());
    let by_last = zone_of_part(last.unwrap_or(first));
    // "sidebar-left" is a side bar, "widget-content" inside one; "nav-story" may be anything.
    by_last.or_else(|| {
        matches!(first, "sidebar" | "footer" | "breadcrumb" | "breadcrumbs" | "widget" | "menu" | "pagination")
            .then(|| zone_of_part(first))
            .flatten()
    })
}

fn zone_of_part(part: &str) -> Option<f32> {
    Some(match part {
        "breadcrumb" | "breadcrumbs" | "pathway" | "pagination" | "pager" | "pagenav" | "share" | "social"
        | "tagcloud" | "cookie" => 0.02,
        "nav" | "menu" | "navbar" | "navigation" | "copyright" | "tags" | "login" | "blogroll" | "submenu"
        | "languages" => 0.05,
        "footer" | "upsell" | "comments" | "comment" | "toolbar" | "topbar" | "dropdown" | "partners" => 0.1,
        "sidebar" | "aside" | "related" | "popular" | "mostread" => 0.25,
        "widget" | "sidebox" | "trending" | "most" | "recommend" | "recommended" | "recommendations" | "product"
        | "products" => 0.3,
        "bottom" | "recent" => 0.4,
        _ => return None,
    })
}
