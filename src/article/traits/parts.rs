//! Parts of names: what a class or an id has somewhere in it, in any case.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};

/// Parts of classes that body finders have looked at since Readability (Arc90, 2009); `UNLIKELY` unless `MAYBE`.
const UNLIKELY: &[&str] = &[
    "-ad-",
    "ai2html",
    "banner",
    "breadcrumbs",
    "combx",
    "comment",
    "community",
    "cover-wrap",
    "disqus",
    "extra",
    "footer",
    "gdpr",
    "header",
    "legends",
    "menu",
    "related",
    "remark",
    "replies",
    "rss",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "social",
    "sponsor",
    "supplemental",
    "ad-break",
    "agegate",
    "pagination",
    "pager",
    "popup",
    "yom-remote",
];
const MAYBE: &[&str] = &["and", "article", "body", "column", "content", "main", "mathjax", "shadow"];
const POSITIVE: &[&str] = &[
    "article",
    "body",
    "content",
    "entry",
    "hentry",
    "h-entry",
    "main",
    "page",
    "pagination",
    "post",
    "text",
    "blog",
    "story",
];
const NEGATIVE: &[&str] = &[
    "-ad-",
    "banner",
    "combx",
    "comment",
    "contact",
    "footer",
    "gdpr",
    "masthead",
    "meta",
    "outbrain",
    "promo",
    "related",
    "share",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "sponsor",
    "shopping",
    "tags",
];
/// Classes of quoted posts.
const EMBEDS: &[&str] = &[
    "twitter-tweet",
    "twitter-video",
    "instagram-media",
    "tiktok-embed",
    "fb-post",
    "fb-video",
    "bluesky-embed",
    "mastodon-embed",
    "reddit-card",
    "reddit-embed-bq",
    "text-post-media",
    "telegram-post",
    "vk-post",
    "weibo-embed",
];

/// Parts of the names that pages give to an author.
const AUTHORS: &[&str] = &["author", "byline"];
/// Parts of the names that pages give to a publication or an account.
const SOURCES: &[&str] = &["source", "laiyuan", "nickname", "js_name"];
/// Parts of other names that pages give to the people behind a story.
const PEOPLE: &[&str] = &["writer", "reporter"];
/// Parts of the classes of microformats.
const FORMATS: &[&str] = &[
    "author",
    "p-name",
    "dt-published",
    "dt-updated",
    "entry-title",
    "entry-date",
    "entry-summary",
    "published",
    "updated",
    "p-summary",
    "p-category",
    "u-photo",
    "u-featured",
    "u-audio",
    "u-video",
];

/// Which lists a class or an id has parts of, as bits.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::article) struct Parts(u16);

impl Parts {
    pub(super) const UNLIKELY: Self = Self(1);
    pub(super) const MAYBE: Self = Self(1 << 1);
    pub(super) const POSITIVE: Self = Self(1 << 2);
    pub(super) const NEGATIVE: Self = Self(1 << 3);
    /// The one part of [`NEGATIVE`] that a page builder calls every paragraph.
    pub(super) const WIDGET: Self = Self(1 << 4);
    pub(super) const EMBEDS: Self = Self(1 << 5);
    pub(super) const BUILDER: Self = Self(1 << 6);
    pub(super) const EMBED: Self = Self(1 << 7);
    /// Any by which a witness knows what it asks for (`survey`).
    pub(in crate::article) const MARKED: Self = Self(1 << 8);
    pub(in crate::article) const AUTHOR: Self = Self(1 << 9);
    pub(in crate::article) const SOURCE: Self = Self(1 << 10);
    pub(in crate::article) const FORMAT: Self = Self(1 << 11);
    /// An entry of microformats, outside of which their classes say nothing.
    pub(in crate::article) const ENTRY: Self = Self(1 << 12);

    pub(in crate::article) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(in crate::article) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Finds the parts of all lists by one look at a class.
struct Finder {
    automaton: AhoCorasick,
    /// The lists of each pattern.
    lists: Vec<Parts>,
}

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let mut found: BTreeMap<&str, Parts> = BTreeMap::new();
    for (list, bit) in [
        (UNLIKELY, Parts::UNLIKELY),
        (MAYBE, Parts::MAYBE),
        (POSITIVE, Parts::POSITIVE),
        (NEGATIVE, Parts::NEGATIVE),
        (&["widget"], Parts::WIDGET),
        (EMBEDS, Parts::EMBEDS),
        (&["elementor-widget"], Parts::BUILDER),
        (&["embed"], Parts::EMBED),
        (AUTHORS, Parts::MARKED.with(Parts::AUTHOR)),
        (SOURCES, Parts::MARKED.with(Parts::SOURCE)),
        (PEOPLE, Parts::MARKED),
        (FORMATS, Parts::MARKED.with(Parts::FORMAT)),
        (&["h-entry", "hentry"], Parts::ENTRY),
    ] {
        for part in list {
            let known = found.entry(part).or_default();
            *known = known.with(bit);
        }
    }
    let automaton = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(found.keys())
        .expect("patterns of our own");
    Finder { automaton, lists: found.into_values().collect() }
});

/// The parts of `text`, a class or an id.
pub(super) fn of(text: &str) -> Parts {
    let finder = &*FINDER;
    let parts = finder.automaton.find_overlapping_iter(text);
    let parts = parts.filter_map(|part| finder.lists.get(part.pattern().as_usize()).copied());
    let parts = parts.fold(Parts::default(), Parts::with);
    // The class of a name in hAtom, and too short to be looked for as a part.
    if text.eq_ignore_ascii_case("fn") { parts.with(Parts::MARKED).with(Parts::FORMAT) } else { parts }
}
