//! What looks wrong is not believed: the last good feed stays, with the figures before and now.

use crate::support::{Answer, DAY, Origin, Project, Run, front_page, story_page};

const ADJECTIVES: [&str; 12] = [
    "early", "narrow", "wooden", "quiet", "golden", "broken", "distant", "hidden", "northern", "empty", "famous",
    "second",
];

fn headlines(stem: &str, number: usize) -> Vec<(String, String)> {
    let name = |n: usize| format!("The {} {stem} that nobody wanted to see", ADJECTIVES[n % 12]);
    (0..number).map(|n| (format!("/{stem}/{n}"), name(n))).collect()
}

fn borrowed(stories: &[(String, String)]) -> Vec<(&str, &str)> {
    stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect()
}

/// An origin with a front page of twelve stories, each with a page.
fn origin() -> Origin {
    let origin = Origin::start();
    serve(&origin, &headlines("bridge", 12), story_page);
    origin
}

fn serve(origin: &Origin, stories: &[(String, String)], page: impl Fn(&str, &str) -> String) {
    origin.page("/", &front_page(&borrowed(stories)));
    for (n, (path, title)) in stories.iter().enumerate() {
        origin.page(path, &page(title, &format!("2026-11-{:02}T08:00:00Z", 20 - n)));
    }
}

fn feeds(project: &Project) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    project.published().into_iter().filter(|(name, ..)| name.starts_with("a.")).collect()
}

fn ids(project: &Project) -> Vec<String> {
    let feed = project.json("public/a.json");
    feed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// A run that fails with `words` and touches no file of the feed.
fn refused(project: &Project, words: &[&str]) -> Run {
    let before = feeds(project);
    let mut run = project.run(&["build"]).exit(1).stderr_has("kept the feed of");
    for words in words {
        run = run.stderr_has(words);
    }
    assert_eq!(feeds(project), before);
    run
}

#[test]
fn a_listing_of_unknown_stories_alone_is_refused_until_it_is_accepted() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = ids(&project);
    // The same stories and one more, all under other addresses.
    let mut moved: Vec<_> =
        headlines("bridge", 11).into_iter().map(|(path, title)| (format!("/en{path}"), title)).collect();
    moved.insert(0, ("/en/news/1".to_owned(), "A headline that was never seen before".to_owned()));
    serve(&origin, &moved, story_page);
    project.later(DAY);
    refused(
        &project,
        &["error[ids-changed]", "all 12 addresses", "12 stories before", "11 headlines are known", "feedmill accept a"],
    );
    project.later(DAY);
    refused(&project, &["ids-changed", "believed on 30 Nov 2026"]);
    project.run(&["accept", "a"]).exit(0);
    origin.take_log();
    project.build();
    assert_eq!(origin.requests(), ["GET /", "GET /en/news/1"], "known headlines are known stories");
    let after = ids(&project);
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|id| after.contains(id)));
    project.later(DAY);
    project.build().stdout_has("unchanged");
}

#[test]
fn a_listing_that_had_time_to_change_is_believed() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    serve(&origin, &headlines("tunnel", 12), story_page);
    project.later(7 * DAY);
    project.build().stdout_has("12");
}

#[test]
fn what_is_doubted_for_a_week_is_believed() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    serve(&origin, &headlines("tunnel", 12), story_page);
    project.later(DAY);
    // The last good visit stays on the day before: in the end there was time for all of it.
    for _ in 0..4 {
        refused(&project, &["ids-changed", "no headline is known"]);
        project.later(DAY);
    }
    project.later(5 * DAY);
    project.build();
    assert!(project.read("public/a.json").contains("tunnel"), "after that time it is believed");
}

#[test]
fn stories_without_what_all_had_are_refused() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let mut stories = headlines("tunnel", 6);
    stories.extend(headlines("bridge", 6));
    let bare =
        |title: &str, _: &str| format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
    serve(&origin, &stories, bare);
    project.later(DAY);
    refused(&project, &["error[field-lost]", "date in 0 of 100 stories (100 before)", "author in 0", "body in 0"]);
    // Once the pages are mended, their stories come.
    serve(&origin, &stories, story_page);
    project.build();
    assert_eq!(ids(&project).len(), 18);
}

#[test]
fn stories_that_lose_their_text_one_by_one_are_noticed() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let mut stories = headlines("bridge", 12);
    let teaser = |title: &str, date: &str| {
        let cut = "<p>Read on with a subscription.</p>";
        let page = story_page(title, date);
        let (head, rest) = page.split_once("<p>").unwrap();
        format!("{head}{cut}{}", &rest[rest.rfind("</article>").unwrap()..])
    };
    let mut refusals = 0;
    for (n, adjective) in ADJECTIVES.iter().enumerate().take(7) {
        let path = format!("/short/{n}");
        let title = format!("A {adjective} story behind the new wall");
        origin.page(&path, &teaser(&title, "2026-11-22T08:00:00Z"));
        stories.insert(0, (path, title));
        origin.page("/", &front_page(&borrowed(&stories)));
        project.later(3600);
        let run = project.run(&["build"]);
        refusals += usize::from(run.stderr.contains("field-lost"));
    }
    assert_eq!(refusals, 5, "of seven, the first two are too few to tell");
}

