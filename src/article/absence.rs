//! Article pages that hold no article: what they show instead, in the words that sites use for it.
//!
//! A server that answers 200 with a request to sign in must not become a story called "Sign in". Steps: the words of
//! the page's title and headings, then what the markup says of the page, then how much body there is. It refuses to
//! doubt a page with a body of some length: stories about cookies, errors and passwords are stories.

use scraper::ElementRef;

use super::Article;
use super::survey::Survey;
use crate::finding::Code;
use crate::normalise::text::weight;
use crate::page::{Document, document::text};
use crate::selector;

mod stems;
mod words;

/// A body of this weight (letters; those of Chinese, Japanese and Korean count twice) is a story, whatever else the
/// page says.
const STORY: usize = 1_500;
/// A body of less weight is a remark beside a picture, a form or a player.
const REMARK: usize = 280;
/// A film with a text of this weight has a text.
const DESCRIBED: usize = 100;
/// The weight of all lines of a page that only a script fills.
const SHELL: usize = 240;
/// The most lines of a page that are looked at.
const MAX_LINES: usize = 60;

/// What an article page shows instead of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// That there is no such page, with status 200.
    NotFound,
    /// That something went wrong.
    Failure,
    /// A request to agree to cookies.
    Consent,
    /// A request to sign in.
    Login,
    /// The beginning of a story that only subscribers may read.
    Paywall,
    /// A film or a recording, and no text.
    Video,
    /// Nothing, until a script has run.
    Script,
}

impl Absence {
    /// The code of the finding.
    pub fn code(self) -> Code {
        match self {
            Absence::NotFound => Code::ArticleNotFound,
            Absence::Failure => Code::ArticleError,
            Absence::Consent => Code::ArticleConsent,
            Absence::Login => Code::ArticleLogin,
            Absence::Paywall => Code::ArticlePaywall,
            Absence::Video => Code::ArticleVideo,
            Absence::Script => Code::ArticleScript,
        }
    }

    /// What the page is, as a part of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Absence::NotFound => "the page says that it does not exist (with status 200)",
            Absence::Failure => "the page is an error message (with status 200)",
            Absence::Consent => "the page asks to agree to cookies and shows no article",
            Absence::Login => "the page asks to sign in and shows no article",
            Absence::Paywall => "the page shows only the beginning of the article, the rest is for subscribers",
            Absence::Video => "the page shows a film or a recording and no text",
            Absence::Script => "the page is empty until its script runs",
        }
    }

    /// What to do about it, where anything can be done.
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Absence::Consent | Absence::Login | Absence::Paywall => {
                Some("if you may read it, send your cookie: request = { headers = { Cookie = \"${COOKIE}\" } }")
            }
            Absence::Script => Some("if the text is in the page, say where: article = { content = \"…\" }"),
            Absence::NotFound | Absence::Failure | Absence::Video => None,
        }
    }

    /// Whether the page is about something else than the story, so that nothing on it may be believed.
    pub fn is_another_page(self) -> bool {
        matches!(self, Absence::NotFound | Absence::Failure | Absence::Consent | Absence::Login)
    }
}

/// What the page shows instead of an article, if it shows none; `article` is what was read from it so far.
pub(super) fn find(document: &Document, survey: &Survey<'_>, article: &Article) -> Option<Absence> {
    let body = article.body.as_ref().map_or(Some(0), |body| weight_of_remark(&body.value))?;
    let headings = headings(survey);
    let says = |kind: words::Kind| headings.iter().any(|heading| words::is_title_of(kind, heading));
    // The patterns are large: nobody looks at the words where they would not matter.
    let doubtful = body < REMARK || !is_story(document);
    if doubtful && says(words::Kind::NotFound) {
        return Some(Absence::NotFound);
    }
    if doubtful && says(words::Kind::Failure) {
        return Some(Absence::Failure);
    }
    let lines: Vec<&str> = survey.lines.iter().take(MAX_LINES).map(|line| line.text.as_str()).collect();
    if !is_story(document) && (says(words::Kind::Consent) || words::asks_for_consent(&lines) >= 3) {
        return Some(Absence::Consent);
    }
    let asks = || lines.iter().any(|line| words::is_title_of(words::Kind::Wall, line));
    let form = || document.first(selector!("input[type=password], form[action*=login]")).is_some();
    if body < REMARK && (says(words::Kind::Login) || form() && asks()) {
        return Some(Absence::Login);
    }
    if is_behind_a_paywall(document, survey, body) {
        return Some(Absence::Paywall);
    }
    if body < DESCRIBED && shows_a_film(document) {
        return Some(Absence::Video);
    }
    (body < REMARK && is_shell(document, survey)).then_some(Absence::Script)
}

