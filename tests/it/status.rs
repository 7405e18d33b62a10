//! How it is going: the table, the files for scripts and readers, the figures for Prometheus.

use crate::support::{DAY, Origin, Project, front_page, story_page};

const HOUR: i64 = 3600;
const STORIES: [(&str, &str); 3] = [
    ("/n/1", "Night trains return to the northern line"),
    ("/n/2", "A museum of clocks opens in the old mill"),
    ("/n/3", "Rain delays the harvest for another week"),
];

fn origin() -> Origin {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    for (path, title) in &STORIES {
        origin.page(path, &story_page(title, "2026-11-20T08:00:00Z"));
    }
    origin
}

/// A project of one feed with `top` at the top of its feeds.toml and `more` in the feed's table.
fn project(origin: &Origin, top: &str, more: &str) -> Project {
    let project = Project::for_origin(origin, more);
    project.write("feeds.toml", format!("{top}\n{}", project.read("feeds.toml")));
    project
}

fn bytes(project: &Project) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    project.published()
}

#[test]
fn a_table_without_visiting_anything() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.run(&["status"]).exit(0).stdout_has("a     new    -");
    project.build();
    origin.take_log();
    let run = project.run(&["status"]).exit(0);
    for words in ["feed  state  last success", "a     ok     2026-11-22 12:00", "2026-11-22 13:0"] {
        assert!(run.stdout.contains(words), "{}", run.stdout);
    }
    project.run(&["status", "--failing"]).exit(0);
    origin.status("/", 500);
    project.later(DAY);
    project.run(&["build"]).exit(1);
    let run = project.run(&["status"]).exit(1);
    for words in ["failing", "2026-11-22 12:00", "http-status"] {
        assert!(run.stdout.contains(words), "{}", run.stdout);
    }
    let run = project.run(&["status", "a", "--json"]).exit(1);
    let status: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let feed = &status["feeds"][0];
    assert_eq!((&feed["id"], &feed["state"], &feed["failures"]), (&"a".into(), &"failing".into(), &1.into()));
    assert_eq!((&feed["items"], &feed["entries"], &status["failing"]), (&3.into(), &3.into(), &1.into()));
    assert_eq!(feed["last_success"], "2026-11-22T12:00:00Z");
    assert_eq!(feed["failing_since"], "2026-11-23T12:00:00Z");
    assert!(feed["next_due"].as_str().unwrap() > "2026-11-23T13:00:00Z");
    assert_eq!(feed["findings"][0]["status"], 500);
    project.run(&["status", "b"]).exit(2).stderr_has("has no feed `b`");
    assert_eq!(origin.requests().len(), 2, "only the failed run asked: robots.txt and the page");
}

#[test]
fn the_table_is_there_beside_a_run() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let lock = std::fs::OpenOptions::new().read(true).write(true).open(project.path(".feedmill/lock")).unwrap();
    lock.lock().unwrap();
    project.run(&["status"]).exit(0).stdout_has("ok");
    project.run(&["accept", "a"]).exit(75);
}

#[test]
fn nothing_that_is_published_moves_while_nothing_happens() {
    let origin = origin();
    let project = project(&origin, "health = true", "");
    project.build();
    let well = bytes(&project);
    project.later(DAY);
    project.build();
    assert_eq!(bytes(&project), well);
    origin.status("/", 500);
    for _ in 0..2 {
        project.later(HOUR);
        project.run(&["build"]).exit(1);
    }
    let ill = bytes(&project);
    assert_ne!(ill, well);
    for _ in 0..3 {
        project.later(DAY);
        project.run(&["build"]).exit(1);
        assert_eq!(bytes(&project), ill);
    }
    let status = project.json("public/status.json");
    assert_eq!(status["feeds"][0]["last_success"], "2026-11-23T12:00:00Z");
    assert_eq!(status["feeds"][0]["failing_since"], "2026-11-23T13:00:00Z");
}

/// Ids, titles and times of the entries of the health feed, newest first.
fn health(project: &Project) -> Vec<(String, String, String)> {
    let text = project.read("public/health.atom");
    let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
    let entry =
        |entry: feed_rs::model::Entry| (entry.id, entry.title.unwrap().content, entry.published.unwrap().to_rfc3339());
    feed.entries.into_iter().map(entry).collect()
}

