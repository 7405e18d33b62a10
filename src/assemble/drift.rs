//! Whether a listing and its stories still look like those of the same source.
//!
//! What was so far is the [`Baseline`] of the source. Refused are
//!
//! 1. a page that says that there is nothing, or that belongs to another site ([`replaced`]),
//! 2. a listing of which no story is known, though there was no time for all of them to be new ([`ids`]),
//! 3. stories that lack what nearly all had before ([`fields`], [`stories`]), or what `expect` names ([`unmet`]).
//!
//! A finding always has the figures before and now. Figures that are too small say nothing and are not judged.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::count;
use crate::config::{ExpectedField, Source};
use crate::finding::{Code, Finding};
use crate::listing::Listing;
use crate::model::{EntryId, Precision};
use crate::normalise;
use crate::pipeline::{Baseline, Fill, Kept, Memory, Story};

/// Below so many items nothing is judged, in thousandths.
const ENOUGH: u32 = 5000;
/// A field that this share had, in thousandths, is one that all have.
const FILLED: u32 = 800;
/// A field that less than this share has, in thousandths, is lost.
const LOST: u32 = 200;
/// Texts of less than one in so many of the usual characters have lost their body.
const SHORTENED: u32 = 5;
/// What is left of older stories' weight after one more.
const FADING: (u32, u32) = (49, 50);
/// So many of the last stories are judged together with those of a run.
const WINDOW: usize = 5;
/// Where half of the stories are new at every visit, all may be, in thousandths.
const USUALLY_NEW: u32 = 500;
/// How long the stories of a page without times are taken to stay on it.
const STAY: TimeDelta = TimeDelta::days(3);
/// Headlines below this length are the same by chance.
const TELLING_HEADLINE: usize = 15;
/// A field that `expect` names may lack in one of so many stories.
const EXCEPTIONS: u32 = 5;

/// What an index page itself says, beside its list.
#[derive(Clone, Debug)]
pub struct PageWords {
    /// The address that answered.
    pub url: url::Url,
    /// `<title>`.
    pub title: Option<String>,
    /// The first `<h1>`.
    pub heading: Option<String>,
}

/// Parts of titles that say that there is nothing, in lower case.
const NOTHING: [&str; 43] = [
    "page not found",
    "404 not found",
    "error 404",
    "404 error",
    "page does not exist",
    "page doesn't exist",
    "page no longer exists",
    "page cannot be found",
    "site not found",
    "under maintenance",
    "down for maintenance",
    "scheduled maintenance",
    "domain is for sale",
    "domain for sale",
    "domain is parked",
    "this domain has expired",
    "account suspended",
    "welcome to nginx",
    "apache2 debian default page",
    "apache2 ubuntu default page",
    "seite nicht gefunden",
    "seite wurde nicht gefunden",
    "seite existiert nicht",
    "wartungsarbeiten",
    "domain steht zum verkauf",
    "page introuvable",
    "page non trouvée",
    "en maintenance",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "sidan hittades inte",
    "siden blev ikke fundet",
    "strony nie znaleziono",
    "nie znaleziono strony",
    "stránka nenalezena",
    "страница не найдена",
    "сторінку не знайдено",
    "sayfa bulunamadı",
    "页面不存在",
    "頁面不存在",
    "ページが見つかりません",
];

/// The words of `page` that say that there is nothing.
fn says_nothing(page: &PageWords) -> Option<&str> {
    let texts = [page.title.as_deref(), page.heading.as_deref()];
    texts.into_iter().flatten().find(|text| {
        let lower = text.to_lowercase();
        // A headline that speaks of such pages is longer than their titles.
        let begins = |rest: &str| rest.trim_start().is_empty() || rest.trim_start().starts_with(['-', '–', '|', ':']);
        lower.chars().count() <= 80
            && (NOTHING.iter().any(|words| lower.contains(words)) || lower.strip_prefix("404").is_some_and(begins))
    })
}

