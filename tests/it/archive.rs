//! Archives: walked back from the feed to the first entry ever seen, whatever happened on the way.

use std::collections::BTreeMap;

use feedmill::io::store::sqlite::Sqlite;
use feedmill::model::FeedId;
use feedmill::pipeline::Store;

use crate::support::{DAY, Origin, Project, files, front_page, story_page};

const BASE: &str = "https://feeds.example/";

/// A front page with the stories `from` to `to`, the newest first, one published every day.
fn put(origin: &Origin, from: u32, to: u32) {
    let stories: Vec<(String, String)> = (from..=to)
        .rev()
        .map(|n| (format!("/story/{n}"), format!("Story number {n} about the river and its {n} bridges")))
        .collect();
    for (n, (path, title)) in (from..=to).rev().zip(&stories) {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(u64::from(n));
        origin.page(path, &story_page(title, &format!("{day}T08:00:00Z")));
    }
    let listed: Vec<(&str, &str)> = stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    origin.page("/", &front_page(&listed));
}

fn project(origin: &Origin, more: &str) -> Project {
    let project = Project::for_origin(origin, &format!("max_entries = 6\n{more}"));
    project.write("feeds.toml", format!("base_url = \"{BASE}\"\n{}", project.read("feeds.toml")));
    project
}

/// The numbers of the stories of the JSON Feed at `path`, and the path of the document that follows.
fn json_page(project: &Project, path: &str) -> (Vec<u32>, Option<String>) {
    let feed = project.json(&format!("public/{path}"));
    let number = |url: &str| url.rsplit('/').next().unwrap().parse().unwrap();
    let stories = feed["items"].as_array().unwrap().iter().map(|item| number(item["url"].as_str().unwrap()));
    let next = feed["next_url"].as_str().map(|url| url.strip_prefix(BASE).unwrap().to_owned());
    (stories.collect(), next)
}

/// The same of an Atom or RSS file, by its links of RFC 5005.
fn xml_page(project: &Project, path: &str) -> (Vec<u32>, Option<String>) {
    let text = project.read(&format!("public/{path}"));
    let document = roxmltree::Document::parse(&text).unwrap();
    let is_archive = document.descendants().any(|node| node.tag_name().name() == "archive");
    assert_eq!(is_archive, path.starts_with("archive/"), "{path}");
    let ids = document.descendants().filter(|node| {
        let parent = node.parent_element().map(|parent| parent.tag_name().name());
        ["id", "guid"].contains(&node.tag_name().name()) && matches!(parent, Some("entry" | "item"))
    });
    let stories = ids.map(|id| id.text().unwrap().rsplit('/').next().unwrap().parse().unwrap());
    let link = |relation: &str| {
        let link = document.descendants().find(|node| node.attribute("rel") == Some(relation))?;
        Some(link.attribute("href").unwrap().strip_prefix(BASE).unwrap().to_owned())
    };
    let ending = path.rsplit('.').next().unwrap();
    if is_archive {
        assert_eq!(link("current"), Some(format!("a.{ending}")));
        let number: u32 = path.rsplit('/').next().unwrap().split('.').next().unwrap().parse().unwrap();
        assert_eq!(link("next-archive"), Some(format!("archive/a/{}.{ending}", number + 1)));
    }
    (stories.collect(), link("prev-archive"))
}

