//! What a run does: requests, files, times, ids.

use crate::support::{DAY, Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] = &[
    ("/2026/one", "The first bridge opens after seven years"),
    ("/2026/two", "Ferries to the island run again at night"),
    ("/2026/three", "Bakers fear a long and expensive winter"),
];

fn newspaper() -> Origin {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    for (n, (path, title)) in STORIES.iter().enumerate() {
        origin.page(path, &story_page(title, &format!("2026-11-{:02}T08:00:00+01:00", 20 - n)));
    }
    origin
}

#[test]
fn one_url_line_is_enough() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project
        .build()
        .stdout_has("changed")
        .file_has("public/a.rss", "<title>The first bridge opens after seven years</title>")
        .file_has("public/a.rss", "Fri, 20 Nov 2026 08:00:00 +0100")
        .file_has("public/a.atom", "Nobody left early.")
        .file_has("public/a.json", "\"Ada Smith\"")
        .file_has("public/index.html", "The Daily Test")
        .file_has("public/status.json", "\"ok\"");
    let mut requests = origin.requests();
    assert_eq!(requests.drain(..2).collect::<Vec<_>>(), ["GET /robots.txt", "GET /"]);
    assert_eq!(requests, ["GET /2026/one", "GET /2026/two", "GET /2026/three"]);
}

#[test]
fn a_second_run_asks_once_and_touches_nothing() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.published();
    origin.take_log();
    project.later(3600);
    project.build().stdout_has("unchanged");
    let log = origin.take_log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0].0, "GET /");
    assert!(log[0].1.contains_key("if-none-match"));
    assert_eq!(project.published(), before);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let origin = newspaper();
    let (one, two) = (Project::for_origin(&origin, ""), Project::for_origin(&origin, ""));
    one.build();
    two.build();
    let bytes =
        |project: &Project| project.published().into_iter().map(|(name, bytes, _)| (name, bytes)).collect::<Vec<_>>();
    assert_eq!(bytes(&one), bytes(&two));
}

/// What is taken over from the files of the run before is what would be written.
#[test]
fn files_made_of_those_before_are_the_same_as_new_ones() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "max_entries = 5");
    project.build();
    let mut stories: Vec<(String, String)> =
        STORIES.iter().map(|(path, title)| ((*path).to_owned(), (*title).to_owned())).collect();
    let steps: [&[(&str, &str)]; 4] = [
        &[("/2026/four", "Museums open their doors <b>late</b> & for free")],
        &[("/2026/five", "图书馆延长了开放时间,读者很高兴"), ("/2026/one", "The first bridge is closed again")],
        &[("/2026/six", "Harbour pilots are back at work"), ("/2026/seven", "Snow is late this year")],
        &[("/2026/six", "Harbour pilots strike again")],
    ];
    for (day, step) in steps.iter().enumerate() {
        for (path, title) in *step {
            stories.retain(|(known, _)| known != path);
            stories.insert(0, ((*path).to_owned(), (*title).to_owned()));
            origin.page(path, &story_page(title, &format!("2026-11-{:02}T09:00:00+01:00", 21 + day % 2)));
        }
        let listed: Vec<(&str, &str)> = stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
        origin.page("/", &front_page(&listed));
        project.later(DAY);
        project.build().stdout_has("changed");
        let files = ["a.json", "a.atom", "a.rss", "a.html"].map(|name| format!("public/{name}"));
        let made = files.each_ref().map(|file| project.read(file));
        // Files that are not as they were written are written as a whole.
        for file in &files {
            std::fs::remove_file(project.path(file)).unwrap();
        }
        project.build();
        assert_eq!(files.each_ref().map(|file| project.read(file)), made, "step {day}");
    }
}

#[test]
fn an_unchanged_body_without_validators_is_not_parsed_again() {
    let origin = newspaper();
    origin.answer(
        "/",
        crate::support::Answer {
            status: 200,
            headers: vec![("content-type".into(), "text/html".into())],
            body: front_page(STORIES).into(),
            etag: None,
        },
    );
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.published();
    origin.take_log();
    project.build().stdout_has("unchanged");
    assert_eq!(origin.requests(), ["GET /"]);
    assert_eq!(project.published(), before);
}

#[test]
fn only_what_is_new_is_fetched_and_old_entries_stay() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    origin.take_log();
    let fresh = ("/2026/four", "A fourth story nobody expected to read");
    origin.page("/", &front_page(&[fresh, STORIES[0], STORIES[1]]));
    origin.page(fresh.0, &story_page(fresh.1, "2026-11-21T08:00:00Z"));
    project.later(DAY);
    project.build();
    assert_eq!(origin.requests().last().map(String::as_str), Some("GET /2026/four"));
    let feed = project.json("public/a.json");
    let titles: Vec<&str> =
        feed["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, [fresh.1, STORIES[0].1, STORIES[1].1, STORIES[2].1]);
}

