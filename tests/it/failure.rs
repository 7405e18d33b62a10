//! Whatever goes wrong, the last good feed stays, the others are unharmed, and the words say what and where.

use crate::support::{Answer, DAY, Origin, Project, front_page, story_page};

const STORIES: [(&str, &str); 3] = [
    ("/n/1", "Night trains return to the northern line"),
    ("/n/2", "A museum of clocks opens in the old mill"),
    ("/n/3", "Rain delays the harvest for another week"),
];

/// Two feeds on two origins, both built once; `sick` is what the tests break.
struct Pair {
    sick: Origin,
    well: Origin,
    project: Project,
}

fn pair() -> Pair {
    let (sick, well) = (Origin::start(), Origin::start());
    for origin in [&sick, &well] {
        origin.page("/", &front_page(&STORIES));
        for (path, title) in &STORIES {
            origin.page(path, &story_page(title, "2026-11-20"));
        }
    }
    let table = |name: &str, origin: &Origin| {
        format!("[feeds.{name}]\nurl = \"{}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n", origin.url("/"))
    };
    let project = Project::new(&(table("sick", &sick) + &table("well", &well)));
    project.build();
    project.later(DAY);
    Pair { sick, well, project }
}

/// After `spoil`, the run fails with `words`, the sick feed's files are untouched, and the well feed has its news.
fn keeps_the_last_good_feed(spoil: impl Fn(&Origin), words: &[&str]) {
    let Pair { sick, well, project } = pair();
    let feeds = |project: &Project| {
        project.published().into_iter().filter(|(name, ..)| name.starts_with("sick.")).collect::<Vec<_>>()
    };
    let before = feeds(&project);
    assert_eq!(before.len(), 4);
    spoil(&sick);
    let news = ("/n/4", "A bakery wins a prize for its rye bread");
    well.page("/", &front_page(&[news, STORIES[0], STORIES[1], STORIES[2]]));
    well.page(news.0, &story_page(news.1, "2026-11-22"));
    let mut run = project.run(&["build"]).exit(1).file_has("public/well.rss", news.1);
    for words in words {
        run = run.stderr_has(words);
    }
    run.stderr_has("kept the feed of 22 Nov 2026")
        .file_has("public/status.json", "\"failing\"")
        .stderr_lacks("feed `well`");
    assert_eq!(feeds(&project), before);
    // When the site is well again, so is the feed.
    sick.page("/", &front_page(&STORIES));
    project.build().file_has("public/status.json", "\"ok\"");
    assert_eq!(feeds(&project), before);
}

fn answer(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
    Answer { status, headers: vec![("content-type".into(), kind.into())], body: body.into(), etag: None }
}

#[test]
fn not_found() {
    keeps_the_last_good_feed(|origin| origin.status("/", 404), &["error[http-status] feed `sick`", "404"]);
}

#[test]
fn server_error() {
    keeps_the_last_good_feed(|origin| origin.status("/", 503), &["http-status", "503"]);
}

#[test]
fn empty_page() {
    keeps_the_last_good_feed(|origin| origin.answer("/", answer(200, "text/html", "  \n")), &["body-empty"]);
}

#[test]
fn not_html() {
    keeps_the_last_good_feed(|origin| origin.answer("/", answer(200, "application/pdf", "%PDF-1.7 x")), &["not-html"]);
}

#[test]
fn no_list_any_more() {
    let page = "<html><body><h1>We are moving</h1><p>Come back tomorrow.</p></body></html>";
    keeps_the_last_good_feed(|origin| origin.page("/", page), &["listing-empty", "3 before"]);
}

#[test]
fn nested_without_end() {
    keeps_the_last_good_feed(|origin| origin.page("/", &"<div>".repeat(100_000)), &["page-refused", "512"]);
}

#[test]
fn too_large() {
    keeps_the_last_good_feed(
        |origin| origin.answer("/", answer(200, "text/html", vec![b' '; 16 * 1024 * 1024])),
        &["body-too-large"],
    );
}

#[test]
fn unreachable() {
    let Pair { sick, well: _well, project } = pair();
    let before = project.read("public/sick.rss");
    let url = sick.url("/");
    drop(sick);
    project.run(&["build"]).exit(1).stderr_has("fetch-failed").stderr_has(&url);
    assert_eq!(project.read("public/sick.rss"), before);
}

#[test]
fn a_selector_that_matches_nothing_is_named_with_the_figure_before() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    let project = Project::for_origin(&origin, "full_text = false\nlisting = { items = \"li.story\" }");
    project.build();
    let before = project.published();
    origin.page("/", &front_page(&STORIES).replace("class=\"story\"", "class=\"card\""));
    project
        .run(&["build"])
        .exit(1)
        .stderr_has("selector-unmatched")
        .stderr_has("`li.story`")
        .stderr_has("3 before")
        .stderr_has("help: ");
    let feeds = |files: Vec<(String, Vec<u8>, std::time::SystemTime)>| {
        files.into_iter().filter(|(name, ..)| name.starts_with("a.")).collect::<Vec<_>>()
    };
    assert_eq!(feeds(project.published()), feeds(before));
}