/// Every story that is reached from the feed, sorted, each once.
fn walk(project: &Project, ending: &str) -> Vec<u32> {
    let mut path = Some(format!("a.{ending}"));
    let mut found = Vec::new();
    while let Some(here) = path {
        let (stories, next) = if ending == "json" { json_page(project, &here) } else { xml_page(project, &here) };
        assert!(!stories.is_empty() && stories.len() <= 6, "{here}");
        found.extend(stories);
        path = next;
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn archives(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let folder = files(&project.path("public/archive")).into_iter();
    folder.map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
}

/// What `later` must still have of `earlier`: every archive, byte for byte.
fn assert_unchanged(earlier: &BTreeMap<String, Vec<u8>>, later: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in earlier {
        assert!(later.get(name) == Some(bytes), "{name} changed");
    }
}

#[test]
fn every_entry_ever_seen_is_reached_over_lost_and_older_states() {
    let origin = Origin::start();
    let project = project(&origin, "");
    let mut seen = BTreeMap::new();
    let mut newest = 5;
    put(&origin, 1, newest);
    project.build();
    for run in 0..14 {
        let before = std::fs::read(project.path(".feedmill/state.db"));
        newest += [1, 3, 2, 5][run % 4];
        put(&origin, newest.saturating_sub(5).max(1), newest);
        project.later(DAY);
        project.build();
        match run % 5 {
            // The state is gone, as a CI cache that was evicted.
            1 => std::fs::remove_dir_all(project.path(".feedmill")).unwrap(),
            // The run was killed after it wrote files and before it kept what it did.
            3 => {
                for rest in ["state.db-wal", "state.db-shm"] {
                    let _ = std::fs::remove_file(project.path(&format!(".feedmill/{rest}")));
                }
                project.write(".feedmill/state.db", before.unwrap());
                project.build();
            }
            _ => {}
        }
        let all: Vec<u32> = (1..=newest).collect();
        for ending in ["json", "atom", "rss"] {
            assert_eq!(walk(&project, ending), all, "{ending} after run {run}");
        }
        let now = archives(&project);
        assert_unchanged(&seen, &now);
        seen = now;
    }
    assert!(seen.len() >= 3 * 8, "{:?}", seen.keys());
    let published = project.published();
    project.later(DAY);
    project.build().stdout_has("unchanged");
    assert_eq!(project.published(), published);
}

#[test]
fn a_lower_cap_holds_at_once() {
    let origin = Origin::start();
    let project = project(&origin, "");
    put(&origin, 1, 6);
    project.build();
    project.write("feeds.toml", project.read("feeds.toml").replace("max_entries = 6", "max_entries = 3"));
    project.later(DAY);
    project.build();
    let (stories, _) = json_page(&project, "a.json");
    assert_eq!(stories, [6, 5, 4]);
    assert_eq!(walk(&project, "json"), [1, 2, 3, 4, 5, 6]);
}

/// What an archive has goes with the next news; nothing goes before, and nothing stays for ever.
#[test]
fn what_left_the_feed_leaves_the_state() {
    let origin = Origin::start();
    let project = project(&origin, "");
    for run in 0..6 {
        put(&origin, 5 * run + 1, 5 * run + 6);
        project.later(DAY);
        project.build();
        let state = Sqlite::look(&project.path(".feedmill/state.db")).unwrap().unwrap();
        let kept = state.entries(&FeedId::new("a").unwrap()).unwrap().len();
        // Six are in the feed, and what left in this run waits.
        assert!(kept <= 6 + 5, "{kept} in run {run}");
        assert_eq!(walk(&project, "json"), (1..=5 * run + 6).collect::<Vec<u32>>(), "after run {run}");
    }
}

#[test]
fn old_stories_are_not_new_again_after_the_state_was_lost() {
    let origin = Origin::start();
    let project = project(&origin, "");
    put(&origin, 1, 6);
    project.build();
    put(&origin, 4, 12);
    project.later(DAY);
    project.build();
    let before = project.published();
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    // The listing shows stories that left the feed long ago.
    put(&origin, 1, 12);
    origin.take_log();
    project.later(DAY);
    project.build().stderr_has("state-rebuilt");
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /"], "no article is read again");
    let names = |published: &[(String, Vec<u8>, _)]| -> Vec<(String, Vec<u8>)> {
        published
            .iter()
            .map(|(name, bytes, _): &(String, Vec<u8>, std::time::SystemTime)| (name.clone(), bytes.clone()))
            .collect()
    };
    assert_eq!(names(&project.published()), names(&before));
}

#[test]
fn archives_are_fetched_back_from_where_they_are_served() {
    let (origin, host) = (Origin::start(), Origin::start());
    let project = Project::for_origin(&origin, "max_entries = 4");
    let base = host.url("/");
    project.write("feeds.toml", format!("base_url = \"{base}\"\n{}", project.read("feeds.toml")));
    for newest in [4, 7, 9] {
        put(&origin, newest - 3, newest);
        project.later(DAY);
        project.build();
    }
    let before = archives(&project);
    assert!(before.len() >= 6);
    for (name, path) in files(&project.path("public")) {
        host.page(&format!("/{name}"), &std::fs::read_to_string(path).unwrap());
    }
    std::fs::remove_dir_all(project.path("public")).unwrap();
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    project.later(DAY);
    project.build();
    assert_eq!(archives(&project), before);
    // Without the files and their host a finding says what is missing, and the feed is written all the same.
    std::fs::remove_dir_all(project.path("public/archive")).unwrap();
    for name in before.keys() {
        host.status(&format!("/archive/{name}"), 404);
    }
    project.later(DAY);
    project.run(&["build"]).exit(0).stderr_has("archive-missing");
    assert!(!project.read("public/a.atom").contains("prev-archive"));
}

#[test]
fn a_move_to_another_address_is_told_by_the_archives_too() {
    let origin = Origin::start();
    let project = project(&origin, "");
    put(&origin, 1, 6);
    project.build();
    put(&origin, 5, 9);
    project.build();
    project.write("feeds.toml", project.read("feeds.toml").replace(BASE, "https://moved.example/x/"));
    project.build();
    for (name, bytes) in archives(&project) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("https://moved.example/x/archive/a/") && !text.contains(BASE), "{name}");
    }
}

#[test]
fn archives_can_be_switched_off() {
    let origin = Origin::start();
    let project = project(&origin, "archive = false");
    put(&origin, 1, 6);
    project.build();
    put(&origin, 5, 12);
    project.build();
    assert!(archives(&project).is_empty());
    assert!(!project.read("public/a.atom").contains("prev-archive"));
}
