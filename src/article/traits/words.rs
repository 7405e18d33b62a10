//! The words of a class name, and what each of them says.

use std::sync::LazyLock;

use super::Traits;

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

/// The words that say something, by first letter and length: most words are told by these alone to say nothing.
struct Lexicon {
    shelves: Vec<Vec<(&'static str, Word)>>,
}

impl Lexicon {
    /// The longest word has fewer letters.
    const LONGEST: usize = 32;

    /// The shelf of `word`, if its first letter is one from a to z and it is not too long.
    fn shelf(word: &str) -> Option<usize> {
        let first = word.bytes().next()?.wrapping_sub(b'a');
        (first < 26 && word.len() < Self::LONGEST).then_some(usize::from(first) * Self::LONGEST + word.len())
    }

    fn get(&self, word: &str) -> Word {
        let shelf = Self::shelf(word).and_then(|shelf| self.shelves.get(shelf));
        let known = shelf.and_then(|shelf| shelf.iter().find(|(known, _)| *known == word));
        known.map(|(_, said)| *said).unwrap_or_default()
    }

    /// Notes what `word`, one that has a shelf, says beside what it said before.
    fn note(&mut self, word: &'static str, change: impl Fn(&mut Word)) {
        let Some(shelf) = Self::shelf(word).and_then(|shelf| self.shelves.get_mut(shelf)) else { return };
        let place = shelf.iter().position(|(known, _)| *known == word).unwrap_or_else(|| {
            shelf.push((word, Word::default()));
            shelf.len() - 1
        });
        if let Some((_, said)) = shelf.get_mut(place) {
            change(said);
        }
    }
}

static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { shelves: vec![Vec::new(); 26 * Lexicon::LONGEST] };
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
            lexicon.note(word, |said| said.traits = said.traits.with(traits));
        }
    }
    for (first, _) in PAIRS.iter().chain(BODY) {
        lexicon.note(first, |said| said.begins_pair = true);
    }
    lexicon
});

/// What one class name says, word by word.
pub(super) fn traits(name: &str, split: &mut Split) -> Traits {
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
pub(super) struct Split {
    /// One after the other.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Split {
    fn set(&mut self, name: &str) {
        self.text.clear();
        self.ends.clear();
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

    fn words(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let word = self.text.get(start..end).unwrap_or_default();
            start = end;
            word
        })
    }
}