/// A finding if the page is no longer the source's: it says that there is nothing, or belongs to another site. `known`
/// of its stories are known. Never believed by itself, however often it is seen.
pub fn replaced(
    page: &PageWords,
    language: Option<&str>,
    known: usize,
    source: &Source,
    memory: Option<&Memory>,
) -> Option<Finding> {
    if known > 0 {
        return None;
    }
    let url = &source.url;
    let before = memory.map_or(0, |memory| memory.baseline_items);
    let none_known =
        if before > 0 { format!("; none of its stories is known ({before} before)") } else { String::new() };
    let found = |message: String| {
        Some(Finding::error(Code::PageReplaced, message).at_page(url).remedy(format!(
            "open the page in a browser; correct `url` if it moved, or run `feedmill accept {}` if it is right",
            source.id
        )))
    };
    if let Some(words) = says_nothing(page) {
        return found(format!("{url} answered with a page that says \u{201C}{words}\u{201D}{none_known}"));
    }
    let memory = memory.filter(|_| before > 0)?;
    if !normalise::url::same_site(&page.url, url) {
        return found(format!("{url} leads to another site, {}{none_known}", page.url));
    }
    let (now, was) = (language.map(primary)?, memory.baseline.language.as_deref().map(primary)?);
    if now != was {
        return found(format!("{url} is in another language, {now} ({was} before){none_known}"));
    }
    None
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// A finding if none of `total` stories is known, though there was no time for all of them to be new.
pub fn ids(
    listing: &Listing,
    known: usize,
    kept: &[Kept],
    source: &Source,
    memory: &Memory,
    now: DateTime<Utc>,
) -> Option<Finding> {
    let (total, before) = (listing.teasers.len(), memory.baseline_items);
    let enough = usize::try_from(ENOUGH / 1000).unwrap_or_default();
    if known > 0 || total < enough || before < enough || memory.baseline.news >= USUALLY_NEW {
        return None;
    }
    let last = memory.last_success?;
    if (now - last) * 2 >= stay(kept, before) {
        return None;
    }
    let same = same_headlines(listing, kept).len();
    let headlines = match same {
        0 => "and no headline is known".to_owned(),
        same => format!(
            "but {} known",
            if same == 1 { "1 headline is".to_owned() } else { format!("{same} headlines are") }
        ),
    };
    let message = format!("all {total} addresses on {} are new ({before} stories before), {headlines}", source.url);
    let remedy = if same > 0 {
        format!(
            "if the site changed its addresses, run `feedmill accept {}`: stories with a known headline stay the entries that they are",
            source.id
        )
    } else {
        format!("look at the page; run `feedmill accept {}` if all of it is news", source.id)
    };
    Some(Finding::error(Code::IdsChanged, message).at_page(&source.url).remedy(remedy))
}

/// How long the newest `number` of `kept` took to appear: so long a story stays on a listing of that length.
fn stay(kept: &[Kept], number: usize) -> TimeDelta {
    let mut times: Vec<_> = kept.iter().map(|kept| kept.entry.published.instant().to_utc()).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    times.truncate(number.max(1));
    match (times.first(), times.last()) {
        (Some(newest), Some(oldest)) if newest > oldest => *newest - *oldest,
        _ => STAY,
    }
}

/// Which entry each story of `listing` is by its headline, by the keys of the story: for a listing whose addresses all
/// changed. Headlines that are short or not unique tell nothing.
pub fn same_headlines(listing: &Listing, kept: &[Kept]) -> Vec<(usize, EntryId)> {
    let mut by_headline: HashMap<String, Option<&EntryId>> = HashMap::new();
    for kept in kept {
        let headline = folded(kept.entry.title.as_str());
        by_headline.entry(headline).and_modify(|id| *id = None).or_insert(Some(&kept.entry.id));
    }
    let mut taken = HashSet::new();
    let teasers = listing.teasers.iter().enumerate();
    let same = teasers.filter_map(|(index, teaser)| {
        let headline = folded(teaser.title.as_deref()?);
        let telling = headline.chars().count() >= TELLING_HEADLINE || !headline.is_ascii();
        let id = by_headline.get(&headline).copied().flatten().filter(|_| telling)?;
        taken.insert(id).then(|| (index, id.clone()))
    });
    same.collect()
}

fn folded(headline: &str) -> String {
    headline.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What the items of a listing have.
pub fn fill(listing: &Listing) -> Fill {
    let count = |has: fn(&crate::listing::Teaser) -> bool| {
        u32::try_from(listing.teasers.iter().filter(|teaser| has(teaser)).count())
            .unwrap_or(u32::MAX)
            .saturating_mul(1000)
    };
    Fill {
        items: count(|_| true),
        date: count(|teaser| teaser.published.is_some()),
        image: count(|teaser| teaser.image.is_some()),
        author: count(|teaser| !teaser.authors.is_empty()),
        summary: count(|teaser| teaser.summary.is_some()),
        body: count(|teaser| teaser.content.is_some()),
        length: 0,
    }
}

/// What a story that was read has.
pub fn story(kept: &Kept) -> Story {
    let text = kept.entry.content.as_ref().map(normalise::html::plain_text);
    Story {
        date: kept.entry.published.precision() != Precision::FirstSeen,
        image: kept.entry.image.is_some(),
        author: !kept.entry.authors.is_empty(),
        summary: kept.entry.summary.is_some(),
        length: text.map_or(0, |text| u32::try_from(text.chars().count()).unwrap_or(u32::MAX)),
    }
}

/// A finding if the listing lacks what nearly all of its items had. Only for a source whose stories are made from the
/// listing alone: elsewhere what the listing lacks stands on the stories' own pages.
pub fn fields(now: &Fill, source: &Source, memory: &Memory) -> Option<Finding> {
    if source.options.full_text {
        return None;
    }
    let lost = lost(&memory.baseline.listing, now);
    lost_finding(&lost, "items", source)
}

/// A finding if the stories of this run, with the last ones before, lack what nearly all had, or have hardly any text.
pub fn stories(new: &[Story], source: &Source, memory: &Memory) -> Option<Finding> {
    let Baseline { stories, recent, .. } = &memory.baseline;
    if new.is_empty() {
        return None;
    }
    let earlier = recent.len().saturating_sub(WINDOW.saturating_sub(new.len()));
    let window: Vec<Story> = recent.iter().skip(earlier).chain(new).copied().collect();
    let now = window.iter().fold(Fill::default(), |fill, story| added(&fill, *story, (1, 1)));
    let mut lost = lost(stories, &now);
    let length = median(&window);
    if lost.iter().all(|lost| lost.field != ExpectedField::Body)
        && stories.items >= ENOUGH
        && now.items >= ENOUGH
        && stories.body >= share_of(stories.items, FILLED)
        && length < stories.length / SHORTENED
    {
        let message = format!(
            "the last {} of {} have {length} characters of text ({} before)",
            count(window.len(), "story"),
            source.url,
            stories.length
        );
        return Some(Finding::error(Code::FieldLost, message).at_page(&source.url).remedy(lost_remedy(source)));
    }
    lost.truncate(5);
    lost_finding(&lost, "stories", source)
}

/// A field that nearly all had and hardly any has.
struct Lost {
    field: ExpectedField,
    before: u32,
    now: u32,
}

fn lost(before: &Fill, now: &Fill) -> Vec<Lost> {
    if before.items < ENOUGH || now.items < ENOUGH {
        return Vec::new();
    }
    let of = |fill: &Fill, field| part(fill, field);
    let shares =
        ExpectedField::ALL.into_iter().map(|field| Lost { field, before: of(before, field), now: of(now, field) });
    shares.filter(|lost| lost.before >= FILLED && lost.now < LOST).collect()
}

/// The share of items that have `field`, in thousandths.
fn part(fill: &Fill, field: ExpectedField) -> u32 {
    let filled = match field {
        ExpectedField::Date => fill.date,
        ExpectedField::Image => fill.image,
        ExpectedField::Author => fill.author,
        ExpectedField::Summary => fill.summary,
        ExpectedField::Body => fill.body,
    };
    let share = u64::from(filled) * 1000 / u64::from(fill.items.max(1));
    u32::try_from(share).unwrap_or(1000)
}

fn share_of(number: u32, share: u32) -> u32 {
    u32::try_from(u64::from(number) * u64::from(share) / 1000).unwrap_or(u32::MAX)
}

fn lost_finding(lost: &[Lost], what: &str, source: &Source) -> Option<Finding> {
    if lost.is_empty() {
        return None;
    }
    let figures = lost.iter().map(|Lost { field, before, now }| {
        format!("{} in {} of 100 {what} ({} before)", field.name(), now / 10, before / 10)
    });
    let message = format!("what {what} had is missing on {}: {}", source.url, figures.collect::<Vec<_>>().join(", "));
    Some(Finding::error(Code::FieldLost, message).at_page(&source.url).remedy(lost_remedy(source)))
}

fn lost_remedy(source: &Source) -> String {
    format!(
        "the pages may have changed: correct the selectors in feeds.toml, or run `feedmill accept {}` if it is right",
        source.id
    )
}

/// A finding if what `expect` says of stories and the listing is not so. `stories` are those that were read in this run.
pub fn unmet(listing: Option<(&Listing, Option<&str>)>, stories: &[Story], source: &Source) -> Option<Finding> {
    let expect = &source.options.expect;
    let url = &source.url;
    let found = |message: String| Some(Finding::error(Code::ExpectationUnmet, message).at_page(url));
    if let Some((listing, language)) = listing {
        let now = listing.teasers.len();
        if let Some(most) = expect.max_items.filter(|most| now > *most) {
            return found(format!("{} on {url}, but `expect.max_items` is {most}", count(now, "item")));
        }
        if let (Some(wanted), Some(language)) = (&expect.language, language)
            && primary(wanted) != primary(language)
        {
            return found(format!("{url} is in {language}, but `expect.language` is {wanted}"));
        }
    }
    if stories.is_empty() {
        return None;
    }
    let fill = stories.iter().fold(Fill::default(), |fill, story| added(&fill, *story, (1, 1)));
    for field in expect.fields.iter().flatten() {
        let has = part(&fill, *field);
        if has < 1000 - 1000 / EXCEPTIONS {
            let total = stories.len();
            return found(format!(
                "{} in {} of 100 of {} of {url}, but `expect.fields` names it",
                field.name(),
                has / 10,
                count(total, "story")
            ));
        }
    }
    let length = median(stories);
    let least = expect.min_body.and_then(|least| u32::try_from(least).ok())?;
    if length < least {
        return found(format!(
            "the texts of {} of {url} have {length} characters, but `expect.min_body` is {least}",
            count(stories.len(), "story")
        ));
    }
    None
}

fn median(stories: &[Story]) -> u32 {
    let mut lengths: Vec<u32> = stories.iter().map(|story| story.length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}

/// Takes the stories of a good run into the baseline. The last few wait, so that they can be judged by those before.
pub fn learn(baseline: &mut Baseline, new: &[Story]) {
    for story in new {
        if baseline.stories.items < ENOUGH {
            baseline.stories = added(&baseline.stories, *story, FADING);
            continue;
        }
        baseline.recent.push(*story);
        if baseline.recent.len() >= WINDOW {
            let oldest = baseline.recent.remove(0);
            baseline.stories = added(&baseline.stories, oldest, FADING);
        }
    }
}

/// The share of new stories that a visit usually sees, after one that saw `new` of `total`.
pub fn usual_news(before: u32, new: usize, total: usize) -> u32 {
    let share = u32::try_from(new * 1000 / total.max(1)).unwrap_or(1000).min(1000);
    (before * 2 + share) / 3
}

/// `fill` with one story more; what was before counts `numerator / denominator`.
fn added(fill: &Fill, story: Story, (numerator, denominator): (u32, u32)) -> Fill {
    let more = |before: u32, has: bool| before / denominator * numerator + before % denominator + u32::from(has) * 1000;
    let length = match (fill.length, story.length) {
        (before, 0) => before,
        (0, now) => now,
        (before, now) => u32::try_from((u64::from(before) * 7 + u64::from(now)) / 8).unwrap_or(before),
    };
    Fill {
        items: more(fill.items, true),
        date: more(fill.date, story.date),
        image: more(fill.image, story.image),
        author: more(fill.author, story.author),
        summary: more(fill.summary, story.summary),
        body: more(fill.body, story.length > 0),
        length,
    }
}
