//! `feedmill inspect`: what is read from one page, or from a batch of saved ones.

mod feed;

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{SOME_FAILED, USAGE, WELL, say, warn};
use crate::article::recurring::{self, Removed};
use crate::article::{self, Article, Claim, Origin};
use crate::config::RequestOptions;
use crate::finding::Finding;
use crate::io::fetch::{Web, WebOptions};
use crate::listing::{self, DateText, Listing};
use crate::model::SafeHtml;
use crate::normalise::{self, date};
use crate::page::{self, Page};
use crate::pipeline::{Answer, Clock, Fetch, Request};
use crate::{io, report};
use feed::Setting;

/// `feedmill inspect article|listing URL [--feed ID] [--html FILE] [--json]` or `feedmill inspect --batch FILE`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
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
    /// Allow private and loopback addresses
    #[arg(long)]
    allow_private: bool,
    /// Answer the requests of this file, one JSON object a line, without network or state
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "url", "html", "json", "allow_private", "feed"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    feed: feed::FeedArguments,
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum PageKind {
    /// A page with one story
    Article,
    /// An index page
    Listing,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    if let Some(path) = &arguments.batch {
        return batch(path);
    }
    let (Some(kind), Some(url)) = (arguments.kind, &arguments.url) else { return USAGE };
    let setting = match feed::setting(&arguments.feed) {
        Ok(setting) => setting,
        Err(code) => return code,
    };
    let setting = setting.as_ref();
    let shown = page_of(arguments, setting, url).and_then(|page| show(kind, &page, setting, arguments.json));
    match shown {
        Ok(text) => {
            say(&text);
            WELL
        }
        Err(finding) if arguments.json => {
            say(&json!({ "error": finding.message, "finding": finding }));
            SOME_FAILED
        }
        Err(finding) => {
            warn(&report::finding(None, &finding));
            SOME_FAILED
        }
    }
}

fn page_of(arguments: &Arguments, setting: Option<&Setting>, url: &Url) -> Result<Page, Finding> {
    if let Some(path) = &arguments.html {
        let body = io::files::read_bytes(path)
            .map_err(|error| Finding::error(crate::finding::Code::FetchFailed, error.to_string()))?;
        return Ok(saved(url, body));
    }
    let web = Web::new(WebOptions::default())?;
    let runtime =
        super::runtime().map_err(|error| Finding::error(crate::finding::Code::Internal, error.to_string()))?;
    let options = setting.map(|setting| setting.source.options.request.clone()).unwrap_or_default();
    let options = RequestOptions { allow_private: options.allow_private || arguments.allow_private, ..options };
    let (home, root) = setting.map_or((url, None), |setting| (&setting.source.url, setting.source.root.as_ref()));
    let request = Request { url, home, options: &options, root, validators: None, last: false };
    match runtime.block_on(web.fetch(request))? {
        Answer::Page(page, _) => Ok(*page),
        Answer::Unchanged(_) => {
            Err(Finding::error(crate::finding::Code::HttpStatus, "304 to an unconditional request").at_page(url))
        }
    }
}

fn saved(url: &Url, body: Vec<u8>) -> Page {
    Page { requested: url.clone(), url: url.clone(), media_type: None, charset: None, body }
}

/// Reads `page` and shows what was found, for people or as JSON.
fn show(kind: PageKind, page: &Page, setting: Option<&Setting>, as_json: bool) -> Result<String, Finding> {
    let opened = page::open(page, setting.and_then(|setting| setting.source.options.encoding.as_deref()))?;
    let findings = opened.findings.iter().map(|finding| report::finding(None, finding) + "\n").collect::<String>();
    Ok(match kind {
        PageKind::Article => {
            let rules = setting.map(|setting| setting.source.article.clone()).unwrap_or_default();
            let mut article = article::read(&opened.value, &rules);
            let common = setting.filter(|_| !rules.keep_recurring).map(|setting| common(&mut article, setting, page));
            let mut answer = article_answer(&article, &page.url);
            if as_json {
                answer["recurring"] = json!(common);
                return Ok(format!("{answer:#}"));
            }
            findings + &article_words(&article, &answer, common.as_ref())
        }
        PageKind::Listing => {
            let rules = setting.map(|setting| setting.source.listing.clone()).unwrap_or_default();
            let listing = listing::read(&opened.value, &rules);
            if as_json {
                let mut answer = listing_answer(&listing);
                answer["selectors"] = selectors_answer(&opened.value, &listing);
                return Ok(format!("{answer:#}"));
            }
            findings + &listing_words(&opened.value, &listing)
        }
    })
}

