//! `feedmill inspect`: what is read from one page, or from a batch of saved ones.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::PageKind;
use crate::article::Claim;
use crate::listing::DateText;
use crate::model::{Precision, Timestamp};
use crate::normalise::{self, date};
use crate::page::{self, Page};
use crate::{article, io, listing};

/// `feedmill inspect article|listing URL [--html FILE] [--json]` or `feedmill inspect --batch FILE`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What the page is
    #[arg(required_unless_present = "batch")]
    kind: Option<PageKind>,
    /// The page's address
    #[arg(required_unless_present = "batch")]
    url: Option<Url>,
    /// Read the page from this file instead of the network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Answer the requests of this file, one JSON object a line, without network or state
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "url", "html", "json"])]
    batch: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(arguments: &Arguments) -> ExitCode {
    if let Some(path) = &arguments.batch {
        return batch(path);
    }
    ExitCode::FAILURE
}

/// One line of a batch.
#[derive(Debug, Deserialize)]
struct Question {
    id: Value,
    kind: String,
    url: Option<String>,
    html: Option<PathBuf>,
    text: Option<String>,
    now: Option<String>,
    lang: Option<String>,
    robots: Option<String>,
    agent: Option<String>,
}

fn batch(path: &Path) -> ExitCode {
    let text = match io::read_text(path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            return ExitCode::from(2);
        }
    };
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let answer = match serde_json::from_str::<Question>(line) {
            Ok(question) => {
                let mut answer = answer(&question).unwrap_or_else(|error| json!({ "error": error }));
                answer["id"] = question.id;
                answer
            }
            Err(error) => {
                let id = serde_json::from_str::<Value>(line).ok().and_then(|value| value.get("id").cloned());
                json!({ "id": id, "error": format!("this line is no request: {error}") })
            }
        };
        println!("{answer}");
    }
    ExitCode::SUCCESS
}

fn answer(question: &Question) -> Result<Value, String> {
    match question.kind.as_str() {
        "article" | "listing" => {
            let url = question.url.as_deref().unwrap_or("https://example.org/");
            let url = Url::parse(url).map_err(|error| format!("`url`: {error}"))?;
            let path = question.html.as_deref().ok_or("`html` is missing")?;
            let body = io::read_bytes(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let kind = if question.kind == "article" { PageKind::Article } else { PageKind::Listing };
            page_answer(kind, &url, body)
        }
        "date" => {
            let text = question.text.as_deref().ok_or("`text` is missing")?;
            Ok(json!({ "value": date_answer(text, question.now.as_deref(), question.lang.as_deref()) }))
        }
        "robots" => {
            let [robots, agent, url] =
                [&question.robots, &question.agent, &question.url].map(|part| part.as_deref().unwrap_or_default());
            Ok(json!({ "allowed": io::robots::allowed(robots, agent, url) }))
        }
        other => Err(format!("`kind` is {other:?}, not article, listing, date or robots")),
    }
}

fn page_answer(kind: PageKind, url: &Url, body: Vec<u8>) -> Result<Value, String> {
    let page = Page { requested: url.clone(), url: url.clone(), media_type: None, charset: None, body };
    let document = page::open(&page, None).map_err(|finding| finding.message)?.value;
    Ok(match kind {
        PageKind::Article => article_answer(&article::read(&document, &article::Rules::default()), url),
        PageKind::Listing => listing_answer(&listing::read(&document, &listing::Rules::default())),
    })
}

fn article_answer(article: &article::Article, url: &Url) -> Value {
    let content = article.body.as_ref().and_then(|body| normalise::html::sanitise(&body.value, url));
    let text = content.as_ref().map(normalise::html::plain_text);
    let language = article.language.as_deref().and_then(normalise::language::tag);
    let language = language.or_else(|| text.as_deref().and_then(normalise::language::detect));
    let context = date::Context { now: read_at(), language: language.as_deref(), order: None };
    let mut images = content.as_ref().map(normalise::html::images).unwrap_or_default();
    if let Some(lead) = &article.image
        && !images.iter().any(|image| image.url == lead.value.url)
    {
        images.insert(0, lead.value.clone());
    }
    json!({
        "title": article.title.as_ref().map(|claim| &claim.value),
        "url": article.canonical.as_ref().map_or(url, |claim| &claim.value),
        "published": first_date(&article.published, &context),
        "updated": first_date(&article.updated, &context),
        "authors": article.authors.as_ref().map(|claim| claim.value.clone()).unwrap_or_default(),
        "language": language,
        "site_name": article.site_name,
        "content_html": content.as_ref().map(|content| content.as_str()),
        "content_text": text,
        "images": images,
        "source": article.source,
        "strategy": article.strategy,
    })
}

fn listing_answer(listing: &listing::Listing) -> Value {
    let language = listing.language.as_deref().and_then(normalise::language::tag);
    let context = date::Context { now: read_at(), language: language.as_deref(), order: None };
    let items: Vec<Value> = listing
        .teasers
        .iter()
        .map(|teaser| {
            json!({
                "url": teaser.url,
                "title": teaser.title,
                "published": teaser.published.as_ref().and_then(|text| written(text, &context)),
                "summary": teaser.summary,
                "image": teaser.image,
                "authors": teaser.authors,
            })
        })
        .collect();
    json!({ "strategy": listing.strategy, "items": items, "next": listing.next })
}

/// The first claim that is a date, as RFC 3339 (without offset where the page names none) or as a day.
fn first_date(claims: &[Claim<DateText>], context: &date::Context<'_>) -> Option<String> {
    claims.iter().find_map(|claim| written(&claim.value, context))
}

fn written(text: &DateText, context: &date::Context<'_>) -> Option<String> {
    let moment = match &text.format {
        Some(format) => date::parse_format(&text.text, format),
        None => date::parse(&text.text, context),
    };
    moment.map(write_moment)
}

fn date_answer(text: &str, now: Option<&str>, language: Option<&str>) -> Option<String> {
    let asked = now.and_then(|now| NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M:%S%.f").ok());
    let context = date::Context { now: asked.unwrap_or_else(read_at), language, order: None };
    date::parse(text, &context).map(write_moment)
}

fn write_moment(moment: date::Moment) -> String {
    match (moment.time, moment.offset) {
        (None, _) => moment.date.format("%Y-%m-%d").to_string(),
        (Some(time), None) => moment.date.and_time(time).format("%Y-%m-%dT%H:%M:%S").to_string(),
        (Some(_), Some(_)) => {
            let stamp: Timestamp = moment.timestamp(chrono_tz::UTC);
            debug_assert_ne!(stamp.precision(), Precision::FirstSeen);
            stamp.instant().to_rfc3339()
        }
    }
}

/// A saved page has no moment at which it was read.
fn read_at() -> NaiveDateTime {
    io::clock::local_now()
}
