//! `feedmill inspect`: one page for people, as JSON, and a batch.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] = &[
    ("/i/1", "Lighthouse keeper retires after forty years"),
    ("/i/2", "School garden grows its first own potatoes"),
    ("/i/3", "Tram drivers learn the bells of old lines"),
];

#[test]
fn a_page_is_shown_for_people_and_as_json() {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    origin.page("/i/1", &story_page(STORIES[0].1, "2026-11-20T08:00:00Z"));
    let project = Project::new("");
    let (front, story) = (origin.url("/"), origin.url("/i/1"));
    project
        .run(&["inspect", "listing", &front, "--allow-private"])
        .exit(0)
        .stdout_has("3 items")
        .stdout_has(STORIES[2].1);
    project
        .run(&["inspect", "article", &story, "--allow-private"])
        .exit(0)
        .stdout_has("Ada Smith")
        .stdout_has("2026-11-20T08:00:00+00:00")
        .stdout_has("Nobody left early.");
    let run = project.run(&["inspect", "article", &story, "--allow-private", "--json"]).exit(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["title"], STORIES[0].1);
    project.run(&["inspect", "article", &story]).exit(1).stderr_has("address-refused");
    project.run(&["inspect", "article", &origin.url("/none"), "--allow-private"]).exit(1).stderr_has("404");
    project.run(&["inspect", "article"]).exit(2);
}

#[test]
fn a_batch_answers_every_line_without_network() {
    let project = Project::new("");
    project.write("story.html", story_page(STORIES[1].1, "2026-11-19"));
    project.write("front.html", front_page(STORIES));
    project.write("broken.html", "<div>".repeat(5000));
    let page = |name: &str| project.path(name).display().to_string();
    let requests = [
        json!({"id": "a", "kind": "article", "url": "https://i.example/i/2", "html": page("story.html")}),
        json!({"id": "l", "kind": "listing", "url": "https://i.example/", "html": page("front.html")}),
        json!({"id": "d", "kind": "date", "text": "昨晚8点", "now": "2026-11-22T12:00:00", "lang": "zh"}),
        json!({"id": "n", "kind": "date", "text": "Chapter 3 May be", "now": "2026-11-22T12:00:00", "lang": null}),
        json!({"id": "r", "kind": "robots", "robots": "User-agent: *\nDisallow: /x", "agent": "feedmill", "url": "https://i.example/x"}),
        json!({"id": "b", "kind": "article", "url": "https://i.example/", "html": page("broken.html")}),
        json!({"id": "m", "kind": "article", "url": "https://i.example/", "html": page("missing.html")}),
        json!({"id": "u", "kind": "unknown"}),
    ];
    let lines: Vec<String> = requests.iter().map(Value::to_string).chain(["no json".to_owned()]).collect();
    project.write("requests.jsonl", lines.join("\n"));
    let run = project.run(&["inspect", "--batch", "requests.jsonl"]).exit(0);
    let answers: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    let answer = |id: &str| answers.iter().find(|answer| answer["id"] == id).unwrap();
    assert_eq!(answer("a")["published"], "2026-11-19");
    assert_eq!(answer("a")["authors"], json!(["Ada Smith"]));
    assert_eq!(answer("l")["items"].as_array().unwrap().len(), 3);
    assert_eq!(answer("d")["value"], "2026-11-21T20:00:00");
    assert_eq!(answer("n")["value"], Value::Null);
    assert_eq!(answer("r")["allowed"], false);
    for id in ["b", "m", "u"] {
        assert!(answer(id)["error"].is_string(), "{id}");
    }
    project.run(&["inspect", "--batch", "nowhere.jsonl"]).exit(2).stderr_has("nowhere.jsonl");
}

/// Cards of a page made with classes of all kinds, and a menu.
fn cards() -> String {
    let mut page = String::from(
        "<html lang=en><title>Harbour</title><nav class=menu><a href=/boats>Boats</a><a href=/crew>Crew</a></nav>\
         <main><div class='grid gap-4 css-8f3k2'>",
    );
    for (n, title) in [
        "Anchors are cleaned in May",
        "The crane lifts its last boat",
        "Ropes, and who makes them",
        "Fog horn tested on Sunday",
    ]
    .iter()
    .enumerate()
    {
        let _ = write!(
            page,
            "<div class='card p-4 card-{n} css-1q{n}z'><img data-src=/i/{n}.jpg src='data:,'><h3><a href=/n/{n}>{title}</a></h3>\
             <time datetime=2026-11-1{n}>{n} days ago</time><p class=teaser>Something of some length is said about it here.</p></div>"
        );
    }
    page + "</div></main></html>"
}

#[test]
fn the_selectors_of_a_listing_can_be_pasted_into_the_configuration() {
    let origin = Origin::start();
    origin.page("/", &cards());
    let project = Project::new("");
    let front = origin.url("/");
    let run = project.run(&["inspect", "listing", &front, "--allow-private"]).exit(0).stdout_has("4 of 4 items");
    let line = run.stdout.lines().find(|line| line.starts_with("listing = ")).unwrap();
    assert_eq!(
        line,
        "listing = { items = \".card\", title = \"h3\", link = \"h3 a@href\", date = \"time@datetime\", summary = \".teaser\", \
         image = \"img@data-src\" }"
    );
    let run = project.run(&["inspect", "listing", &front, "--allow-private", "--json"]).exit(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["selectors"]["items"], ".card");
    let configured = Project::new(&format!(
        "[feeds.a]\nurl = \"{front}\"\nfull_text = false\nrequest = {{ allow_private = true, delay = \"0s\" }}\n{line}\n"
    ));
    configured.run(&["build"]).exit(0);
    let feed: Value = serde_json::from_slice(&std::fs::read(configured.path("public/a.json")).unwrap()).unwrap();
    let entries = feed["items"].as_array().unwrap();
    assert_eq!(entries.len(), 4);
    let crane = entries.iter().find(|entry| entry["title"] == "The crane lifts its last boat").unwrap();
    assert!(crane["date_published"].as_str().unwrap().starts_with("2026-11-11"), "{crane}");
    assert_eq!(crane["url"], origin.url("/n/1"));
}

#[test]
fn a_listing_without_a_list_says_what_was_not_taken() {
    let origin = Origin::start();
    let menu = "<html><nav><ul class=menu><li><a href=/stairs>Stairs</a><li><a href=/doors>Doors</a><li><a href=/windows>Windows</a>\
        </ul></nav><p>Friends: <a href=https://one.example/>The sawmill on the hill</a>";
    origin.page("/", menu);
    let front = origin.url("/");
    let project =
        Project::new(&format!("[feeds.a]\nurl = \"{front}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"));
    project
        .run(&["build"])
        .exit(1)
        .stderr_has("listing-empty")
        .stderr_has("`.menu a` (3 links, “Windows”): they stand in a menu or a footer")
        .stderr_has("they lead to other sites");
    project.run(&["inspect", "listing", &front, "--allow-private"]).exit(0).stdout_has("not taken: `");
}