#[test]
fn an_address_in_other_clothes_is_no_new_entry() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    origin.take_log();
    let dressed: Vec<(String, &str)> =
        STORIES.iter().rev().map(|(path, title)| (format!("{path}/?utm_source=front&fbclid=7#top"), *title)).collect();
    let dressed: Vec<(&str, &str)> = dressed.iter().map(|(path, title)| (path.as_str(), *title)).collect();
    origin.page("/", &front_page(&dressed));
    let before = project.read("public/a.json");
    project.build();
    assert_eq!(origin.requests(), ["GET /"]);
    assert_eq!(project.read("public/a.json"), before);
}

#[test]
fn an_edited_title_keeps_the_id_and_the_time() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.json("public/a.json");
    let edited = "The first bridge opens after eight years";
    origin.page("/", &front_page(&[(STORIES[0].0, edited), STORIES[1], STORIES[2]]));
    origin.page(STORIES[0].0, &story_page(edited, "2026-11-22T09:00:00+01:00"));
    project.later(DAY);
    project.build();
    let after = project.json("public/a.json");
    let item = |feed: &serde_json::Value| feed["items"][0].clone();
    assert_eq!(item(&after)["title"], edited);
    assert_eq!(item(&after)["id"], item(&before)["id"]);
    assert_eq!(item(&after)["date_published"], item(&before)["date_published"]);
    assert_ne!(item(&after)["date_modified"], item(&before)["date_modified"]);
}

#[test]
fn a_missing_time_is_the_first_sight_and_stays() {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    let project = Project::for_origin(&origin, "full_text = false");
    project.build();
    let before = project.json("public/a.json");
    assert_eq!(before["items"][0]["date_published"], "2026-11-22T12:00:00+00:00");
    project.later(3 * DAY);
    origin.page("/", &front_page(&[STORIES[2], STORIES[0], STORIES[1]]));
    project.build();
    assert_eq!(project.json("public/a.json"), before);
}

#[test]
fn a_relative_time_is_frozen_and_never_in_the_future() {
    let origin = Origin::start();
    let list = |when: &str| {
        let page = front_page(STORIES);
        page.replace("<p>What", &format!("<span class=\"when\">{when}</span><p>What"))
    };
    origin.page("/", &list("2 days ago"));
    let project =
        Project::for_origin(&origin, "full_text = false\nlisting = { items = \"li.story\", date = \".when\" }");
    project.build();
    let first = project.json("public/a.json")["items"][0]["date_published"].clone();
    assert!(first.as_str().unwrap().starts_with("2026-11-20"), "{first}");
    project.later(DAY);
    origin.page("/", &list("3 days ago"));
    project.build();
    assert_eq!(project.json("public/a.json")["items"][0]["date_published"], first);
    let future =
        Project::for_origin(&origin, "full_text = false\nlisting = { items = \"li.story\", date = \".when\" }");
    origin.page("/", &list("2099-01-01"));
    future.run(&["build"]).stderr_has("date-unreadable");
    assert_eq!(future.json("public/a.json")["items"][0]["date_published"], "2026-11-22T12:00:00+00:00");
}

#[test]
fn ids_are_remembered_beyond_the_cap() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "max_entries = 2");
    project.build();
    assert_eq!(origin.requests().len(), 4, "robots, listing, two articles");
    let before = project.read("public/a.json");
    origin.page("/", &front_page(&[STORIES[2], STORIES[0], STORIES[1]]));
    project.build();
    assert_eq!(origin.requests(), ["GET /"]);
    assert_eq!(project.read("public/a.json"), before);
}

#[test]
fn a_run_reads_at_most_so_many_articles_and_the_rest_follow() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "max_articles_per_run = 2");
    project.build().stderr_has("articles-queued");
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 2);
    origin.take_log();
    project.build();
    assert_eq!(origin.requests(), ["GET /", "GET /2026/three"]);
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 3);
}

#[test]
fn include_and_exclude_choose() {
    let origin = newspaper();
    let project =
        Project::for_origin(&origin, "include = { title = \"(?i)bridge|bakers\" }\nexclude = { link = \"three$\" }");
    project.build().stderr_has("item-filtered");
    let feed = project.json("public/a.json");
    assert_eq!(feed["items"].as_array().unwrap().len(), 1);
    assert_eq!(feed["items"][0]["title"], STORIES[0].1);
}

