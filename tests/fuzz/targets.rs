//! What must hold for every input, one function a target: page → listing, page → article, date, charset, sanitiser.
//!
//! A function takes bytes and panics where something does not hold. `tests/it/fuzz.rs` calls them in every `cargo test`
//! with inputs that it mutates; the crate in `fuzz/` calls the same ones under libFuzzer, guided by coverage.

use chrono::{Datelike, NaiveDate};
use feedmill::normalise::{date, html};
use feedmill::page::{self, Document, Page, decode};
use feedmill::{article, listing};
use url::Url;

/// A target by its name.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const TARGETS: [Target; 5] =
    [("listing", listing), ("article", article), ("date", date), ("charset", charset), ("sanitiser", sanitiser)];

/// Everything that may stand in sanitised markup, written down a second time on purpose.
pub(crate) const ELEMENTS: &str = "a abbr audio b blockquote br caption cite code dd del details div dl dt em figcaption figure \
    h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small strong sub summary sup table tbody td \
    tfoot th thead time tr u ul var video";
pub(crate) const ATTRIBUTES: &str =
    "href rel src alt width height title value start reversed colspan rowspan datetime referrerpolicy controls preload";

fn base() -> Url {
    Url::parse("https://site.example/news/story.html").expect("an address of our own")
}

/// The page, unless it is refused; the refusal of any page is fine.
fn open(body: &[u8]) -> Option<Document> {
    let media_type = Some("text/html".to_owned());
    let page = Page { requested: base(), url: base(), media_type, charset: None, body: body.to_vec() };
    page::open(&page, None).ok().map(|found| found.value)
}

/// Stories have an http address of their own and a title of one line; suggested selectors can be used.
pub(crate) fn listing(body: &[u8]) {
    let Some(document) = open(body) else { return };
    let found = listing::read(&document, &listing::Rules::default());
    let mut known = std::collections::HashSet::new();
    for teaser in &found.teasers {
        let url = teaser.url.as_ref().expect("a story without an address");
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(known.insert(url.as_str()), "{url} twice");
        let title = teaser.title.as_deref().expect("a story without a title");
        assert!(!title.trim().is_empty() && !title.contains('\n'), "{title:?}");
    }
    assert!(found.teasers.len() <= 2_000);
    assert!(found.next.as_ref().is_none_or(|url| matches!(url.scheme(), "http" | "https")));
    assert!(found.refused.len() <= 3 && (found.refused.is_empty() || found.teasers.is_empty()));
    if let Some(selectors) = listing::selectors(&document, &found) {
        let rules = selectors.rules().expect("selectors that do not compile");
        assert_eq!(listing::read(&document, &rules).teasers.len(), selectors.read, "{}", selectors.line());
        let line: toml::Table = selectors.line().parse().expect("a line that is no TOML");
        assert!(line["listing"].is_table());
    }
}

/// A body passes the sanitiser's own test; dates are dates or nothing.
pub(crate) fn article(body: &[u8]) {
    let Some(document) = open(body) else { return };
    let found = article::read(&document, &article::Rules::default());
    if let Some(body) = &found.body {
        sanitiser(body.value.as_bytes());
    }
    let context = date::Context { now: now(), language: found.language.as_deref(), order: None };
    for claim in found.published.iter().chain(&found.updated) {
        plausible(date::parse(&claim.value.text, &context));
    }
    assert!(found.title.as_ref().is_none_or(|claim| !claim.value.trim().is_empty()));
}