#[test]
fn items_without_a_link_or_a_title_are_counted() {
    let origin = Origin::start();
    let page = front_page(&STORIES).replace("</ul></main>", "<li class=\"story\">no link</li></ul></main>");
    origin.page("/", &page);
    let project = Project::for_origin(&origin, "full_text = false\nlisting = { items = \"li.story\" }");
    project.build().stderr_has("item-skipped").stderr_has("1 item");
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 3);
}

#[test]
fn fewer_than_expected() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    let project = Project::for_origin(&origin, "full_text = false\nexpect = { min_items = 5 }");
    project.run(&["build"]).exit(1).stderr_has("expect.min_items").no_file("public/a.rss");
}

#[test]
fn a_shrunk_listing_is_believed_after_three_visits() {
    let origin = Origin::start();
    let many: Vec<(String, String)> =
        (0..12).map(|n| (format!("/s/{n}"), format!("Story number {n} about the river and the town"))).collect();
    let all: Vec<(&str, &str)> = many.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    origin.page("/", &front_page(&all));
    let project = Project::for_origin(&origin, "full_text = false\nlisting = { items = \"li.story\" }");
    project.build();
    let fresh = ("/s/new", "A new story about the weather in the hills");
    origin.page("/", &front_page(&[fresh, all[0]]));
    for _ in 0..3 {
        project.run(&["build"]).exit(1).stderr_has("listing-shrunk").stderr_has("12 before");
    }
    project.build();
    assert_eq!(project.json("public/a.json")["items"].as_array().unwrap().len(), 13);
}

#[test]
fn a_missing_article_leaves_the_words_of_the_listing() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    origin.page(STORIES[0].0, &story_page(STORIES[0].1, "2026-11-20"));
    let project = Project::for_origin(&origin, "");
    project.build().stderr_has("article-failed").stderr_has("404");
    let feed = project.json("public/a.json");
    assert_eq!(feed["items"].as_array().unwrap().len(), 3);
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    let project = Project::new(&format!("[feeds.a]\nurl = \"{}\"\n", origin.url("/")));
    project.run(&["build"]).exit(1).stderr_has("address-refused").stderr_has("allow_private").no_file("public/a.rss");
    assert_eq!(origin.requests(), Vec::<String>::new());
}

#[test]
fn robots_txt_is_obeyed_and_can_be_overruled_with_a_reason() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    origin.answer("/robots.txt", answer(200, "text/plain", "User-agent: feedmill\nDisallow: /\n"));
    let project = Project::for_origin(&origin, "full_text = false");
    project.run(&["build"]).exit(1).stderr_has("robots-disallowed");
    assert_eq!(origin.requests(), ["GET /robots.txt"]);
    let url = origin.url("/");
    project.write(
        "feeds.toml",
        format!(
            "[feeds.a]\nurl = \"{url}\"\nfull_text = false\n[feeds.a.request]\nallow_private = true\ndelay = \"0s\"\n\
             robots = {{ obey = false, reason = \"our own site\" }}\n"
        ),
    );
    project.build();
}

#[test]
fn hostile_words_make_valid_feeds() {
    let origin = Origin::start();
    let title =
        "Bad &#1;&#11;&#xFFFE;&#xD800; ]]&gt; &lt;script&gt;alert(1)&lt;/script&gt; \u{202E}end &amp;amp; more words";
    let huge = "grow ".repeat(1024 * 1024);
    let page = front_page(&[("/n/1", title), ("/n/2", &huge), ("/n/3", "A plain third headline for the list")]);
    origin.page("/", &page);
    origin.page(
        "/n/1",
        "<html><body><article><h1>x</h1><p onclick=alert(1)>Text long enough to be a body, with a <a href='javascript:alert(1)'>link</a> \
         and ]]&gt; and &#0;&#8; and more words to read, and commas, too, so that it counts as prose for any reader of it.</p>\
         <script>alert(2)</script><iframe src='https://evil.example/'></iframe><img src=x onerror=alert(3)></article></body></html>",
    );
    let project = Project::for_origin(&origin, "listing = { items = \"li.story\" }");
    project.run(&["build"]).exit(0);
    for file in ["public/a.rss", "public/a.atom"] {
        let text = project.read(file);
        let parsed = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(parsed.descendants().count() > 10);
        assert!(!text.contains("onclick") && !text.contains("javascript:") && !text.contains("onerror"), "{text}");
        assert!(text.len() < 100_000, "{} bytes", text.len());
    }
    project.json("public/a.json");
}

#[test]
fn an_unwritable_output_is_a_clear_error_and_no_half_file() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    let project = Project::for_origin(&origin, "full_text = false");
    project.write("public/a.rss/keep", "a folder where the file should be");
    project.run(&["build"]).exit(1).stderr_has("publish-failed").stderr_has("a.rss");
    project.write("blocked", "a file where the folder should be");
    project.run(&["build", "--output", "blocked"]).exit(1).stderr_has("blocked");
    assert_eq!(project.read("blocked"), "a file where the folder should be");
    // Once the way is free, the same state is published, although the listing has not changed.
    std::fs::remove_dir_all(project.path("public/a.rss")).unwrap();
    project.build().file_has("public/a.rss", STORIES[0].1);
}

