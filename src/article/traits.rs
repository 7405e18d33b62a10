//! What the name, the class and the id of an element say about its place in a page.
//!
//! It refuses to look at text. A class is judged word by word (`articleBody__newsletter-box` is *article body newsletter
//! box*), and each distinct class once, since a page repeats the same few hundred.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

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

static WORDS: LazyLock<HashMap<&'static str, Traits>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Traits> = HashMap::new();
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
            let known = words.entry(word).or_default();
            *known = known.with(traits);
        }
    }
    words
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
    "widget",
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

/// Judges classes; each distinct one once.
#[derive(Default)]
pub(super) struct Judge<'a> {
    known: HashMap<(&'a str, &'a str), Traits>,
}

impl<'a> Judge<'a> {
    /// What `element` says about itself.
    pub(super) fn traits(&mut self, element: ElementRef<'a>) -> Traits {
        let (mut class, mut id, mut marks) = ("", "", Traits::default());
        let mut declared_hidden = false;
        for (name, value) in element.value().attrs() {
            match name {
                "class" => class = value,
                "id" => id = value,
                "hidden" => marks = marks.with(Traits::HIDDEN),
                "style" if is_invisible_style(value) => marks = marks.with(Traits::HIDDEN),
                "aria-hidden" => declared_hidden = value == "true",
                "aria-modal" if value == "true" => marks = marks.with(Traits::FURNITURE),
                "itemprop" if value.eq_ignore_ascii_case("articleBody") => marks = marks.with(Traits::BODY),
                "role" => {
                    if matches!(
                        value,
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
                    ) {
                        marks = marks.with(Traits::UNLIKELY);
                    }
                }
                "data-testid" | "data-component" | "data-module" if class.is_empty() => class = value,
                _ => {}
            }
        }
        if declared_hidden && element.text().map(|text| text.trim().len()).sum::<usize>() < 400 {
            marks = marks.with(Traits::HIDDEN);
        }
        if class.is_empty() && id.is_empty() {
            return marks;
        }
        marks.with(*self.known.entry((class, id)).or_insert_with(|| judged(class, id)))
    }
}

fn judged(class: &str, id: &str) -> Traits {
    let text = format!("{class} {id}");
    let lower = text.to_ascii_lowercase();
    let any = |list: &[&str]| list.iter().any(|part| lower.contains(part));
    let mut marks = Traits::default();
    for (list, traits) in [
        (UNLIKELY, Traits::UNLIKELY),
        (POSITIVE, Traits::POSITIVE),
        (NEGATIVE, Traits::NEGATIVE),
        (EMBEDS, Traits::EMBED),
    ] {
        if any(list) {
            marks = marks.with(traits);
        }
    }
    // A page builder that calls every paragraph a widget.
    if lower.contains("elementor-widget") && !NEGATIVE.iter().any(|part| *part != "widget" && lower.contains(part)) {
        marks = marks.without(Traits::NEGATIVE);
    }
    if marks.has(Traits::UNLIKELY) && any(MAYBE) {
        marks = marks.without(Traits::UNLIKELY);
    }
    for name in text.split_ascii_whitespace() {
        marks = marks.with(of_name(name));
    }
    // `social-media-embed` holds a post that the story quotes.
    if lower.contains("embed") {
        marks = marks.without(Traits::UNLIKELY).without(Traits::FRINGE).without(Traits::SHARE);
    }
    marks
}

/// One class name, word by word.
fn of_name(name: &str) -> Traits {
    // `print:hidden` and `w-[12px]` are style written as names.
    if name.contains([':', '[', '/']) {
        return Traits::default();
    }
    let words = words(name);
    // `has-sidebar`, `no-ads`, `with-newsletter` speak of what is inside or beside; `hide-for-print` of style.
    let about = words.first().is_some_and(|word| {
        matches!(
            word.as_str(),
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
    if about && words.len() > 1 {
        return Traits::default();
    }
    let mut marks = Traits::default();
    for word in &words {
        if let Some(traits) = WORDS.get(word.as_str()) {
            marks = marks.with(*traits);
        }
    }
    for pair in words.windows(2) {
        let [first, second] = pair else { continue };
        let listed = |list: &[(&str, &str)]| list.iter().any(|(a, b)| a == first && b == second);
        if listed(PAIRS) {
            marks = marks.with(Traits::FURNITURE);
        }
        if listed(BODY) {
            marks = marks.with(Traits::BODY);
        }
    }
    let joined: String = words.concat();
    if let Some(traits) = WORDS.get(joined.as_str()) {
        marks = marks.with(*traits);
    }
    marks
}

/// The words of a class name: at hyphens, underscores and capitals, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut lower_before = false;
    for c in name.chars().take(200) {
        if !c.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || c.is_uppercase() && lower_before {
            words.push(String::new());
            fresh = false;
        }
        lower_before = c.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
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
    static NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        "script style template svg link meta head title select option textarea input button datalist canvas dialog nav source track \
         map math base menu noframes"
            .split_ascii_whitespace()
            .collect()
    });
    NAMES.contains(name)
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
            assert_eq!(judged(class, "").has(traits), wanted, "{class}");
        }
    }
}
