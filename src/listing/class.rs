//! What the attributes of an element say by themselves: classes that name a date, an author, a menu.
//!
//! A page writes the same `class` again for every item of a list, so that each different one is looked at once.

use std::collections::HashMap;

use html5ever::local_name;
use scraper::ElementRef;

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
}

/// The attributes of an element that detection asks for; empty where they are absent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks<'a> {
    pub(super) class: &'a str,
    pub(super) id: &'a str,
    pub(super) role: &'a str,
    pub(super) rel: &'a str,
    pub(super) style: &'a str,
    pub(super) itemprop: &'a str,
    /// Of an element that has `itemscope`, too.
    pub(super) itemtype: &'a str,
    pub(super) href: Option<&'a str>,
    pub(super) itemscope: bool,
}

impl<'a> Marks<'a> {
    /// Reads them in one pass; the names are compared as the numbers that the tree keeps them by.
    pub(super) fn of(element: ElementRef<'a>) -> Self {
        let mut marks = Self::default();
        for (name, value) in &element.value().attrs {
            let value: &'a str = value;
            match name.local {
                local_name!("class") => marks.class = value,
                local_name!("id") => marks.id = value.trim(),
                local_name!("role") => marks.role = value,
                local_name!("rel") => marks.rel = value,
                local_name!("style") => marks.style = value,
                local_name!("itemprop") => marks.itemprop = value,
                local_name!("itemtype") => marks.itemtype = value,
                local_name!("itemscope") => marks.itemscope = true,
                local_name!("href") => marks.href = Some(value),
                _ => {}
            }
        }
        marks
    }

    /// Whether this is a story by microdata.
    pub(super) fn is_article(&self) -> bool {
        self.itemscope && (self.itemtype.contains("Article") || self.itemtype.contains("BlogPosting"))
    }

    /// Whether `element`, whose attributes these are and whose class says `facts`, is a heading.
    pub(super) fn is_heading(&self, element: ElementRef<'_>, facts: Facts) -> bool {
        is_heading_name(element.value().name()) || self.role == "heading" || facts.heading
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
        marks.is_heading(element, self.facts(marks.class))
    }
}

/// Whether an element's name makes it a heading.
pub(super) fn is_heading_name(name: &str) -> bool {
    matches!(name.as_bytes(), [b'h', b'1'..=b'6'])
}

/// A fingerprint of two; equal for equal ones in every run.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mixed = (a.rotate_left(23) ^ b).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// A fingerprint of a text.
pub(super) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| mix(hash, u64::from(byte)))
}

fn read(class: &str) -> Facts {
    let mut facts = Facts::default();
    let mut stable: Vec<&str> = Vec::new();
    for (number, written) in class.split_ascii_whitespace().enumerate() {
        if !written.bytes().any(|byte| byte.is_ascii_digit()) && !is_state(written) {
            stable.push(written);
        }
        let word = written.to_ascii_lowercase();
        facts.heading |= is_title(&word);
        facts.entry |= matches!(written, "h-entry" | "hentry");
        facts.showcase |= is_showcase(&word);
        facts.zone = least(facts.zone, zone(&word));
        if number < 12 {
            read_meaning(&word, &mut facts);
        }
    }
    let whole = class.to_ascii_lowercase();
    facts.updated = whole.contains("updated") && !whole.contains("published") || whole.contains("modified");
    stable.sort_unstable();
    stable.dedup();
    facts.stable = stable.into_iter().fold(1, |hash, class| mix(hash, fingerprint(class)));
    facts
}

fn read_meaning(class: &str, facts: &mut Facts) {
    let has = |words: &[&str]| class.split(['-', '_']).any(|part| words.contains(&part));
    facts.duration |= has(&["duration", "length", "runtime", "playtime", "dauer", "durée", "duracion"]);
    if has(&["author", "byline", "autor", "auteur", "writer", "reporter"]) && !has(&["avatar", "image", "bio"]) {
        facts.author = facts.author.max(if class.contains("name") { 3 } else { 2 });
    } else if has(&[
        "date",
        "time",
        "published",
        "pubdate",
        "datum",
        "data",
        "posted",
        "tarih",
        "pvm",
        "fecha",
        "ημερομηνια",
        "when",
        "timestamp",
        "dateline",
    ]) {
        facts.date = true;
    } else if has(&["category", "categories", "cat", "tag", "rubrik", "kicker", "section", "topic"]) {
        facts.category = true;
    } else if has(&[
        "summary",
        "excerpt",
        "description",
        "desc",
        "teaser",
        "intro",
        "dek",
        "abstract",
        "snippet",
        "lead",
    ]) {
        facts.summary = true;
    }
}

