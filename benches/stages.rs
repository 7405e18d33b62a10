//! What each stage costs, on the project's own pages: the golden sites and the example sites, no network.
//!
//! One measurement goes over all pages once, so that figures of stages can be compared with each other; the size of the
//! whole is shown as throughput.
#![expect(clippy::disallowed_methods, reason = "benches read the pages they measure")]
#![allow(missing_docs, reason = "the macros of criterion make functions without a description")]
#![allow(clippy::unwrap_used, reason = "a bench without its pages cannot go on")]

use std::hint::black_box;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use feedmill::article::{self, Article};
use feedmill::assemble::{self, Job, Made, Reading, Why};
use feedmill::config::{self, Source};
use feedmill::format::FORMATS;
use feedmill::io::store::sqlite::Sqlite;
use feedmill::listing::{self, Teaser};
use feedmill::model::Feed;
use feedmill::normalise::date::{self, Context};
use feedmill::normalise::html;
use feedmill::page::{self, Document, Page, decode, gate};
use feedmill::pipeline::{Kept, Memory, Store, Update};
use url::Url;

/// The moment of the benches, 2026-11-22T12:00:00Z.
const NOON: i64 = 1_795_348_800;
/// Names of index pages without their ending; every other page is an article.
const LISTINGS: [&str; 3] = ["index", "topics", "changelog"];

/// Every page of the project, index pages and articles.
fn pages() -> (Vec<Page>, Vec<Page>) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests/sites", "examples/site"] {
        collect(&here.join(folder), &mut paths);
    }
    paths.sort();
    let pages = paths.iter().map(|path| {
        let url: Url = format!("https://bench.example/{}", path.strip_prefix(here).unwrap().display()).parse().unwrap();
        let media_type = Some("text/html".to_owned());
        Page { requested: url.clone(), url, media_type, charset: None, body: std::fs::read(path).unwrap() }
    });
    // Some of the pages are broken on purpose; those that are refused have nothing to measure.
    let pages = pages.filter(|page| page::open(page, None).is_ok());
    pages.partition(|page| LISTINGS.iter().any(|name| page.url.path().ends_with(&format!("/{name}.html"))))
}

fn collect(folder: &Path, paths: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "expected") {
            collect(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "html") {
            paths.push(path);
        }
    }
}

fn texts(pages: &[Page]) -> Vec<String> {
    pages.iter().map(|page| decode::decode(&page.body, None, None).text.into_owned()).collect()
}

fn documents(pages: &[Page]) -> Vec<Document> {
    pages.iter().map(|page| page::open(page, None).unwrap().value).collect()
}

fn source() -> Source {
    let text = "[feeds.bench]\nurl = \"https://bench.example/\"\n";
    let mut config = config::parse(text, "feeds.toml", &|_| None).unwrap_or_else(|_| panic!("feeds.toml of the bench"));
    config.sources.remove(0)
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOON, 0).unwrap()
}

/// The entries of all articles, as a first run makes them.
fn entries(pages: &[Page], source: &Source) -> Vec<Kept> {
    let reading = Reading { source, language: None, site: "", now: now() };
    let made = pages.iter().zip(documents(pages)).zip(0..).filter_map(|((page, document), position)| {
        let article = article::read(&document, &article::Rules::default());
        let teaser = Teaser { url: Some(page.url.clone()), title: Some("A story".to_owned()), ..Teaser::default() };
        let keys = assemble::keys(&teaser, source);
        let job = Job { teaser, position, keys, previous: None, why: Why::New };
        match assemble::entry(&job, Some((&article, &page.url)), reading).value {
            Made::Entry(kept) => Some(*kept),
            _ => None,
        }
    });
    made.collect()
}

fn bytes(sizes: impl Iterator<Item = usize>) -> Throughput {
    Throughput::Bytes(sizes.sum::<usize>() as u64)
}

fn page_stages(criterion: &mut Criterion) {
    let (listings, articles) = pages();
    let all: Vec<Page> = listings.iter().chain(&articles).cloned().collect();
    let mut group = criterion.benchmark_group("page");
    group.throughput(bytes(all.iter().map(|page| page.body.len())));
    group.bench_function("decode", |bench| {
        bench.iter(|| all.iter().map(|page| decode::decode(&page.body, None, None).text.len()).sum::<usize>());
    });
    let texts = texts(&all);
    group.bench_function("gate", |bench| {
        bench.iter(|| texts.iter().filter(|text| gate::check(text).is_ok()).count());
    });
    group.bench_function("parse", |bench| {
        bench.iter(|| {
            for (text, page) in texts.iter().zip(&all) {
                black_box(Document::open(text, &page.url).is_ok());
            }
        });
    });
    group.finish();
}