#[test]
fn one_feed_can_be_built_alone() {
    let origin = newspaper();
    let url = origin.url("/");
    let request = "request = { allow_private = true, delay = \"0s\" }";
    let project =
        Project::new(&format!("[feeds.a]\nurl = \"{url}\"\n{request}\n[feeds.b]\nurl = \"{url}\"\n{request}\n"));
    project.run(&["build", "b"]).exit(0).no_file("public/a.rss");
    assert!(project.path("public/b.rss").exists());
    project.run(&["build", "c"]).exit(2).stderr_has("has no feed `c`");
}

#[test]
fn the_report_is_json_on_request() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    let run = project.run(&["build", "--json"]).exit(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["feeds"][0]["new"], 3);
    assert_eq!(report["failed"], 0);
    assert_eq!(run.stderr, "");
}

#[test]
fn headers_reach_their_own_origin_alone_and_are_never_shown() {
    let (origin, other) = (newspaper(), Origin::start());
    other.page("/far", &story_page("A story that lives elsewhere", "2026-11-01"));
    let away = other.url("/far");
    origin.page("/", &front_page(&[STORIES[0], (&away, "A story that lives elsewhere")]));
    let url = origin.url("/");
    let project = Project::new(&format!(
        "[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\", headers = {{ X-Key = \"${{KEY}}\" }} }}\n"
    ))
    .with_variable("KEY", "s3cr3t-CANARY");
    let run = project.run(&["-vv", "build"]);
    assert!(!run.stdout.contains("CANARY") && !run.stderr.contains("CANARY"));
    assert!(project.published().iter().all(|(_, bytes, _)| !String::from_utf8_lossy(bytes).contains("CANARY")));
    assert!(
        origin
            .take_log()
            .iter()
            .any(|(line, headers)| line == "GET /" && headers.get("x-key").is_some_and(|v| v == "s3cr3t-CANARY"))
    );
    assert!(other.take_log().iter().all(|(_, headers)| !headers.contains_key("x-key")));
}

#[test]
fn one_canonical_address_for_all_pages_does_not_swallow_stories() {
    let origin = newspaper();
    for (path, title) in STORIES {
        let page = story_page(title, "2026-11-20").replace("<head>", "<head><link rel=\"canonical\" href=\"/story\">");
        origin.page(path, &page);
    }
    let project = Project::for_origin(&origin, "");
    project.build();
    let feed = project.json("public/a.json");
    assert_eq!(feed["items"].as_array().unwrap().len(), 3);
    origin.take_log();
    origin.page("/", &front_page(&[STORIES[1], STORIES[0], STORIES[2]]));
    project.build();
    assert_eq!(origin.requests(), ["GET /"]);
    assert_eq!(project.json("public/a.json"), feed);
}

#[test]
fn one_story_under_two_addresses_is_one_entry() {
    let origin = newspaper();
    let page =
        story_page(STORIES[0].1, "2026-11-20").replace("<head>", "<head><link rel=\"canonical\" href=\"/2026/one\">");
    origin.page("/2026/one", &page);
    origin.page("/print/one", &page);
    origin.page("/", &front_page(&[STORIES[0], ("/print/one", "The first bridge opens: all you need to know")]));
    let project = Project::for_origin(&origin, "");
    project.build();
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_story_left_out_by_its_text_is_read_once() {
    let origin = newspaper();
    origin.page("/2026/two", &story_page(STORIES[1].1, "2026-11-19").replace("In the end", "Advertisement"));
    let project = Project::for_origin(&origin, "exclude = { text = \"Advertisement\" }");
    project.build().stderr_has("1 item left out by `include` or `exclude`");
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 2);
    origin.take_log();
    origin.page("/", &front_page(&[STORIES[1], STORIES[0], STORIES[2]]));
    project.build().stderr_has("1 item left out by `include` or `exclude`");
    assert_eq!(origin.requests(), ["GET /"]);
    let config = project.read("feeds.toml").replace("Advertisement", "Nothing of the kind");
    project.write("feeds.toml", config);
    project.build().stderr_lacks("left out");
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 3);
}

#[test]
fn the_files_about_all_feeds_are_made_anew_when_they_have_to_be() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    let index = project.read("public/index.html");
    std::fs::remove_file(project.path("public/index.html")).unwrap();
    project.build().file_has("public/index.html", "The Daily Test");
    assert_eq!(project.read("public/index.html"), index);

    // Nothing that a feed is made of changed, only what the page says.
    let config = project.read("feeds.toml");
    project.write("feeds.toml", format!("title = \"Morning papers\"\n{config}"));
    project.build().stdout_has("unchanged").file_has("public/index.html", "Morning papers");

    // A feed that fails, and one that works again, is told at once.
    let well = project.read("public/status.json");
    origin.status("/", 500);
    project.run(&["build"]).exit(1).file_has("public/status.json", "\"failing\"");
    origin.page("/", &front_page(STORIES));
    project.build();
    assert_eq!(project.read("public/status.json"), well);
}
