//! One story: what its teaser and its page claim → a trusted entry.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use url::Url;

use super::{Job, Why, local};
use crate::article::{Article, Claim, Origin};
use crate::config::Source;
use crate::finding::{Code, Finding, Found};
use crate::listing::DateText;
use crate::model::{
    Comments, Enclosure, Entry, EntryId, Image, MAX_SUMMARY_BYTES, Person, Precision, SafeHtml, Timestamp, Title,
    one_line,
};
use crate::normalise::{self, date, html, id, language, person, text};
use crate::pipeline::Kept;

/// How far in the future a time may lie and still be taken for a wrong zone rather than for another event.
const FUTURE_TOLERANCE: TimeDelta = TimeDelta::hours(26);
/// The most subjects of one entry.
const MAX_CATEGORIES: usize = 20;
/// The most enclosures of one entry.
const MAX_ENCLOSURES: usize = 20;

/// What is known while a story is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The source.
    pub source: &'a Source,
    /// The feed's language, if known.
    pub language: Option<&'a str>,
    /// The name of the feed or site, which is no headline.
    pub site: &'a str,
    /// The moment of this run.
    pub now: DateTime<Utc>,
}

/// A page that was read for a story.
struct Read<'a> {
    /// What it claims.
    pub article: &'a Article,
    /// The address that answered.
    pub url: &'a Url,
}

/// What became of a story.
#[derive(Clone, Debug)]
pub enum Made {
    /// An entry.
    Entry(Box<Kept>),
    /// Nothing, since `include` or `exclude` leaves it out.
    LeftOut,
    /// Nothing, since it has no address or no title.
    Unusable,
}

/// Makes the entry of `job` from what its teaser and its page, if that was read, claim.
pub fn entry(job: &Job, page: Option<(&Article, &Url)>, reading: Reading<'_>) -> Found<Made> {
    let page = page.map(|(article, url)| Read { article, url });
    let Some(link) = &job.teaser.url else { return Found::clean(Made::Unusable) };
    let Some(title) = title(job, page.as_ref(), reading) else {
        let finding = Finding::warning(Code::ItemSkipped, "an item has no title and was left out").at_page(link);
        return Found { value: Made::Unusable, findings: vec![finding] };
    };
    let mut findings = Vec::new();
    let url = page.as_ref().and_then(|page| canonical(page, reading.source)).unwrap_or_else(|| link.clone());
    let url = normalise::url::clean(&url);
    let content = content(job, page.as_ref(), reading.source);
    let tongue = entry_language(page.as_ref(), content.as_ref(), reading);
    let times = times(job, page.as_ref(), tongue.as_deref().or(reading.language), reading, &mut findings);
    let image = image(job, page.as_ref(), content.as_ref(), reading.source);
    let keys = all_keys(job, page.as_ref(), &url, reading.source);
    let previous = job.previous.as_ref().map(|kept| &kept.entry);
    let summary = summary(job, page.as_ref(), title.as_str(), reading.source);
    let mut entry = Entry {
        id: previous.map_or_else(|| entry_id(job, &url, reading.source), |entry| entry.id.clone()),
        url,
        title,
        published: published(previous, &times, job.why),
        updated: times.updated,
        authors: authors(job, page.as_ref(), reading.source),
        summary,
        content,
        image,
        categories: categories(job, page.as_ref(), reading.source),
        enclosures: enclosures(job, page.as_ref()),
        language: tongue.filter(|tongue| reading.language.is_none_or(|feed| feed != tongue)),
        source: page.as_ref().and_then(|page| page.article.source.clone()),
        comments: page.as_ref().and_then(comments),
        notice: None,
        parent: None,
        first_seen: previous.map_or(reading.now, |entry| entry.first_seen),
        position: previous.map_or(job.position, |entry| entry.position),
    };
    if !passes(&entry, reading.source) {
        return Found { value: Made::LeftOut, findings };
    }
    if let Some(previous) = previous {
        entry.updated = updated(&entry, previous, &times, job.why, reading.now);
    }
    let teaser = super::teaser_fingerprint(&job.teaser);
    Found { value: Made::Entry(Box::new(Kept { entry, teaser, pending: false, keys })), findings }
}

/// When an entry that was published before last changed: as the site says, else now if anything of it is different.
/// A changed configuration is no change of the story.
fn updated(entry: &Entry, previous: &Entry, times: &Times, why: Why, now: DateTime<Utc>) -> DateTime<FixedOffset> {
    if why == Why::Reconfigured {
        let said = times.published.precision() != Precision::FirstSeen;
        return if said { times.updated } else { previous.updated };
    }
    let same = Entry { updated: previous.updated, ..entry.clone() } == *previous;
    match times.updated {
        _ if same => previous.updated,
        said if said > previous.updated && times.published.precision() != Precision::FirstSeen => said,
        _ => now.with_timezone(&previous.updated.timezone()).max(previous.updated),
    }
}

