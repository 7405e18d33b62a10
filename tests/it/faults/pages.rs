//! Pages that are valid answers and no good pages: of another shape, another type, without end or without sense.

use super::origin::{FaultOrigin, Step, whole};
use super::{Case, STORIES};
use crate::support::{Project, front_page, story_page};

const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

impl Case {
    /// Whatever the page is worth: the run ends, nothing that was there is lost, the well feed is well.
    #[track_caller]
    fn survives(&mut self) {
        let run = self.project.run(&["build"]);
        assert!(matches!(run.code, Some(0 | 1)), "{}: {run:?}", self.what);
        assert!(!run.stderr.contains("panicked") && !run.stderr.contains("error[internal]"), "{}: {run:?}", self.what);
        assert!(!run.stderr.contains("feed `well`"), "{}: {run:?}", self.what);
        self.check();
    }
}

#[test]
fn a_redesign_brings_no_story_back() {
    let mut case = Case::new();
    let before = case.entries();
    let cards: String = STORIES
        .map(|(path, title)| {
            format!(
                "<article class=\"card\"><a class=\"cover\" href=\"{path}?utm_source=front\"><img src=\"/i.png\" alt=\"\"></a>\
                 <h2><a href=\"{path}?utm_source=front#top\">{title}</a></h2><p>Read all about it in these words.</p></article>"
            )
        })
        .concat();
    let redesigned = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>The Daily Test, anew</title></head><body><header><a href=\"/\">Home</a>\
         </header><main><section class=\"grid\">{cards}</section></main></body></html>"
    );
    case.sick.page("/", &redesigned);
    case.run(0);
    let ids = |entries: &super::Entries| entries["sick"].keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&case.entries()), ids(&before));
}

#[test]
fn a_site_that_is_away_for_a_while() {
    let mut case = Case::new();
    let notices = [
        "<html><head><title>Maintenance</title></head><body><h1>Back soon</h1><p>We are working on it.</p></body></html>",
        "<html><head><title>Not found</title></head><body><h1>404</h1><p>This page was not found.</p></body></html>",
        "<html><head><title>daily.example</title></head><body><h1>daily.example is for sale</h1><p>Make an offer.</p></body></html>",
        "",
    ];
    for notice in notices {
        notice.clone_into(&mut case.what);
        case.sick.answer("/", 200, &[HTML], notice.as_bytes());
        case.keeps(&["error["]);
    }
    case.recovers();
}

#[test]
fn answers_of_other_types() {
    let mut case = Case::new();
    for (kind, body) in [
        ("application/pdf", "%PDF-1.7 and more"),
        ("image/png", "\u{89}PNG\r\n"),
        ("application/zip", "PK\u{3}\u{4}"),
        ("video/mp4", "ftyp"),
    ] {
        kind.clone_into(&mut case.what);
        case.sick.answer("/", 200, &[("content-type", kind)], body.as_bytes());
        case.keeps(&["not-html"]);
    }
    // A page without a type, or with two of them, is still a page.
    let page = |order: [usize; 3]| front_page(&order.map(|n| STORIES[n]));
    case.sick.answer("/", 200, &[], page([1, 0, 2]).as_bytes());
    case.run(0);
    case.sick.answer("/", 200, &[HTML, ("content-type", "text/plain")], page([2, 0, 1]).as_bytes());
    case.run(0);
}

#[test]
fn markup_without_end() {
    let mut case = Case::new();
    let deep = |tag: &str, times: usize| format!("<!DOCTYPE html><html><body>{}", format!("<{tag}>").repeat(times));
    let attributes: Vec<String> = (0..100_000).map(|n| format!("a{n}=1")).collect();
    let pages = [
        deep("div", 100_000),
        deep("ul><li", 50_000),
        deep("b", 100_000),
        deep("table><tr><td", 30_000),
        deep("font color=red", 50_000),
        deep("svg><g", 50_000),
        deep("a href=/n/9", 50_000),
        format!("<p {}>", attributes.join(" ")),
        "<".repeat(1_000_000),
        format!("<!--{}", "x".repeat(1_000_000)),
        format!("<script>{}", "<script>".repeat(100_000)),
        format!("<svg><![CDATA[{}", "]]".repeat(300_000)),
        format!("<p title=\"{}", "x".repeat(1_000_000)),
        "&".repeat(1_000_000),
        "\0".repeat(1_000_000),
    ];
    for page in pages {
        page[..60.min(page.len())].clone_into(&mut case.what);
        case.sick.answer("/", 200, &[HTML], page.as_bytes());
        case.survives();
    }
    case.recovers();
}