/// The parts of the page's title, and its headings.
fn headings(survey: &Survey<'_>) -> Vec<String> {
    let title = survey.title.map(|title| title.text().collect::<String>()).unwrap_or_default();
    let parts = title.split(['|', '–', '—', '_', '·', '»', '«']).flat_map(|part| part.split(" - ")).map(str::to_owned);
    let shown = survey.headings.iter().take(4).map(|heading| text(*heading));
    parts.chain(shown).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Whether the markup says that the page is a story.
fn is_story(document: &Document) -> bool {
    document.meta(&["og:type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("article"))
        || document.meta(&["article:published_time"]).is_some()
        || has_type(document, &["Article", "Posting"])
}

/// Whether a JSON-LD object has a type that ends with one of `endings`.
fn has_type(document: &Document, endings: &[&str]) -> bool {
    let fits = |kind: &str| endings.iter().any(|ending| kind.ends_with(ending));
    document.json_ld().iter().any(|object| match object.get("@type") {
        Some(serde_json::Value::String(kind)) => fits(kind),
        Some(serde_json::Value::Array(kinds)) => kinds.iter().filter_map(serde_json::Value::as_str).any(fits),
        _ => false,
    })
}

/// The publisher says that the text is not free (schema.org `isAccessibleForFree`), or a line of the page does, and
/// there is little of it.
fn is_behind_a_paywall(document: &Document, survey: &Survey<'_>, body: usize) -> bool {
    let closed = document.json_ld().iter().any(|object| match object.get("isAccessibleForFree") {
        Some(serde_json::Value::Bool(free)) => !free,
        Some(serde_json::Value::String(free)) => {
            free.trim().rsplit('/').next().is_some_and(|f| f.eq_ignore_ascii_case("false"))
        }
        _ => false,
    });
    let closed = closed
        || document
            .meta(&["article:content_tier", "og:content_tier"])
            .is_some_and(|tier| matches!(tier, "locked" | "metered"));
    let told = || survey.lines.iter().any(|line| words::is_title_of(words::Kind::Paywall, &line.text));
    body < STORY / 2 && (closed || told())
}

fn shows_a_film(document: &Document) -> bool {
    let declared = document.meta(&["og:type"]).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("video"));
    let object = has_type(document, &["VideoObject", "AudioObject", "PodcastEpisode", "Movie", "TVEpisode"]);
    let player = selector!(
        "video, audio, amp-video, amp-youtube, iframe[src*='youtube.com/embed'], iframe[src*='youtube-nocookie.com/embed'], \
         iframe[src*='player.vimeo.com'], iframe[src*='player.bilibili.com'], iframe[src*='dailymotion.com/embed'], \
         iframe[src*='v.qq.com'], iframe[src*='player.youku.com'], iframe[src*='rutube.ru/play'], iframe[src*='open.spotify.com/embed']"
    );
    declared || object || document.first(player).is_some()
}

/// Whether the page has an empty place for a script to fill, or says that it needs one, and hardly any words.
fn is_shell(document: &Document, survey: &Survey<'_>) -> bool {
    let shown: usize = survey.lines.iter().map(|line| weight(&line.text)).sum();
    if shown >= SHELL {
        return false;
    }
    let place = selector!(
        "#root, #app, #__next, #___gatsby, #__nuxt, #main-app, app-root, [ng-app], [data-reactroot], [id$='-root']"
    );
    let is_empty = |element: ElementRef<'_>| element.text().all(|piece| piece.trim().is_empty());
    let asks = |element: ElementRef<'_>| words::is_title_of(words::Kind::Script, &text(element));
    !survey.scripts.is_empty() && document.select(place).any(is_empty)
        || document.select(selector!("noscript")).any(asks)
        || survey.lines.iter().any(|line| words::is_title_of(words::Kind::Script, &line.text))
}

/// The weight of what stands outside tags; `None` if it is that of a story.
fn weight_of_remark(markup: &str) -> Option<usize> {
    let texts = markup.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.map(weight).try_fold(0, |sum, weight| Some(sum + weight).filter(|sum| *sum < STORY))
}

#[cfg(test)]
mod tests;
