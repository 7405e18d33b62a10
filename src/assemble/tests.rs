//! Tables for what is planned, believed and dated.

use super::*;
use crate::article::{Article, Claim, Origin};
use crate::config;
use crate::listing::DateText;
use crate::model::{Entry, Precision};
use crate::normalise::date::Order;
use crate::pipeline::Memory;

/// The one source of a feeds.toml with these lines in its table.
fn source(lines: &str) -> Source {
    let text = format!("[feeds.a]\nurl = \"https://site.example/news/\"\n{lines}\n");
    config::parse(&text, "feeds.toml", &|_| None).map_err(|_| text).unwrap().sources.remove(0)
}

fn teaser(path: &str, title: &str) -> Teaser {
    let url = Url::parse("https://site.example/news/").unwrap().join(path).unwrap();
    Teaser { url: Some(url), title: Some(title.to_owned()), ..Teaser::default() }
}

fn teasers(count: usize) -> Vec<Teaser> {
    (0..count).map(|n| teaser(&format!("/{n}"), &format!("Story {n}"))).collect()
}

fn at(moment: &str) -> DateTime<Utc> {
    moment.parse().unwrap()
}

fn job(teaser: Teaser, source: &Source, previous: Option<Kept>, why: Why) -> Job {
    Job { keys: keys(&teaser, source), teaser, position: 0, previous, why }
}

fn made(job: &Job, article: Option<&Article>, source: &Source, now: &str) -> (Option<Kept>, Vec<Finding>) {
    let reading = Reading { source, language: Some("en"), site: "Site", now: at(now) };
    let url = job.teaser.url.clone().unwrap();
    let found = entry(job, article.map(|article| (article, &url)), reading);
    (if let Made::Entry(kept) = found.value { Some(*kept) } else { None }, found.findings)
}

fn kept(teaser: Teaser, source: &Source) -> Kept {
    made(&job(teaser, source, None, Why::New), None, source, "2026-11-20T12:00:00Z").0.unwrap()
}

fn keyed(teasers: Vec<Teaser>, source: &Source) -> impl Iterator<Item = (Teaser, Vec<String>)> {
    teasers.into_iter().map(|teaser| {
        let keys = keys(&teaser, source);
        (teaser, keys)
    })
}

/// What `plan` makes of `teasers` where `known` are kept, as words.
fn planned(source: &Source, teasers: Vec<Teaser>, known: &[Kept], reconfigured: bool) -> String {
    let ids = known.iter().flat_map(|kept| kept.keys.iter().map(|key| (key.clone(), kept.entry.id.clone())));
    let plan = plan(keyed(teasers, source), source, &ids.collect(), known, reconfigured);
    let fresh: Vec<String> = plan
        .fresh
        .iter()
        .map(|job| format!("{:?} {}", job.why, job.teaser.url.as_ref().unwrap().path()).to_lowercase())
        .collect();
    let (queued, beyond, adopted, filtered) = (plan.queued, plan.beyond.len(), plan.adopted.len(), plan.filtered);
    format!("{} | queued {queued} beyond {beyond} adopted {adopted} filtered {filtered}", fresh.join(", "))
}

