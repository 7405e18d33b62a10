//! What the name, the class and the id of an element say about its place in a page.
//!
//! It refuses to look at text. A class is judged word by word (`articleBody__newsletter-box` is *article body newsletter
//! box*), and each distinct class once, since a page repeats the same few hundred.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};
use html5ever::local_name;
use scraper::ElementRef;

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

/// Words for [`Traits::FURNITURE`].
const FURNITURE: &str = "newsletter newsletters subscribe subscribebox signup promo promos promobox promotion \
    advert adverts advertisement advertising adslot adbox adunit adsense adsbygoogle adwrapper ad ads adcontainer sponsored \
    related relatedarticles relatedposts relatednews relatedlinks recommended recommendation recommendations recommend recirc recirculation outbrain taboola \
    breadcrumb breadcrumbs toolbar tooltip popover popup rollover hovercard flyout modal lightbox overlay browsehappy outdated cookie cookies consent gdpr \
    donate donation disqus addthis sharethis sharedaddy sharebar sharetools addtoany jp-relatedposts \
    mostread mostpopular trending teaserlist morestories readmore readnext upnext seealso \
    srconly visuallyhidden screenreader skiplink skipnav noprint sponsor \
    guanggao tuijian xiangguan fenxiang pinglun erweima qrcode ewm zebian";
/// Words for [`Traits::FRINGE`].
const FRINGE: &str = "byline author authors authorbox bio authorbio aboutauthor dateline timestamp pubdate publishdate publishtime \
    readtime readingtime tags tag taglist tagcloud keywords articletags posttags meta postmeta entrymeta articlemeta metadata \
    articleinfo postinfo infobar copyright disclaimer share sharing social socials rating ratings likes follow login signin register \
    registration subscription subscriptions subscriber feedback correction corrections vote poll kicker overline eyebrow topline \
    editor zuozhe laiyuan bianji banquan shengming statement footer paywall regwall signature tools actions buttons controls";
/// Pairs of neighbouring words that are furniture together.
const PAIRS: &[(&str, &str)] = &[
    ("read", "more"),
    ("read", "next"),
    ("read", "also"),
    ("also", "read"),
    ("more", "on"),
    ("more", "from"),
    ("more", "stories"),
    ("more", "news"),
    ("see", "also"),
    ("most", "read"),
    ("most", "popular"),
    ("most", "viewed"),
    ("up", "next"),
    ("next", "article"),
    ("sign", "up"),
    ("mailing", "list"),
    ("call", "to"),
    ("sr", "only"),
    ("visually", "hidden"),
    ("screen", "reader"),
    ("skip", "link"),
    ("skip", "to"),
    ("opt", "in"),
    ("privacy", "wall"),
    ("jp", "relatedposts"),
    ("affiliate", "disclaimer"),
    ("a2a", "kit"),
];
/// Words for [`Traits::BODY`], alone or as neighbours.
const BODY: &[(&str, &str)] = &[
    ("article", "body"),
    ("article", "content"),
    ("article", "text"),
    ("article", "main"),
    ("entry", "content"),
    ("post", "content"),
    ("post", "body"),
    ("post", "text"),
    ("post", "entry"),
    ("story", "body"),
    ("story", "content"),
    ("story", "text"),
    ("body", "content"),
    ("body", "text"),
    ("body", "copy"),
    ("news", "content"),
    ("news", "body"),
    ("news", "text"),
    ("content", "body"),
    ("content", "text"),
    ("rich", "text"),
    ("text", "content"),
    ("main", "content"),
    ("trs", "editor"),
    ("rich", "media"),
];

/// What a word of a class name says.
#[derive(Clone, Copy, Default)]
struct Word {
    traits: Traits,
    /// Whether it begins a pair of [`PAIRS`] or [`BODY`].
    begins_pair: bool,
}