/// The configured article title, the configured listing title, the page's headline, the listing's headline.
fn title(job: &Job, page: Option<&Read<'_>>, reading: Reading<'_>) -> Option<Title> {
    let article = page.and_then(|page| page.article.title.as_ref());
    let listing = job.teaser.title.as_deref();
    let own = |claim: &&Claim<String>| claim.origin == Origin::Configured;
    let chosen = article.filter(own).map(|claim| claim.value.as_str()).or_else(|| {
        let listed = reading.source.listing.title.is_some().then_some(listing).flatten();
        let detected = article.map(|claim| claim.value.as_str()).filter(|title| title.trim() != reading.site.trim());
        listed.or(detected).or(listing)
    })?;
    Title::new(if reading.source.options.strip_title_suffix { text::without_marker(chosen) } else { chosen })
}

/// The address the page calls its own, if it is a page of this site and not its front page.
fn canonical(page: &Read<'_>, source: &Source) -> Option<Url> {
    let claimed = page.article.canonical.as_ref().map_or(page.url, |claim| &claim.value);
    let usable = normalise::url::same_site(claimed, page.url)
        && claimed.path() != "/"
        && id::key(claimed, &source.url) != id::key(&source.url, &source.url);
    usable.then(|| claimed.clone())
}

/// The configured body of the page, the configured one of the listing, the one found on the page, then in the listing.
fn content(job: &Job, page: Option<&Read<'_>>, source: &Source) -> Option<SafeHtml> {
    let body = page.and_then(|page| page.article.body.as_ref().map(|body| (body, page.url)));
    // What stands on the index page has addresses relative to it.
    let listed = || html::sanitise(job.teaser.content.as_deref()?, &source.url);
    let found = || body.and_then(|(body, url)| html::sanitise(&body.value, url));
    let configured = body.is_some_and(|(body, _)| body.origin == Origin::Configured);
    if source.listing.content.is_some() && !configured { listed().or_else(found) } else { found().or_else(listed) }
}

fn entry_language(page: Option<&Read<'_>>, content: Option<&SafeHtml>, reading: Reading<'_>) -> Option<String> {
    if reading.source.options.language.is_some() {
        return reading.source.options.language.clone();
    }
    let written = page.and_then(|page| page.article.language.as_deref()).filter(|tag| language::tag(tag).is_some());
    if written.is_none() && reading.language.is_some() {
        return None;
    }
    language::settle(written, content.map(|content| html::beginning(content, language::LOOKED_AT)).as_deref())
}

/// A time that was published stays, unless the configuration changed and the site does say one.
fn published(previous: Option<&Entry>, times: &Times, why: Why) -> Timestamp {
    match previous {
        Some(entry) if why != Why::Reconfigured || times.published.precision() == Precision::FirstSeen => {
            entry.published
        }
        _ => times.published,
    }
}

struct Times {
    published: Timestamp,
    updated: DateTime<FixedOffset>,
}

/// Publication: the first claim that is a date and not in the future, else the moment of first sight. Change: the
/// first claim that lies between publication and now.
fn times(
    job: &Job,
    page: Option<&Read<'_>>,
    tongue: Option<&str>,
    reading: Reading<'_>,
    findings: &mut Vec<Finding>,
) -> Times {
    let source = reading.source;
    let context = date::Context { now: local(reading.now, source), language: tongue, order: source.options.date_order };
    let read = |text: &DateText| {
        let moment = match &text.format {
            Some(format) => date::parse_format(&text.text, format),
            // A selector often takes a whole line: "Aired on Friday, 3 May 2024 at 18:30".
            None => date::parse(&text.text, &context).or_else(|| date::find(&text.text, &context)),
        };
        not_in_the_future(moment?.timestamp(source.options.timezone), reading)
    };
    let claims = page.map_or(&[][..], |page| &page.article.published);
    let (configured, found): (Vec<_>, Vec<_>) = claims.iter().partition(|claim| claim.origin == Origin::Configured);
    let listed = job.teaser.published.as_ref();
    let (listed_first, listed_last) = if source.listing.date.is_some() { (listed, None) } else { (None, listed) };
    let (address, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|claim| claim.origin == Origin::Address);
    let texts = configured.iter().map(|claim| &claim.value).chain(listed_first);
    let texts = texts.chain(found.iter().map(|claim| &claim.value)).chain(listed_last);
    let texts: Vec<&DateText> = texts.chain(address.iter().map(|claim| &claim.value)).collect();
    let published = texts.iter().find_map(|text| read(text));
    let here = source.options.timezone.at(reading.now);
    let published = published.unwrap_or_else(|| {
        if let Some(text) = configured.first().map(|claim| &claim.value).or(listed_first) {
            let message = format!(
                "{:?} is no date that can be used; the time of first sight stands in",
                one_line(&text.text, 60)
            );
            let remedy = "say how it is written: date = { css = \"…\", format = \"%d.%m.%Y\" }";
            findings.push(
                Finding::warning(Code::DateUnreadable, message)
                    .at_page(job.teaser.url.as_ref().unwrap_or(&source.url))
                    .remedy(remedy),
            );
        }
        Timestamp::first_seen(here)
    });
    let changes = page.map_or(&[][..], |page| &page.article.updated).iter().map(|claim| &claim.value);
    let changes = changes.chain(job.teaser.updated.as_ref());
    let updated = changes
        .filter_map(read)
        .filter(|time| time.precision() == Precision::Exact && published.precision() != Precision::FirstSeen)
        .map(|time| time.instant())
        .find(|time| *time >= published.instant());
    Times { published, updated: updated.unwrap_or_else(|| published.instant()) }
}