#[test]
fn a_plan_sorts_new_changed_known_and_too_much() {
    let plain = source("");
    let old = |path: &str, title: &str| kept(teaser(path, title), &plain);
    let two = || vec![teaser("/1", "One"), teaser("/2", "Two")];
    for (lines, listed, known, reconfigured, wanted) in [
        ("", two(), vec![], false, "new /1, new /2 | queued 0 beyond 0 adopted 0 filtered 0"),
        ("", two(), vec![old("/1", "One")], false, "new /2 | queued 0 beyond 0 adopted 0 filtered 0"),
        ("", two(), vec![old("/1", "Won")], false, "new /2, changed /1 | queued 0 beyond 0 adopted 0 filtered 0"),
        ("", two(), vec![old("/1", "One")], true, "new /2, reconfigured /1 | queued 0 beyond 0 adopted 0 filtered 0"),
        (
            "",
            two(),
            vec![Kept { pending: true, ..old("/2", "Two") }],
            false,
            "new /1, changed /2 | queued 0 beyond 0 adopted 0 filtered 0",
        ),
        (
            "",
            two(),
            vec![Kept { teaser: String::new(), ..old("/2", "Too") }],
            false,
            "new /1 | queued 0 beyond 0 adopted 1 filtered 0",
        ),
        ("", [two(), two()].concat(), vec![], false, "new /1, new /2 | queued 0 beyond 0 adopted 0 filtered 0"),
        ("max_entries = 1", two(), vec![], false, "new /1 | queued 0 beyond 1 adopted 0 filtered 0"),
        ("max_articles_per_run = 1", two(), vec![], false, "new /1 | queued 1 beyond 0 adopted 0 filtered 0"),
        // New stories come first; a changed one waits with a mark.
        (
            "max_articles_per_run = 1",
            two(),
            vec![old("/1", "Won")],
            false,
            "new /2 | queued 1 beyond 0 adopted 1 filtered 0",
        ),
        // Stories without a page cost no request.
        (
            "max_articles_per_run = 1",
            vec![teaser("/1.pdf", "One"), teaser("#two", "Two"), teaser("/3", "Three"), teaser("/4", "Four")],
            vec![],
            false,
            "new /1.pdf, new /news/, new /3 | queued 1 beyond 0 adopted 0 filtered 0",
        ),
        (
            "max_articles_per_run = 1\nfull_text = false",
            two(),
            vec![],
            false,
            "new /1, new /2 | queued 0 beyond 0 adopted 0 filtered 0",
        ),
        ("include = { title = \"^T\" }", two(), vec![], false, "new /2 | queued 0 beyond 0 adopted 0 filtered 1"),
        ("exclude = { link = \"/2$\" }", two(), vec![], false, "new /1 | queued 0 beyond 0 adopted 0 filtered 1"),
    ] {
        assert_eq!(planned(&source(lines), listed, &known, reconfigured), wanted, "{lines}");
    }
}

#[test]
fn a_story_that_was_left_out_is_not_read_again_until_the_configuration_changes() {
    let source = source("exclude = { text = \"secret\" }");
    let story = teaser("/1", "One");
    let key = keys(&story, &source).remove(0);
    let known = HashMap::from([(left_out_key(&key, &source).unwrap(), id::entry_id(key))]);
    let again = plan(keyed(vec![story.clone()], &source), &source, &known, &[], false);
    assert_eq!((again.fresh.len(), again.filtered), (0, 1));
    let other = Source { fingerprint: "another".to_owned(), ..source };
    assert_eq!(plan(keyed(vec![story], &other), &other, &known, &[], true).fresh.len(), 1);
}

#[test]
fn a_listing_is_believed_beside_what_was_there() {
    const ITEMS: &str = "listing = { items = \".x\" }";
    const LEAST: &str = "expect = { min_items = 3 }";
    let judged = |lines: &str, count: usize, skipped: usize, before: usize, shrunk_runs: u32| {
        let listing = Listing { teasers: teasers(count), skipped, ..Listing::default() };
        let memory = Memory { baseline_items: before, shrunk_runs, ..Memory::default() };
        match judge(&listing, &source(lines), (before > 0).then_some(&memory)) {
            Verdict::Plausible => "plausible".to_owned(),
            Verdict::Refused(finding) => format!("refused {}", finding.code.name()),
            Verdict::Shrunk(finding) => format!("shrunk {}", finding.code.name()),
        }
    };
    for (lines, count, skipped, before, shrunk_runs, wanted) in [
        ("", 1, 0, 0, 0, "plausible"),
        ("", 0, 0, 0, 0, "refused listing-empty"),
        ("", 0, 0, 20, 3, "refused listing-empty"),
        (ITEMS, 0, 0, 0, 0, "refused selector-unmatched"),
        (ITEMS, 0, 7, 0, 0, "refused listing-empty"),
        (LEAST, 2, 0, 0, 0, "refused listing-shrunk"),
        (LEAST, 3, 0, 0, 0, "plausible"),
        ("", 1, 0, 7, 0, "plausible"),
        ("", 2, 0, 8, 0, "plausible"),
        ("", 1, 0, 8, 0, "shrunk listing-shrunk"),
        ("", 1, 0, 8, 2, "shrunk listing-shrunk"),
        ("", 1, 0, 8, 3, "plausible"),
    ] {
        assert_eq!(judged(lines, count, skipped, before, shrunk_runs), wanted, "{lines} {count} of {before}");
    }
}