/// The smaller of two zones, where there are any.
pub(super) fn least(a: Option<f32>, b: Option<f32>) -> Option<f32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn is_title(class: &str) -> bool {
    matches!(class, "title" | "headline" | "entry-title" | "post-title" | "subject" | "ttl" | "tit")
        || ["title", "headline", "heading", "ttl"].iter().any(|end| {
            class
                .strip_suffix(end)
                .is_some_and(|rest| rest.ends_with(['-', '_']) && !rest.contains("page") && !rest.contains("widget"))
        })
}

/// Classes that tell siblings of one list apart.
pub(super) fn is_state(class: &str) -> bool {
    const STATES: [&str; 22] = [
        "odd", "even", "first", "last", "active", "current", "new", "unread", "read", "sticky", "alt", "selected",
        "visited", "hot", "clearfix", "left", "right", "visible", "hidden", "featured", "lazy", "lead",
    ];
    const STARTS: [&str; 10] =
        ["category-", "tag-", "status-", "format-", "author-", "has-", "is-", "js-", "post-", "type-"];
    STATES.contains(&class) || STARTS.iter().any(|start| class.starts_with(start))
}

/// Boxes that repeat the site's newest or best stories above every list.
pub(super) fn is_showcase(class: &str) -> bool {
    class.split(['-', '_']).any(|part| {
        matches!(
            part,
            "slider" | "carousel" | "slideshow" | "flexslider" | "ticker" | "breaking" | "featured" | "spotlight"
        )
    })
}

/// How likely stories are in an element with this class or id (lower case).
pub(super) fn zone(word: &str) -> Option<f32> {
    const ZONES: [(&str, f32); 45] = [
        ("nav", 0.05),
        ("menu", 0.05),
        ("navbar", 0.05),
        ("navigation", 0.05),
        ("breadcrumb", 0.02),
        ("breadcrumbs", 0.02),
        ("pathway", 0.02),
        ("pagination", 0.02),
        ("pager", 0.02),
        ("pagenav", 0.02),
        ("footer", 0.1),
        ("bottom", 0.4),
        ("copyright", 0.05),
        ("sidebar", 0.25),
        ("aside", 0.25),
        ("widget", 0.3),
        ("sidebox", 0.3),
        ("related", 0.25),
        ("popular", 0.25),
        ("trending", 0.3),
        ("mostread", 0.25),
        ("most", 0.3),
        ("recommend", 0.3),
        ("recommended", 0.3),
        ("recommendations", 0.3),
        ("product", 0.3),
        ("products", 0.3),
        ("upsell", 0.1),
        ("recent", 0.4),
        ("share", 0.02),
        ("social", 0.02),
        ("comments", 0.1),
        ("comment", 0.1),
        ("tagcloud", 0.02),
        ("tags", 0.05),
        ("login", 0.05),
        ("cookie", 0.02),
        ("toolbar", 0.1),
        ("topbar", 0.1),
        ("blogroll", 0.05),
        ("dropdown", 0.1),
        ("submenu", 0.05),
        ("sub-menu", 0.05),
        ("languages", 0.05),
        ("partners", 0.1),
    ];
    let mut parts = word.split(['-', '_']).filter(|part| !part.is_empty());
    let (first, last) = (parts.next()?, parts.next_back());
    let found = |part: &str| ZONES.iter().find(|(name, _)| *name == part || *name == word).map(|(_, zone)| *zone);
    let by_last = found(last.unwrap_or(first));
    // "sidebar-left" is a side bar, "widget-content" inside one; "nav-story" may be anything.
    by_last.or_else(|| {
        matches!(first, "sidebar" | "footer" | "breadcrumb" | "breadcrumbs" | "widget" | "menu" | "pagination")
            .then(|| found(first))
            .flatten()
    })
}