/// `time`, pulled back to this run where it is ahead by no more than a wrong zone explains; `None` where it is further.
fn not_in_the_future(time: Timestamp, reading: Reading<'_>) -> Option<Timestamp> {
    if time.instant() <= reading.now {
        return Some(time);
    }
    let near = time.instant() <= reading.now + FUTURE_TOLERANCE;
    near.then(|| Timestamp::from_parts(reading.now.with_timezone(&time.instant().timezone()), time.precision()))
}

fn authors(job: &Job, page: Option<&Read<'_>>, source: &Source) -> Vec<Person> {
    let article = page.and_then(|page| page.article.authors.as_ref());
    let listed: Vec<String> = job.teaser.authors.iter().flat_map(|written| person::names(written)).collect();
    let configured = article.filter(|claim| claim.origin == Origin::Configured).map(|claim| claim.value.clone());
    let names = configured.unwrap_or_else(|| match article {
        Some(claim) if source.listing.author.is_none() || listed.is_empty() => claim.value.clone(),
        _ => listed,
    });
    let names = names.iter().map(|name| one_line(name, 200)).filter(|name| !name.is_empty());
    names.map(|name| Person { name, url: None }).collect()
}

fn summary(job: &Job, page: Option<&Read<'_>>, title: &str, source: &Source) -> Option<String> {
    let article = page.and_then(|page| page.article.summary.as_ref());
    let listed = job.teaser.summary.as_ref();
    let configured = article.filter(|claim| claim.origin == Origin::Configured).map(|claim| &claim.value);
    let configured = configured.or(listed.filter(|_| source.listing.summary.is_some()));
    let line = |text: &String| Some(one_line(text, MAX_SUMMARY_BYTES)).filter(|text| !text.is_empty());
    if let Some(text) = configured.and_then(line) {
        return Some(text);
    }
    let found = article.map(|claim| &claim.value).into_iter().chain(listed);
    found.filter_map(line).find(|text| says_more(text, title))
}