#[test]
fn a_feed_is_stale_after_max_age() {
    let source = source("expect = { max_age = \"2d\" }");
    let now = at("2026-11-22T12:00:00Z");
    for (newest, wanted) in [(Some("2026-11-20T12:00:00Z"), false), (Some("2026-11-20T11:59:59Z"), true), (None, false)]
    {
        assert_eq!(stale(newest.map(at), &source, now).is_some(), wanted, "{newest:?}");
    }
}

#[test]
fn times_are_never_ahead_and_days_stay_days() {
    const MELBOURNE: &str = "timezone = \"Australia/Melbourne\"";
    const NOON: &str = "2026-11-22T12:00:00Z";
    for (lines, written, now, wanted, precision) in [
        ("", "2026-11-20T08:00:00+02:00", NOON, "2026-11-20T08:00:00+02:00", Precision::Exact),
        ("", "2026-11-20 08:00", NOON, "2026-11-20T08:00:00+00:00", Precision::Exact),
        (MELBOURNE, "2026-11-20 08:00", NOON, "2026-11-20T08:00:00+11:00", Precision::Exact),
        (MELBOURNE, "2026-07-20 08:00", NOON, "2026-07-20T08:00:00+10:00", Precision::Exact),
        ("", "2026-11-20", NOON, "2026-11-20T12:00:00+00:00", Precision::Day),
        (MELBOURNE, "2026-11-20", NOON, "2026-11-20T12:00:00+11:00", Precision::Day),
        // Today before noon: now, since noon would lie ahead.
        ("", "2026-11-22", "2026-11-22T06:00:00Z", "2026-11-22T06:00:00+00:00", Precision::Day),
        // In Melbourne it is the 23rd already.
        (MELBOURNE, "2026-11-23", "2026-11-22T20:00:00Z", "2026-11-23T07:00:00+11:00", Precision::Day),
        (MELBOURNE, "yesterday", "2026-11-22T20:00:00Z", "2026-11-22T12:00:00+11:00", Precision::Day),
        // A few hours ahead is a wrong zone, days ahead is no time of publication.
        ("", "2026-11-22T20:00:00Z", NOON, "2026-11-22T12:00:00+00:00", Precision::Exact),
        ("", "2026-11-25T08:00:00Z", NOON, "2026-11-22T12:00:00+00:00", Precision::FirstSeen),
        ("", "soon", NOON, "2026-11-22T12:00:00+00:00", Precision::FirstSeen),
        ("", "Aired on Friday, 20 November 2026 at 18:30", NOON, "2026-11-20T18:30:00+00:00", Precision::Exact),
        ("date = { order = \"dmy\" }", "4/7/2026", NOON, "2026-07-04T12:00:00+00:00", Precision::Day),
    ] {
        let source = source(&format!("{lines}\nlisting = {{ items = \"li\", date = \"time\" }}"));
        let mut story = teaser("/1", "One");
        story.published = Some(DateText { text: written.to_owned(), format: None });
        let (kept, findings) = made(&job(story, &source, None, Why::New), None, &source, now);
        let time = kept.unwrap().entry.published;
        assert_eq!((time.instant().to_rfc3339().as_str(), time.precision()), (wanted, precision), "{written}");
        let told = findings.iter().any(|finding| finding.code == Code::DateUnreadable);
        assert_eq!(told, precision == Precision::FirstSeen, "{written}");
    }
}

fn article(title: &str, origin: Origin, published: &str, updated: &str) -> Article {
    let date = |text: &str| {
        let value = DateText { text: text.to_owned(), format: None };
        Some(Claim { value, origin: Origin::JsonLd }).into_iter().filter(|_| !text.is_empty()).collect()
    };
    Article {
        title: Some(Claim { value: title.to_owned(), origin }),
        published: date(published),
        updated: date(updated),
        ..Article::default()
    }
}