/// What the article has in common with those that are known of its feed.
#[derive(Debug, serde::Serialize)]
struct Common {
    /// How many articles are compared, this one included.
    articles: usize,
    /// The blocks that are left out.
    removed: Vec<Removed>,
}

/// Takes out of `article` what a run would take out; the article counts as one of those that are known.
fn common(article: &mut Article, setting: &Setting, page: &Page) -> Common {
    let pieces = recurring::pieces(article);
    let mut known = setting.known.clone();
    known.learn(&normalise::id::key(&page.requested, &setting.source.url), &pieces);
    let removed = recurring::apply(article, &pieces, &known, &page.url, None);
    recurring::without_stock(article, &pieces, &known, &page.url);
    Common { articles: known.articles(), removed }
}

fn article_words(article: &Article, answer: &Value, common: Option<&Common>) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>, origin: Option<Origin>| {
        let value = value.unwrap_or_else(|| "-".to_owned());
        let origin = origin.map(|origin| format!("  [{}]", origin.name())).unwrap_or_default();
        lines.push(format!("{name:<10} {value}{origin}"));
    };
    let text = |key: &str| answer[key].as_str().map(str::to_owned);
    line("title", text("title"), article.title.as_ref().map(|claim| claim.origin));
    line("url", text("url"), article.canonical.as_ref().map(|claim| claim.origin));
    line("published", text("published"), article.published.first().map(|claim| claim.origin));
    line("updated", text("updated"), article.updated.first().map(|claim| claim.origin));
    let authors = article.authors.as_ref().map(|claim| claim.value.join("; "));
    line("authors", authors, article.authors.as_ref().map(|claim| claim.origin));
    line("language", text("language"), None);
    line("site", article.site_name.clone(), None);
    let source = article.source.as_ref().map(|source| {
        let parts = [source.name.clone(), source.url.as_ref().map(Url::to_string)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    line("source", source, None);
    line(
        "image",
        article.image.as_ref().map(|claim| claim.value.url.to_string()),
        article.image.as_ref().map(|claim| claim.origin),
    );
    line("body", Some(article.strategy.to_owned()), article.body.as_ref().map(|claim| claim.origin));
    if let Some(absence) = article.absence {
        lines.push(format!("{:<10} {} [{}]", "no article", absence.words(), absence.code().name()));
    }
    if let Some(common) = common {
        let of = crate::assemble::count(common.articles, "article");
        let removed = common.removed.iter();
        lines.extend(
            removed.map(|block| format!("{:<10} {:?} (in {} of {of})", "left out", block.text, block.articles)),
        );
    }
    lines.push(String::new());
    lines.push(text("content_text").unwrap_or_else(|| "(no body found)".to_owned()));
    lines.join("\n")
}

fn listing_words(document: &page::Document, listing: &Listing) -> String {
    let answer = listing_answer(listing);
    let strategy = if listing.strategy.is_empty() { "nothing found" } else { listing.strategy };
    let mut lines = vec![format!("{} by {strategy}", crate::assemble::count(listing.teasers.len(), "item"))];
    for (teaser, item) in listing.teasers.iter().zip(answer["items"].as_array().into_iter().flatten()) {
        let date = item["published"].as_str().unwrap_or("no date");
        lines.push(format!("{date:<25} {}", teaser.title.as_deref().unwrap_or("(no title)")));
        lines.push(format!("{:<25} {}", "", teaser.url.as_ref().map_or("(no link)", Url::as_str)));
    }
    lines.extend(listing.refused.iter().map(|refused| format!("not taken: {refused}")));
    if let Some(next) = &listing.next {
        lines.push(format!("next: {next}"));
    }
    if let Some(selectors) = listing::selectors(document, listing) {
        let listing::Selectors { same, found, .. } = selectors;
        lines
            .push(format!("\nThe same with selectors of your own ({same} of {found} items as above), for feeds.toml:"));
        lines.push(selectors.line());
    }
    lines.join("\n")
}

/// One line of a batch.
#[derive(Debug, Deserialize)]
struct Question {
    id: Value,
    kind: String,
    url: Option<String>,
    html: Option<PathBuf>,
    /// The charset of the HTTP header, and the one of feeds.toml.
    charset: Option<String>,
    encoding: Option<String>,
    /// Whether a listing's answer has selectors, which take as long to find as the listing.
    #[serde(default)]
    selectors: bool,
    text: Option<String>,
    now: Option<String>,
    lang: Option<String>,
    robots: Option<String>,
    agent: Option<String>,
}

fn batch(path: &Path) -> u8 {
    let text = match io::files::read_text(path) {
        Ok(text) => text,
        Err(error) => {
            warn(&format_args!("error: {error}"));
            return USAGE;
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
        say(&answer);
    }
    WELL
}

fn answer(question: &Question) -> Result<Value, String> {
    match question.kind.as_str() {
        "article" | "listing" => {
            let url = question.url.as_deref().unwrap_or("https://example.org/");
            let url = Url::parse(url).map_err(|error| format!("`url`: {error}"))?;
            let path = question.html.as_deref().ok_or("`html` is missing")?;
            let body = io::files::read_bytes(path).map_err(|error| error.to_string())?;
            let kind = if question.kind == "article" { PageKind::Article } else { PageKind::Listing };
            let page = Page { charset: question.charset.clone(), ..saved(&url, body) };
            let opened = page::open(&page, question.encoding.as_deref()).map_err(|finding| finding.message)?;
            Ok(answer_for(kind, &opened.value, &page.url, question.selectors))
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

fn answer_for(kind: PageKind, document: &page::Document, url: &Url, with_selectors: bool) -> Value {
    match kind {
        PageKind::Article => article_answer(&article::read(document, &article::Rules::default()), url),
        PageKind::Listing => {
            let listing = listing::read(document, &listing::Rules::default());
            let mut answer = listing_answer(&listing);
            if with_selectors {
                answer["selectors"] = selectors_answer(document, &listing);
            }
            answer
        }
    }
}

fn article_answer(article: &Article, url: &Url) -> Value {
    let content = article.body.as_ref().and_then(|body| normalise::html::sanitise(&body.value, url));
    let text = content.as_ref().map(normalise::html::plain_text);
    let language = normalise::language::settle(article.language.as_deref(), text.as_deref());
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
        "content_html": content.as_ref().map(SafeHtml::as_str),
        "content_text": text.unwrap_or_default(),
        "images": images,
        "source": article.source,
        "strategy": article.strategy,
        "absence": article.absence.map(|absence| absence.code().name()),
    })
}

fn listing_answer(listing: &Listing) -> Value {
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
    let refused: Vec<Value> = listing
        .refused
        .iter()
        .map(|refused| {
            json!({ "selector": refused.selector, "items": refused.items, "sample": refused.sample, "why": refused.why })
        })
        .collect();
    json!({
        "strategy": listing.strategy,
        "items": items,
        "next": listing.next,
        "refused": refused,
    })
}

/// The table `listing` of feeds.toml, or null if no selectors read the same list.
fn selectors_answer(document: &page::Document, listing: &Listing) -> Value {
    let Some(selectors) = listing::selectors(document, listing) else { return Value::Null };
    let fields = selectors.fields.iter().map(|(name, written)| ((*name).to_owned(), json!(written)));
    std::iter::once(("items".to_owned(), json!(selectors.items))).chain(fields).collect()
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
        (Some(_), Some(_)) => moment.timestamp(crate::model::Zone::UTC).instant().to_rfc3339(),
    }
}

/// A saved page has no moment at which it was read.
fn read_at() -> NaiveDateTime {
    io::clock::SystemClock::from_environment().now().naive_utc()
}