#[test]
fn a_list_alone_that_loses_a_field_is_refused() {
    let origin = Origin::start();
    let page = |dated: bool| {
        let page = front_page(&borrowed(&headlines("bridge", 12)));
        if dated { page.replace("<p>What", "<time datetime=2026-11-20>20 Nov</time><p>What") } else { page }
    };
    origin.page("/", &page(true));
    let project = Project::for_origin(&origin, "full_text = false");
    project.build();
    origin.page("/", &page(false));
    project.later(DAY);
    refused(&project, &["field-lost", "date in 0 of 100 items (100 before)"]);
    project.run(&["accept", "a"]).exit(0).stdout_has("a");
    project.build();
}

#[test]
fn a_page_that_says_that_there_is_nothing() {
    let links = front_page(&[
        ("/x/1", "Our most popular pages this month"),
        ("/x/2", "All about the town hall"),
        ("/x/3", "How to reach us by tram and bus"),
    ]);
    for title in ["Seite nicht gefunden | Rathaus", "404 - Not here", "ページが見つかりません"] {
        let origin = origin();
        let project = Project::for_origin(&origin, "");
        project.build();
        origin.page("/", &links.replace("The Daily Test", title));
        project.later(DAY);
        refused(&project, &["error[page-replaced]", title, "12 before"]);
    }
    // Nor does a feed begin with such a page.
    let origin = Origin::start();
    origin.page("/", &links.replace("The Daily Test", "Page not found"));
    Project::for_origin(&origin, "").run(&["build"]).exit(1).stderr_has("page-replaced").no_file("public/a.rss");
    // A site may be called like one.
    let origin = Origin::start();
    serve(&origin, &headlines("bridge", 6), story_page);
    origin.page("/", &front_page(&borrowed(&headlines("bridge", 6))).replace("The Daily Test", "404 Media"));
    Project::for_origin(&origin, "").build();
}

#[test]
fn a_page_of_another_site() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let german: Vec<(String, String)> = (0..12)
        .map(|n| {
            (
                format!("/kredit/{n}"),
                format!("Günstige Kredite und Versicherungen für jeden Anlass, Angebot Nummer {n}"),
            )
        })
        .collect();
    origin.page("/", &front_page(&borrowed(&german)).replace("lang=\"en\"", "lang=\"de\""));
    project.later(30 * DAY);
    for _ in 0..5 {
        refused(&project, &["page-replaced", "another language, de (en before)"]);
        project.later(30 * DAY);
    }
}

#[test]
fn a_list_without_items_is_no_failure_and_one_that_is_gone_is() {
    let origin = origin();
    let project = Project::for_origin(&origin, "listing = { items = \"li.story\" }");
    project.build();
    let before = feeds(&project);
    let full = front_page(&borrowed(&headlines("bridge", 12)));
    let (head, rest) = full.split_once("<ul class=\"stories\">").unwrap();
    let tail = &rest[rest.find("</ul>").unwrap()..];
    origin.page("/", &format!("{head}<ul class=\"stories\"><li>Nothing today.</li>{tail}"));
    project.later(DAY);
    project.build().stderr_has("note[listing-quiet]").stderr_has("12 before").stdout_has("unchanged");
    assert_eq!(feeds(&project), before);
    origin.take_log();
    project.later(DAY);
    project.build();
    let log = origin.take_log();
    assert!(log.iter().any(|(line, headers)| line == "GET /" && headers.contains_key("if-none-match")));
    origin.page("/", &format!("{head}<div><p>Nothing today.</p></div>{tail}"));
    refused(&project, &["error[selector-unmatched]", "12 before"]);
    origin.page("/", &full);
    project.build().stdout_has("unchanged");
    assert_eq!(feeds(&project), before);
}

#[test]
fn what_is_expected_is_judged_from_the_first_run_on() {
    let cases = [
        ("max_items = 5", "12 items on"),
        ("fields = [\"image\"]", "image in 0 of 100"),
        ("min_body = 5000", "`expect.min_body` is 5000"),
        ("language = \"de\"", "`expect.language` is de"),
    ];
    for (expect, words) in cases {
        let origin = origin();
        let project = Project::for_origin(&origin, &format!("expect = {{ {expect} }}"));
        project.run(&["build"]).exit(1).stderr_has("expectation-unmet").stderr_has(words).no_file("public/a.rss");
    }
    let origin = origin();
    let more =
        "expect = { fields = [\"date\", \"author\", \"body\"], min_body = 100, max_items = 12, language = \"en\" }";
    Project::for_origin(&origin, more).build();
    Project::for_origin(&origin, "expect = { fields = [\"dates\"] }")
        .run(&["build"])
        .exit(2)
        .stderr_has("did you mean `date`");
}

#[test]
fn only_feeds_that_exist_are_accepted() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.run(&["accept", "b"]).exit(2).stderr_has("has no feed `b`");
    project.run(&["accept", "a"]).exit(1).stderr_has("never visited");
    origin.answer("/", Answer { status: 404, ..Answer::default() });
    project.run(&["build"]).exit(1);
}