/// Whether a summary that was found says more than the headline, whole or cut short, give or take a bullet before it
/// and a name, a date or a number behind it.
fn says_more(summary: &str, title: &str) -> bool {
    const TAIL: usize = 16;
    let summary = summary.trim_start_matches(|c: char| !c.is_alphanumeric());
    let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let same: usize = summary.chars().zip(title.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let rest = summary.get(same..).unwrap_or_default();
    let cut = same > 0 && ["…", "..."].iter().any(|end| rest.trim_start().starts_with(end));
    !(cut || same == title.len()) || rest.chars().filter(|c| c.is_alphanumeric()).count() > TAIL
}

fn image(job: &Job, page: Option<&Read<'_>>, content: Option<&SafeHtml>, source: &Source) -> Option<Image> {
    let inside = content.map(html::images).unwrap_or_default();
    let claimed = page.and_then(|page| page.article.image.as_ref());
    let own = claimed.filter(|claim| claim.origin == Origin::Configured).map(|claim| claim.value.clone());
    let plain = |url: Url| Image { url, alt: None, caption: None, width: None, height: None };
    let listed = || job.teaser.image.clone().map(plain);
    let lead = own.or_else(|| listed().filter(|_| source.listing.image.is_some()));
    let lead = lead.or_else(|| claimed.map(|claim| claim.value.clone()));
    let lead = lead.or_else(|| inside.first().cloned()).or_else(listed)?;
    // The body knows the words that belong to the picture.
    let twin = inside.into_iter().find(|image| image.url == lead.url);
    Some(match twin {
        Some(twin) => Image {
            alt: lead.alt.or(twin.alt),
            caption: lead.caption.or(twin.caption),
            width: lead.width.or(twin.width),
            height: lead.height.or(twin.height),
            url: lead.url,
        },
        None => lead,
    })
}

fn comments(page: &Read<'_>) -> Option<Comments> {
    let claimed = page.article.comments.as_ref()?;
    Some(Comments { count: claimed.count, url: claimed.url.as_ref().map(normalise::url::clean) })
}

fn categories(job: &Job, page: Option<&Read<'_>>, source: &Source) -> Vec<String> {
    let article = page.map_or(&[][..], |page| &page.article.categories);
    let listed = &job.teaser.categories[..];
    let own = source.listing.categories.is_some() && source.article.categories.is_none() && !listed.is_empty();
    let mut categories: Vec<String> = Vec::new();
    for name in if own || article.is_empty() { listed } else { article }.iter().map(|name| one_line(name, 100)) {
        if !name.is_empty()
            && categories.len() < MAX_CATEGORIES
            && !categories.iter().any(|c| c.to_lowercase() == name.to_lowercase())
        {
            categories.push(name);
        }
    }
    categories
}

fn enclosures(job: &Job, page: Option<&Read<'_>>) -> Vec<Enclosure> {
    let own = job.teaser.url.iter().filter(|url| is_file(url)).cloned();
    let listed = own.chain(job.teaser.enclosures.iter().cloned());
    let listed =
        listed.map(|url| Enclosure { media_type: media_type(&url).to_owned(), url, length: None, title: None });
    let found = page.map_or(&[][..], |page| &page.article.enclosures).iter().map(|claim| Enclosure {
        url: claim.url.clone(),
        media_type: claim.media_type.clone().unwrap_or_else(|| media_type(&claim.url).to_owned()),
        length: claim.length,
        title: claim.title.as_deref().map(|title| one_line(title, 300)).filter(|title| !title.is_empty()),
    });
    let mut enclosures: Vec<Enclosure> = Vec::new();
    for enclosure in listed.chain(found) {
        if let Some(known) = enclosures.iter_mut().find(|known| known.url == enclosure.url) {
            known.length = known.length.or(enclosure.length);
            known.title = known.title.take().or(enclosure.title);
        } else if enclosures.len() < MAX_ENCLOSURES {
            enclosures.push(enclosure);
        }
    }
    enclosures
}

/// The endings of files that are enclosures and not pages, with their media types (IANA).
const FILES: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("mov", "video/quicktime"),
    ("epub", "application/epub+zip"),
    ("zip", "application/zip"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
];

fn file_type(url: &Url) -> Option<&'static str> {
    let (_, ending) = url.path().rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    FILES.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind)
}

/// Whether `url` names a file that is no page.
pub fn is_file(url: &Url) -> bool {
    file_type(url).is_some()
}

fn media_type(url: &Url) -> &'static str {
    file_type(url).unwrap_or("application/octet-stream")
}

/// The keys of the teaser, then those of the address that answered and of the canonical address.
fn all_keys(job: &Job, page: Option<&Read<'_>>, url: &Url, source: &Source) -> Vec<String> {
    let mut keys = job.keys.clone();
    let answered = page
        .map(|page| id::key(page.url, &source.url))
        .filter(|_| job.teaser.url.as_ref().is_none_or(|u| u.fragment().is_none()));
    let own = id::key(url, &source.url);
    for key in answered.into_iter().chain([own]) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if let Some(previous) = &job.previous {
        keys.extend(previous.keys.iter().filter(|key| !job.keys.contains(key)).cloned());
        keys.sort();
        keys.dedup();
    }
    keys
}

/// The site's own id where it gives one, else the key of the canonical address.
fn entry_id(job: &Job, url: &Url, source: &Source) -> EntryId {
    let own = job.teaser.guid.as_deref().map(|guid| id::guid_key(guid, &source.id, &source.url));
    id::entry_id(own.unwrap_or_else(|| id::key(url, &source.url)))
}

/// The part of `include` and `exclude` that needs the whole entry; headline and address were judged with the listing.
fn passes(entry: &Entry, source: &Source) -> bool {
    let needed =
        [&source.options.include, &source.options.exclude].iter().any(|f| f.text.is_some() || f.category.is_some());
    if !needed {
        return true;
    }
    let words = || {
        let body = entry.content.as_ref().map(html::plain_text).unwrap_or_default();
        format!("{}\n{body}", entry.summary.as_deref().unwrap_or_default())
    };
    let hits = |filter: &crate::config::Filter| {
        [
            filter.text.as_ref().map(|p| p.is_match(&words())),
            filter.category.as_ref().map(|p| entry.categories.iter().any(|c| p.is_match(c))),
        ]
    };
    hits(&source.options.include).into_iter().flatten().all(|hit| hit)
        && !hits(&source.options.exclude).into_iter().flatten().any(|hit| hit)
}