#[test]
fn a_story_that_cannot_be_read_again_keeps_its_text() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    for (path, title) in &STORIES {
        origin.page(path, &story_page(title, "2026-11-20"));
    }
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.json("public/a.json");
    let edited = "Night trains return to the southern line";
    origin.page("/", &front_page(&[(STORIES[0].0, edited), STORIES[1], STORIES[2]]));
    origin.status(STORIES[0].0, 503);
    project.later(DAY);
    project.build().stderr_has("the entry stays as it was");
    assert_eq!(project.json("public/a.json"), before);
    origin.page(STORIES[0].0, &story_page(edited, "2026-11-20"));
    origin.page("/", &front_page(&[(STORIES[0].0, edited), STORIES[2], STORIES[1]]));
    project.build().file_has("public/a.rss", edited);
}

#[test]
fn a_listing_that_stands_still_grows_stale() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    for (path, title) in &STORIES {
        origin.page(path, &story_page(title, "2026-11-20"));
    }
    let project = Project::for_origin(&origin, "expect = { max_age = \"7d\" }");
    project.build();
    project.later(30 * DAY);
    origin.take_log();
    project.run(&["build"]).exit(1).stderr_has("listing-stale");
    assert_eq!(origin.requests().last().map(String::as_str), Some("GET /"));
}

#[test]
fn a_feed_that_never_was_fails_with_the_same_status_every_time() {
    let origin = Origin::start();
    origin.status("/", 404);
    let project = Project::for_origin(&origin, "");
    project.run(&["build"]).exit(1);
    let before = project.published();
    project.later(DAY);
    project.run(&["build"]).exit(1);
    assert_eq!(project.published(), before);
}

#[test]
fn an_article_that_failed_is_asked_for_again_though_the_listing_stands_still() {
    const HOUR: i64 = 3600;
    let Pair { sick, well: _well, project } = pair();
    let news = ("/n/4", "A bakery wins a prize for its rye bread");
    sick.page("/", &front_page(&[news, STORIES[0], STORIES[1], STORIES[2]]));
    sick.status(news.0, 500);
    project.build().stderr_has("article-failed");
    let first = project.json("public/sick.json")["items"][0].clone();
    sick.page(news.0, &story_page(news.1, "2026-11-21"));
    project.later(HOUR);
    project.build().file_has("public/sick.json", "rye bread: The council met");
    let second = project.json("public/sick.json")["items"][0].clone();
    assert_eq!((&first["id"], &first["date_published"]), (&second["id"], &second["date_published"]));
    // The run after that is conditional again.
    sick.take_log();
    project.later(HOUR);
    project.build();
    assert_eq!(sick.requests(), ["GET /"]);
    // A page that stays away is left alone after a day.
    let gone = ("/n/5", "A lighthouse is sold to a collector of lamps");
    sick.page("/", &front_page(&[gone, news, STORIES[0], STORIES[1], STORIES[2]]));
    project.build();
    sick.take_log();
    project.later(23 * HOUR);
    project.build();
    assert!(sick.requests().contains(&"GET /n/5".to_owned()));
    project.later(HOUR);
    project.build();
    sick.take_log();
    project.later(HOUR);
    project.build();
    assert!(!sick.requests().contains(&"GET /n/5".to_owned()));
}

fn redirect(to: &str) -> Answer {
    Answer { status: 302, headers: vec![("location".into(), to.into())], ..Answer::default() }
}

#[test]
fn stories_that_lead_to_a_sign_in_or_to_the_front_page_keep_their_own_words() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    for path in ["/login?next=1", "/login?next=2"] {
        origin.page(path, &story_page("Sign in to read on", ""));
    }
    origin.answer(STORIES[0].0, redirect("/login?next=1"));
    origin.answer(STORIES[1].0, redirect("/login?next=2"));
    origin.answer(STORIES[2].0, redirect("/"));
    let project = Project::for_origin(&origin, "");
    project.build().stderr_has("article-failed").stderr_has("/login?next=1");
    let feed = project.json("public/a.json");
    let titles: Vec<_> = feed["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, STORIES.map(|(_, title)| title));
    let ids: Vec<_> = feed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert!(ids.iter().zip(STORIES).all(|(id, (path, _))| id.ends_with(path)), "{ids:?}");
}

#[test]
fn an_index_page_behind_a_sign_in() {
    let elsewhere = front_page(&[("/n/8", "Plans and prices"), ("/n/9", "Forgotten password"), ("/n/7", "Imprint")]);
    let spoil = |origin: &Origin| {
        origin.answer("/", redirect("/account/login"));
        origin.page("/account/login", &elsewhere);
    };
    keeps_the_last_good_feed(spoil, &["page-refused", "/account/login"]);
}