#[test]
fn the_health_feed_tells_of_beginnings_and_ends_alone() {
    let origin = origin();
    let project = project(&origin, "health = true\nbase_url = \"https://feeds.example/\"", "");
    project.build();
    assert_eq!(health(&project)[0].1, "All feeds are well");
    origin.status("/", 404);
    for _ in 0..3 {
        project.later(HOUR);
        project.run(&["build"]).exit(1);
    }
    let failing = health(&project);
    assert_eq!(failing.len(), 1);
    assert_eq!(failing[0].1, "The Daily Test (a) is failing");
    assert!(failing[0].2.starts_with("2026-11-22T13:00:00"), "{failing:?}");
    assert!(project.read("public/health.atom").contains("answered 404"));
    origin.page("/", &front_page(&STORIES));
    project.later(HOUR);
    project.build();
    let well = health(&project);
    assert_eq!(well.len(), 2);
    assert_eq!((well[0].1.as_str(), &well[1]), ("The Daily Test (a) is well again", &failing[0]));
    project.later(HOUR);
    project.build();
    assert_eq!(health(&project), well);
    // Without the key there is no such file.
    let plain = Project::for_origin(&origin, "");
    plain.build().no_file("public/health.atom");
    plain.run(&["build"]).no_file("public/metrics.prom");
}

#[test]
fn a_feed_has_no_errors_unless_it_is_told_to() {
    let origin = origin();
    let project = project(&origin, "", "errors = \"entry\"");
    project.build();
    let well = project.read("public/a.json");
    origin.status("/", 404);
    let mut ill = Vec::new();
    for _ in 0..3 {
        project.later(HOUR);
        project.run(&["build"]).exit(1).file_has("public/a.rss", "The Daily Test cannot be renewed");
        ill.push(project.read("public/a.json"));
    }
    assert!(ill[0].contains("answered 404") && ill[1] == ill[0] && ill[2] == ill[0]);
    // Lost state is rebuilt without it.
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    origin.page("/", &front_page(&STORIES));
    project.later(HOUR);
    project.build();
    assert_eq!(project.read("public/a.json"), well);
    origin.status("/", 404);
    project.later(HOUR);
    project.run(&["build"]).exit(1);
    assert_ne!(project.read("public/a.json"), well);
    origin.page("/", &front_page(&STORIES));
    project.later(HOUR);
    project.build();
    assert_eq!(project.read("public/a.json"), well);
    Project::for_origin(&origin, "errors = \"feed\"").run(&["build"]).exit(2).stderr_has("write `report` or `entry`");
}

#[test]
fn figures_for_prometheus() {
    let origin = origin();
    let project = project(&origin, "metrics = \"figures/feedmill.prom\"", "");
    std::fs::create_dir(project.path("figures")).unwrap();
    project.build();
    let figures = project.read("figures/feedmill.prom");
    for line in [
        "feedmill_run_feeds_visited 1",
        "feedmill_run_entries_new 3",
        "feedmill_feed_up{feed=\"a\"} 1",
        "feedmill_feed_entries{feed=\"a\"} 3",
        "feedmill_feed_last_success_timestamp_seconds{feed=\"a\"} 1795348800",
        "# TYPE feedmill_feed_up gauge",
    ] {
        assert!(figures.lines().any(|found| found == line), "{line}: {figures}");
    }
    // Each line is a comment, or a name, labels and a number.
    let pattern = regex::Regex::new(
        r#"^(# (HELP|TYPE) feedmill_[a-z_]+ .+|feedmill_[a-z_]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? -?\d+)$"#,
    );
    let pattern = pattern.unwrap();
    assert!(figures.lines().all(|line| pattern.is_match(line)), "{figures}");
    origin.status("/", 404);
    project.later(HOUR);
    project.run(&["build", "--metrics", "other.prom"]).exit(1);
    let figures = project.read("other.prom");
    assert!(figures.contains("feedmill_feed_up{feed=\"a\"} 0"), "{figures}");
    assert!(
        figures.contains("feedmill_feed_findings{feed=\"a\",code=\"http-status\",severity=\"error\"} 1"),
        "{figures}"
    );
    project.run(&["build", "--metrics", "nowhere/x.prom"]).exit(1).stderr_has("nowhere/x.prom");
}