#[test]
fn published_stays_and_updated_says_when_something_changed() {
    let source = source("");
    let made_on = |moment: &str, article: &Article, previous: Option<&Kept>, why: Why| -> Entry {
        let job = job(teaser("/1", "One"), &source, previous.cloned(), why);
        made(&job, Some(article), &source, moment).0.unwrap().entry
    };
    let first = article("One", Origin::OpenGraph, "2026-11-01T08:00:00Z", "");
    let before = made_on("2026-11-02T00:00:00Z", &first, None, Why::New);
    assert_eq!(before.updated, before.published.instant());
    let previous = Kept {
        entry: before.clone(),
        teaser: "x".to_owned(),
        pending: false,
        keys: vec![before.id.as_str().to_owned()],
    };
    for (title, published, updated, why, wanted_published, wanted_updated) in [
        ("One", "2026-11-01T08:00:00Z", "", Why::Changed, "2026-11-01T08", "2026-11-01T08"),
        // A new date of publication is a date of change.
        ("One more", "2026-11-05T08:00:00Z", "", Why::Changed, "2026-11-01T08", "2026-11-05T08"),
        ("One more", "2026-11-01T08:00:00Z", "2026-11-03T07:00:00Z", Why::Changed, "2026-11-01T08", "2026-11-03T07"),
        ("One more", "", "", Why::Changed, "2026-11-01T08", "2026-11-09T00"),
        ("One more", "", "", Why::Reconfigured, "2026-11-01T08", "2026-11-01T08"),
        ("One", "2026-10-30T08:00:00Z", "", Why::Reconfigured, "2026-10-30T08", "2026-10-30T08"),
    ] {
        let page = article(title, Origin::OpenGraph, published, updated);
        let entry = made_on("2026-11-09T00:00:00Z", &page, Some(&previous), why);
        let hour = |time: DateTime<chrono::FixedOffset>| time.format("%Y-%m-%dT%H").to_string();
        assert_eq!(hour(entry.published.instant()), wanted_published, "{title} {published} {why:?}");
        assert_eq!(hour(entry.updated), wanted_updated, "{title} {published} {why:?}");
        assert_eq!((&entry.id, entry.first_seen), (&before.id, before.first_seen));
    }
}

#[test]
fn what_feeds_toml_says_beats_what_was_detected() {
    const LISTED: &str = "listing = { items = \"li\", title = \"h2\", content = \".c\", categories = \".k\" }";
    let page = |origin: Origin| Article {
        body: Some(Claim { value: "<p>from the page</p>".to_owned(), origin }),
        categories: vec!["page".to_owned()],
        ..article("Page", origin, "", "")
    };
    let mut story = teaser("/deep/down/1", "Listing");
    story.content = Some("<p>from the listing <a href=\"x\">x</a></p>".to_owned());
    story.categories = vec!["listing".to_owned()];
    for (lines, origin, wanted) in [
        ("", Origin::JsonLd, ("Page", "<p>from the page</p>", "page")),
        (
            LISTED,
            Origin::JsonLd,
            (
                "Listing",
                "<p>from the listing <a href=\"https://site.example/news/x\" rel=\"noopener noreferrer\">x</a></p>",
                "listing",
            ),
        ),
        (LISTED, Origin::Configured, ("Page", "<p>from the page</p>", "listing")),
    ] {
        let source = source(lines);
        let job = job(story.clone(), &source, None, Why::New);
        let entry = made(&job, Some(&page(origin)), &source, "2026-11-22T12:00:00Z").0.unwrap().entry;
        let content = entry.content.unwrap();
        assert_eq!((entry.title.as_str(), content.as_str(), entry.categories[0].as_str()), wanted, "{lines}");
    }
}

#[test]
fn a_listing_tells_the_order_of_its_dates() {
    let dated = |date: &str| {
        let text = DateText { text: date.to_owned(), format: None };
        Teaser { published: Some(text), ..teaser("/1", "One") }
    };
    let listing = Listing { teasers: vec![dated("03/04/2025"), dated("28/03/2025")], ..Listing::default() };
    assert_eq!(with_habits(&source(""), &listing).options.date_order, Some(Order::Dmy));
    assert_eq!(with_habits(&source("date = { order = \"mdy\" }"), &listing).options.date_order, Some(Order::Mdy));
}

#[test]
fn a_summary_says_more_than_the_headline() {
    let source = source("");
    for (summary, wanted) in [
        ("One", None),
        ("One (roads)", None),
        ("· On… (03-12)", None),
        ("One day in June the river rose", Some("One day in June the river rose")),
        ("Something else", Some("Something else")),
    ] {
        let story = Teaser { summary: Some(summary.to_owned()), ..teaser("/1", "One") };
        assert_eq!(kept(story, &source).entry.summary.as_deref(), wanted, "{summary}");
    }
}

#[test]
fn numbers_have_plurals() {
    for (number, noun, wanted) in [(0, "item", "0 items"), (1, "entry", "1 entry"), (2, "entry", "2 entries")] {
        assert_eq!(count(number, noun), wanted);
    }
}