/// The words that say something.
struct Lexicon {
    words: HashMap<&'static str, Word>,
    /// For each first letter the lengths of its words, as bits: most words are told by this to say nothing.
    lengths: [u32; 26],
}

impl Lexicon {
    fn get(&self, word: &str) -> Word {
        let first = word.bytes().next().unwrap_or_default().wrapping_sub(b'a');
        let lengths = self.lengths.get(usize::from(first)).copied().unwrap_or_default();
        let known = word.len() < 32 && lengths >> word.len() & 1 == 1;
        if known { self.words.get(word).copied().unwrap_or_default() } else { Word::default() }
    }

    /// The entry of `word`, which begins with a letter from a to z and has fewer than 32.
    fn entry(&mut self, word: &'static str) -> &mut Word {
        let first = word.bytes().next().unwrap_or_default().wrapping_sub(b'a');
        if let Some(lengths) = self.lengths.get_mut(usize::from(first)) {
            *lengths |= 1 << word.len();
        }
        self.words.entry(word).or_default()
    }
}

static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { words: HashMap::default(), lengths: [0; 26] };
    for (list, traits) in [
        (FURNITURE, Traits::FURNITURE),
        (FRINGE, Traits::FRINGE),
        ("comments comment commentlist commentsection respond replies", Traits::COMMENTS),
        (
            "caption captions imgdesc imagedesc photodesc bildunterschrift bildtext legende zhushi tuzhu credit credits photocredit",
            Traits::CAPTION,
        ),
        (
            "articlebody articlecontent articletext entrycontent postcontent postbody storybody newscontent newsbody trseditor zhengwen",
            Traits::BODY,
        ),
        (
            "standfirst subheadline subtitle dek deck sapo chapo lede intro vorspann entradilla perex ingress excerpt summary abstract lead teaser description",
            Traits::STANDFIRST,
        ),
        ("share sharing sharedaddy shares", Traits::SHARE),
    ] {
        for word in list.split_ascii_whitespace() {
            let known = lexicon.entry(word);
            known.traits = known.traits.with(traits);
        }
    }
    for (first, _) in PAIRS.iter().chain(BODY) {
        lexicon.entry(first).begins_pair = true;
    }
    lexicon
});

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
pub(super) struct Parts(u16);

impl Parts {
    const UNLIKELY: Self = Self(1);
    const MAYBE: Self = Self(1 << 1);
    const POSITIVE: Self = Self(1 << 2);
    const NEGATIVE: Self = Self(1 << 3);
    /// The one part of [`NEGATIVE`] that a page builder calls every paragraph.
    const WIDGET: Self = Self(1 << 4);
    const EMBEDS: Self = Self(1 << 5);
    const BUILDER: Self = Self(1 << 6);
    const EMBED: Self = Self(1 << 7);
    /// Any by which a witness knows what it asks for (`survey`).
    pub(super) const MARKED: Self = Self(1 << 8);
    pub(super) const AUTHOR: Self = Self(1 << 9);
    pub(super) const SOURCE: Self = Self(1 << 10);
    pub(super) const FORMAT: Self = Self(1 << 11);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
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
    let mut found: std::collections::BTreeMap<&str, Parts> = std::collections::BTreeMap::new();
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

/// What one class or id says.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    parts: Parts,
    /// Its names, word by word; nobody asks for those that stand outside of what is measured.
    words: Option<Traits>,
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
        if text.is_empty() { Parts::default() } else { self.known.entry(text).or_insert_with(|| parts(text)).parts }
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
        let said = self.known.entry(text).or_insert_with(|| parts(text));
        if said.words.is_none() {
            let words = text.split_ascii_whitespace().map(|name| of_name(name, &mut self.split));
            said.words = Some(words.fold(Traits::default(), Traits::with));
        }
        *said
    }
}

