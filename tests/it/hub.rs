//! Hubs are told of real changes, once, and of what they missed.

use crate::support::{Answer, Origin, Project, front_page, story_page};

const BASE: &str = "https://me.example/feeds/";

/// What a hub is sent when `path` below [`BASE`] changed.
fn form(path: &str) -> String {
    let topic = format!("https%3A%2F%2Fme.example%2Ffeeds%2F{path}");
    format!("POST /hub hub.mode=publish&hub.url={topic}&hub.topic={topic}")
}

fn project(site: &Origin, hub: &Origin) -> Project {
    site.page("/", &front_page(&[("/news/one", "One bridge opens"), ("/news/two", "Two ferries sail")]));
    site.page("/news/one", &story_page("One bridge opens", "2026-11-20T08:00:00Z"));
    site.page("/news/two", &story_page("Two ferries sail", "2026-11-19T08:00:00Z"));
    hub.status("/hub", 204);
    Project::new(&format!(
        "base_url = \"{BASE}\"\nhub = \"{}\"\n[feeds.a]\nurl = \"{}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n",
        hub.url("/hub"),
        site.url("/")
    ))
}

#[test]
fn a_hub_is_told_of_a_change_and_of_nothing_else() {
    let (site, hub) = (Origin::start(), Origin::start());
    let project = project(&site, &hub);
    project.build();
    let files = [form("a.json"), form("a.atom"), form("a.rss")];
    assert_eq!(hub.requests(), files);
    project.later(3600);
    project.build();
    assert_eq!(hub.requests(), [""; 0], "nothing changed");
    site.page("/", &front_page(&[("/news/three", "Three trams"), ("/news/one", "One bridge opens")]));
    site.page("/news/three", &story_page("Three trams", "2026-11-22T08:00:00Z"));
    project.later(3600);
    project.build();
    assert_eq!(hub.requests(), files);
}

#[test]
fn a_hub_that_is_down_hears_of_it_later() {
    let (site, hub) = (Origin::start(), Origin::start());
    let project = project(&site, &hub);
    hub.status("/hub", 503);
    project.build().stderr_has("hub-failed").stderr_has("answered 503").stderr_has("the next run tells the hub again");
    assert_eq!(hub.requests(), [form("a.json")], "one failure is enough for a run");
    hub.status("/hub", 202);
    project.later(3600);
    project.build().stderr_lacks("hub-failed");
    assert_eq!(hub.requests(), [form("a.json"), form("a.atom"), form("a.rss")]);
}

#[test]
fn a_site_that_is_put_online_later_tells_its_hub_then() {
    let (site, hub) = (Origin::start(), Origin::start());
    let project = project(&site, &hub);
    project.run(&["build", "--no-ping"]).exit(0);
    assert_eq!(hub.requests(), [""; 0]);
    project.run(&["ping"]).exit(0).stdout_has("3 files");
    assert_eq!(hub.requests(), [form("a.json"), form("a.atom"), form("a.rss")]);
    project.run(&["ping"]).exit(0);
    assert_eq!(hub.requests(), [""; 0]);
}

#[test]
fn a_hub_is_guarded_like_every_address() {
    let (site, hub) = (Origin::start(), Origin::start());
    let project = project(&site, &hub);
    hub.answer(
        "/hub",
        Answer { status: 307, headers: vec![("location".into(), site.url("/elsewhere"))], ..Answer::default() },
    );
    site.requests();
    project.build().stderr_has("hub-failed").stderr_has("answered 307");
    assert!(!site.requests().iter().any(|line| line.starts_with("POST")), "a form goes where it was sent alone");
    let config = "base_url = \"https://me.example/\"\n[feeds.a]\nroot = \"site\"\nurl = \"https://a.example/\"\nhub = \"http://127.0.0.1:9/hub\"\n";
    let guarded = Project::new(config);
    guarded.write("site/index.html", front_page(&[("one.html", "One bridge opens"), ("two.html", "Two ferries sail")]));
    guarded.build().stderr_has("hub-failed").stderr_has("loopback address");
}

#[test]
fn a_hub_needs_to_know_where_the_feeds_are() {
    let project = Project::new("[feeds.a]\nurl = \"https://a.example/\"\nhub = \"https://hub.example/\"\n");
    project.run(&["build"]).exit(2).stderr_has("`hub` needs `base_url`");
    let project = Project::new(
        "hub = \"hub.example\"\nbase_url = \"https://me.example/\"\n[feeds.a]\nurl = \"https://a.example/\"\n",
    );
    project.run(&["build"]).exit(2).stderr_has("feeds.toml:1:7");
}

#[test]
fn a_merged_feed_tells_the_hub_of_its_parts() {
    let (site, hub) = (Origin::start(), Origin::start());
    let project = project(&site, &hub);
    let config = project.read("feeds.toml");
    let second = config.split_once("[feeds.a]").unwrap().1;
    project.write("feeds.toml", format!("{config}[feeds.b]{second}"));
    project.build().file_has("public/all.atom", &hub.url("/hub"));
    let told = hub.requests();
    assert_eq!(told[6..], [form("all.json"), form("all.atom"), form("all.rss")], "{told:?}");
    project.later(3600);
    project.build();
    assert_eq!(hub.requests(), [""; 0]);
    project.write("feeds.toml", format!("{config}[feeds.b]{second}hub = \"https://other.example/\"\n"));
    project.later(3600);
    let run = project.run(&["build", "--no-ping"]).exit(0);
    assert!(!project.read("public/all.atom").contains("rel=\"hub\""), "the parts have no hub in common");
    drop(run);
}