fn reading_stages(criterion: &mut Criterion) {
    let (listings, articles) = pages();
    let mut group = criterion.benchmark_group("read");
    // A tree remembers what was asked of it once, so that each measurement needs a fresh one.
    group.throughput(bytes(listings.iter().map(|page| page.body.len())));
    let rules = listing::Rules::default();
    group.bench_function("listing", |bench| {
        let read = |documents: Vec<Document>| documents.iter().map(|d| listing::read(d, &rules)).collect::<Vec<_>>();
        bench.iter_batched(|| documents(&listings), read, criterion::BatchSize::SmallInput);
    });
    group.throughput(bytes(articles.iter().map(|page| page.body.len())));
    let rules = article::Rules::default();
    group.bench_function("article", |bench| {
        let read = |documents: Vec<Document>| documents.iter().map(|d| article::read(d, &rules)).collect::<Vec<_>>();
        bench.iter_batched(|| documents(&articles), read, criterion::BatchSize::SmallInput);
    });
    let read: Vec<Article> = documents(&articles).iter().map(|document| article::read(document, &rules)).collect();
    let bodies: Vec<(&str, &Url)> = read
        .iter()
        .zip(&articles)
        .filter_map(|(article, page)| Some((article.body.as_ref()?.value.as_str(), &page.url)))
        .collect();
    group.throughput(bytes(bodies.iter().map(|(body, _)| body.len())));
    group.bench_function("sanitise", |bench| {
        bench.iter(|| bodies.iter().filter_map(|(body, base)| html::sanitise(body, base)).count());
    });
    group.finish();
}

/// The dates of `tests/tables/dates.txt`, each in the language of its page.
fn dates(criterion: &mut Criterion) {
    let table = include_str!("../tests/tables/dates.txt");
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let cases: Vec<(&str, NaiveDateTime, &str)> = lines
        .filter_map(|line| {
            let mut parts = line.split(" => ").next()?.splitn(3, '\t');
            let (language, now, text) = (parts.next()?, parts.next()?, parts.next()?);
            Some((language, NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M").ok()?, text))
        })
        .collect();
    let mut group = criterion.benchmark_group("normalise");
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("dates", |bench| {
        bench.iter(|| {
            let found = cases.iter().filter_map(|(language, now, text)| {
                let language = Some(*language).filter(|language| *language != "-");
                date::parse(text, &Context { now: *now, language, order: None })
            });
            found.count()
        });
    });
    group.finish();
}

fn render(criterion: &mut Criterion) {
    let source = source();
    let entries = entries(&pages().1, &source).into_iter().map(|kept| kept.entry).collect();
    let channel = assemble::channel(&source, &listing::Listing::default(), None);
    let feed: Feed = assemble::feed(&source, &channel, entries);
    let mut group = criterion.benchmark_group("render");
    for format in FORMATS {
        group.throughput(Throughput::Bytes(format.render(&feed, None).len() as u64));
        group.bench_function(format.extension(), |bench| bench.iter(|| format.render(&feed, None)));
    }
    group.finish();
}

fn store(criterion: &mut Criterion) {
    let source = source();
    let changed = entries(&pages().1, &source);
    let mut group = criterion.benchmark_group("store");
    group.throughput(Throughput::Elements(changed.len() as u64));
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("state.sqlite"), now()).unwrap().store;
    let mut update = Update { changed, ..Update::default() };
    let mut version = 0;
    group.bench_function("commit", |bench| {
        bench.iter(|| {
            // An entry that did not change is not written, so each one changes.
            version += 1;
            for kept in &mut update.changed {
                kept.teaser = version.to_string();
            }
            store.put(&source.id, &update).unwrap();
        });
    });
    group.bench_function("entries", |bench| bench.iter(|| store.entries(&source.id).unwrap()));
    group.throughput(Throughput::Elements(1));
    group.bench_function("memory", |bench| bench.iter(|| store.memory(&source.id).unwrap()));
    let mut memory = Memory::default();
    group.bench_function("note and flush", |bench| {
        bench.iter(|| {
            memory.failures += 1;
            store.note(&source.id, &memory).unwrap();
            store.flush().unwrap();
        });
    });
    group.finish();
}

criterion_group!(stages, page_stages, reading_stages, dates, render, store);
criterion_main!(stages);