/// The parts of `text`, whose words nobody asked for yet.
fn parts(text: &str) -> Said {
    let finder = &*FINDER;
    let parts = finder.automaton.find_overlapping_iter(text);
    let parts = parts.filter_map(|part| finder.lists.get(part.pattern().as_usize()).copied());
    let mut parts = parts.fold(Parts::default(), Parts::with);
    // The class of a name in hAtom, and too short to be looked for as a part.
    if text.eq_ignore_ascii_case("fn") {
        parts = parts.with(Parts::MARKED).with(Parts::FORMAT);
    }
    Said { parts, words: None }
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

/// One class name, word by word.
fn of_name(name: &str, split: &mut Split) -> Traits {
    // `print:hidden` and `w-[12px]` are style written as names.
    if name.bytes().any(|byte| matches!(byte, b':' | b'[' | b'/')) {
        return Traits::default();
    }
    split.set(name);
    // `has-sidebar`, `no-ads`, `with-newsletter` speak of what is inside or beside; `hide-for-print` of style.
    let about = split.words().next().is_some_and(|word| {
        matches!(
            word,
            "has"
                | "no"
                | "with"
                | "is"
                | "not"
                | "js"
                | "hide"
                | "show"
                | "type"
                | "status"
                | "category"
                | "tag"
                | "format"
                | "theme"
                | "single"
        )
    });
    let several = split.ends.len() > 1;
    if about && several {
        return Traits::default();
    }
    let lexicon = &*WORDS;
    let mut marks = Traits::default();
    let mut before = None;
    for word in split.words() {
        let known = lexicon.get(word);
        marks = marks.with(known.traits);
        if let Some(first) = before {
            let listed = |list: &[(&str, &str)]| list.contains(&(first, word));
            if listed(PAIRS) {
                marks = marks.with(Traits::FURNITURE);
            }
            if listed(BODY) {
                marks = marks.with(Traits::BODY);
            }
        }
        before = known.begins_pair.then_some(word);
    }
    if several { marks.with(lexicon.get(&split.text).traits) } else { marks }
}

/// How much of a class name is looked at, in characters.
const MAX_NAME: usize = 200;

/// The words of a class name: at hyphens, underscores and capitals, in lower case.
#[derive(Default)]
struct Split {
    /// One after the other.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Split {
    fn set(&mut self, name: &str) {
        self.text.clear();
        self.ends.clear();
        if name.len() <= MAX_NAME && name.is_ascii() {
            self.set_ascii(name);
            return;
        }
        let mut fresh = true;
        let mut lower_before = false;
        for c in name.chars().take(MAX_NAME) {
            if !c.is_alphanumeric() {
                fresh = true;
                continue;
            }
            if fresh || c.is_uppercase() && lower_before {
                if !self.text.is_empty() {
                    self.ends.push(self.text.len());
                }
                fresh = false;
            }
            lower_before = c.is_lowercase();
            if c.is_ascii() {
                self.text.push(c.to_ascii_lowercase());
            } else {
                self.text.extend(c.to_lowercase());
            }
        }
        if !self.text.is_empty() {
            self.ends.push(self.text.len());
        }
    }

    /// The same for nearly all names.
    fn set_ascii(&mut self, name: &str) {
        let (mut start, mut before) = (0, b'-');
        for (at, byte) in name.bytes().enumerate() {
            if !byte.is_ascii_alphanumeric() {
                if before.is_ascii_alphanumeric() {
                    self.push(name.get(start..at));
                }
            } else if !before.is_ascii_alphanumeric() {
                start = at;
            } else if byte.is_ascii_uppercase() && before.is_ascii_lowercase() {
                self.push(name.get(start..at));
                start = at;
            }
            before = byte;
        }
        if before.is_ascii_alphanumeric() {
            self.push(name.get(start..));
        }
        self.text.make_ascii_lowercase();
    }

    fn push(&mut self, word: Option<&str>) {
        self.text.push_str(word.unwrap_or_default());
        self.ends.push(self.text.len());
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let word = self.text.get(start..end).unwrap_or_default();
            start = end;
            word
        })
    }
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