/// The first byte chooses the page's language, the rest is the text.
pub(crate) fn date(bytes: &[u8]) {
    const LANGUAGES: [Option<&str>; 12] = [
        None,
        Some("en"),
        Some("en-GB"),
        Some("zh-CN"),
        Some("zh-TW"),
        Some("ja"),
        Some("de"),
        Some("fr"),
        Some("ru"),
        Some("ar"),
        Some("th"),
        Some("ko"),
    ];
    let Some((first, rest)) = bytes.split_first() else { return };
    let language = LANGUAGES[usize::from(*first) % LANGUAGES.len()];
    let text = String::from_utf8_lossy(rest);
    let context = date::Context { now: now(), language, order: None };
    plausible(date::find(&text, &context));
    let Some(moment) = date::parse(&text, &context) else { return };
    plausible(Some(moment));
    assert_eq!(date::parse(&format!(" {text}\u{a0}"), &context), Some(moment), "spaces around change the meaning");
    // A text that is more than a date is none.
    let more = format!("Chapter xyzzy {text} qwrtp");
    assert_eq!(date::parse(&more, &context), None, "{more:?} in {language:?}");
    // What was understood is written so that it is understood again.
    let written = match (moment.time, moment.offset) {
        (None, _) => moment.date.to_string(),
        (Some(time), None) => moment.date.and_time(time).format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        (Some(time), Some(offset)) => format!("{}{offset}", moment.date.and_time(time).format("%Y-%m-%dT%H:%M:%S%.f")),
    };
    let again = date::parse(&written, &context).unwrap_or_else(|| panic!("{written} of {text:?} is no date"));
    assert_eq!((again.date, again.time, again.offset), (moment.date, moment.time, moment.offset), "{text:?}");
}

/// The first byte chooses what the server and the configuration say; the rest is the page.
pub(crate) fn charset(bytes: &[u8]) {
    const LABELS: [Option<&str>; 8] = [
        None,
        Some("utf-8"),
        Some("gbk"),
        Some("shift_jis"),
        Some("iso-8859-1"),
        Some("utf-16"),
        Some("nonsense"),
        Some("iso-2022-jp"),
    ];
    let Some((first, rest)) = bytes.split_first() else { return };
    let header = LABELS[usize::from(first & 7)];
    let configured = if first & 8 == 0 { None } else { LABELS[usize::from(first >> 4 & 7)] };
    let decoded = decode::decode(rest, header, configured);
    assert!(
        decoded.damaged
            || !decoded.text.contains('\u{FFFD}')
            || String::from_utf8_lossy(rest).contains('\u{FFFD}')
            || decoded.encoding != encoding_rs::UTF_8
    );
    // Well-formed UTF-8 without a word against it stays as it is.
    if let Ok(text) = std::str::from_utf8(rest)
        && first & 15 <= 1
        && !text.contains(['\u{1B}', '\u{FEFF}', '\0'])
        && !text.to_ascii_lowercase().contains("charset")
        && !text.to_ascii_lowercase().contains("encoding")
        && encoding_rs::Encoding::for_bom(rest).is_none()
    {
        assert_eq!(decoded.text, text);
    }
}

/// Sanitised markup is stable and has no element, attribute or scheme outside the list.
pub(crate) fn sanitiser(bytes: &[u8]) {
    let Some(once) = html::sanitise(&String::from_utf8_lossy(bytes), &base()) else { return };
    let twice = html::sanitise(once.as_str(), &base());
    assert_eq!(
        twice.as_ref().map(feedmill::model::SafeHtml::as_str),
        Some(once.as_str()),
        "the second time changes it"
    );
    let tree = scraper::Html::parse_fragment(once.as_str());
    assert!(!tree.tree.nodes().any(|node| node.value().is_comment()), "{}", once.as_str());
    for element in tree.root_element().descendent_elements().skip(1) {
        let name = element.value().name();
        assert!(ELEMENTS.split_whitespace().any(|known| known == name), "<{name}> in {}", once.as_str());
        for (attribute, value) in element.value().attrs() {
            assert!(ATTRIBUTES.split_whitespace().any(|known| known == attribute), "{attribute} in {}", once.as_str());
            if matches!(attribute, "href" | "src") {
                let url = Url::parse(value).unwrap_or_else(|error| panic!("{value}: {error}"));
                assert!(matches!(url.scheme(), "http" | "https" | "mailto"), "{url}");
            }
        }
    }
}

fn now() -> chrono::NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 22).and_then(|day| day.and_hms_opt(12, 0, 0)).expect("a day of our own")
}

fn plausible(moment: Option<date::Moment>) {
    if let Some(moment) = moment {
        assert!((1970..=2100).contains(&moment.date.year()), "{moment:?}");
    }
}