#[test]
fn structured_data_without_sense() {
    let origin = FaultOrigin::start();
    let url = origin.url("/");
    let json = [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        format!("{{\"@type\":\"NewsArticle\",\"headline\":\"{}\"}}", "long ".repeat(400_000)),
        "{\"@type\":[\"NewsArticle\",7,null],\"headline\":{\"@value\":[]},\"datePublished\":-1,\"author\":[[[]]]}"
            .to_owned(),
        format!("[{}]", vec!["{\"@type\":\"ItemList\",\"itemListElement\":[null,3,{}]}"; 2000].join(",")),
        "{\"@graph\":{\"@graph\":{\"@graph\":[]}}}\u{0}}}".to_owned(),
        "\u{feff}<!-- {} -->".to_owned(),
    ];
    let stories: Vec<(String, String)> = (0..json.len())
        .map(|n| (format!("/n/{n}"), format!("Story number {n} about the river and the town")))
        .collect();
    let listed: Vec<(&str, &str)> = stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    let with = |page: String, json: &str| {
        page.replacen("</head>", &format!("<script type=\"application/ld+json\">{json}</script></head>"), 1)
    };
    for ((path, title), json) in stories.iter().zip(&json) {
        origin.page(path, &with(story_page(title, "2026-11-20"), json));
    }
    let project =
        Project::new(&format!("[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"));
    for json in &json {
        origin.page("/", &with(front_page(&listed), json));
        project.run(&["build"]).exit(0).stderr_lacks("panicked").stderr_lacks("internal");
    }
    let items = project.json("public/a.json")["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), json.len());
    for (path, title) in &stories {
        let item = items.iter().find(|item| item["url"].as_str().unwrap().ends_with(path.as_str())).unwrap();
        assert!(item["content_html"].as_str().unwrap().contains("council"), "{title}: {item}");
    }
}

#[test]
fn listings_beyond_all_measure() {
    let mut case = Case::new();
    let many: Vec<(String, String)> =
        (0..5_000).map(|n| (format!("/m/{n}"), format!("Number {n} of a long list"))).collect();
    let all: Vec<(&str, &str)> =
        STORIES.into_iter().chain(many.iter().map(|(a, b)| (a.as_str(), b.as_str()))).collect();
    let long = "grow ".repeat(500_000);
    for (what, page) in [
        ("5 000 stories", front_page(&all)),
        ("a long headline", front_page(&[("/n/9", &long), STORIES[0], STORIES[1], STORIES[2]])),
    ] {
        what.clone_into(&mut case.what);
        case.sick.answer("/", 200, &[HTML], page.as_bytes());
        case.survives();
        let entries = case.project.json("public/sick.json")["items"].as_array().unwrap().len();
        assert!(entries <= 50, "{what}: {entries} entries");
        assert!(std::fs::metadata(case.project.path("public/sick.rss")).unwrap().len() < 5 * 1024 * 1024);
    }
}

#[test]
fn patterns_and_selectors_that_would_not_end() {
    let origin = FaultOrigin::start();
    let long = "a".repeat(100_000);
    let body = front_page(&[("/n/1", &long), STORIES[1], STORIES[2]]);
    origin.steps("/", vec![Step::Send(whole(200, &[HTML], body.as_bytes()))]);
    let table = |more: &str| {
        let url = origin.url("/");
        format!(
            "[feeds.a]\nurl = \"{url}\"\nfull_text = false\nrequest = {{ allow_private = true, delay = \"0s\" }}\n{more}\n"
        )
    };
    for more in [
        "exclude = { title = \"(a+)+$\" }",
        "exclude = { text = \"(.*)*x(.*)*y\" }",
        "listing = { items = \"li:has(h3):has(a):has(p):not(b)\" }",
    ] {
        Project::new(&table(more)).run(&["build"]).exit(0);
    }
    for more in ["include = { title = \"(x{1000}){1000}\" }", "exclude = { link = \"\\\\w{9999}{999}\" }"] {
        Project::new(&table(more)).run(&["build"]).exit(2).stderr_has("pattern");
    }
}
