//! Memory between runs: lost, damaged, shared.

use crate::support::{DAY, Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] = &[
    ("/a/1", "Seven swans settle on the castle pond"),
    ("/a/2", "A tunnel under the station takes shape"),
    ("/a/3", "Choir looks for tenors and for a piano"),
];

/// An origin whose second story has no date anywhere.
fn origin() -> Origin {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    origin.page(STORIES[0].0, &story_page(STORIES[0].1, "2026-11-20T07:00:00+09:00"));
    let undated = story_page(STORIES[1].1, "").replace("<time datetime=\"\"></time>", "");
    origin.page(STORIES[1].0, &undated);
    origin.page(STORIES[2].0, &story_page(STORIES[2].1, "2026-11-19"));
    origin
}

fn bytes(project: &Project) -> Vec<(String, String)> {
    project.published().into_iter().map(|(name, bytes, _)| (name, String::from_utf8(bytes).unwrap())).collect()
}

#[test]
fn lost_state_is_rebuilt_from_the_published_feed() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.published();
    origin.take_log();
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    project.later(40 * DAY);
    project.build().stderr_has("state-rebuilt").stdout_has("unchanged");
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /"]);
    assert_eq!(project.published(), before);
    // And the run after that is an ordinary one.
    project.later(DAY);
    project.build().stderr_lacks("state-rebuilt");
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /"]);
    assert_eq!(project.published(), before);
}

#[test]
fn lost_state_is_rebuilt_from_where_the_feed_is_served() {
    let (origin, host) = (origin(), Origin::start());
    let url = origin.url("/");
    let base = host.url("/feeds/");
    let config = format!(
        "base_url = \"{base}\"\n[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"
    );
    let project = Project::new(&config);
    project.build();
    let before = bytes(&project);
    host.page("/feeds/a.json", &project.read("public/a.json"));
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    std::fs::remove_dir_all(project.path("public")).unwrap();
    origin.take_log();
    project.later(DAY);
    project.build().stderr_has("state-rebuilt");
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /"]);
    assert_eq!(bytes(&project), before);
    // A host that does not answer well is no reason to begin anew.
    host.status("/feeds/a.json", 500);
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    std::fs::remove_dir_all(project.path("public")).unwrap();
    project.run(&["build"]).exit(1).stderr_has("lost state").no_file("public/a.rss");
}

#[test]
fn a_damaged_state_file_is_put_aside() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.published();
    project.write(".feedmill/state.db", "this is no database, and long enough to be sure of it".repeat(100));
    for rest in ["state.db-wal", "state.db-shm"] {
        let _ = std::fs::remove_file(project.path(&format!(".feedmill/{rest}")));
    }
    project.run(&["build"]).stderr_has("state-rebuilt");
    assert_eq!(project.published(), before);
    let kept = crate::support::files(&project.path(".feedmill"));
    assert!(kept.iter().any(|(name, _)| name.contains("corrupt")), "{kept:?}");
}

#[test]
fn a_deleted_or_shortened_file_is_written_again() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = bytes(&project);
    std::fs::remove_file(project.path("public/a.atom")).unwrap();
    project.write("public/a.rss", "");
    project.build();
    assert_eq!(bytes(&project), before);
}

#[test]
fn foreign_files_are_left_alone_and_links_refused() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.write("public/CNAME", "feeds.example");
    project.build();
    assert_eq!(project.read("public/CNAME"), "feeds.example");
    #[cfg(unix)]
    {
        project.write("elsewhere", "precious");
        std::fs::remove_file(project.path("public/a.rss")).unwrap();
        std::os::unix::fs::symlink(project.path("elsewhere"), project.path("public/a.rss")).unwrap();
        project.run(&["build"]).exit(1).stderr_has("link");
        assert_eq!(project.read("elsewhere"), "precious");
    }
}

#[cfg(unix)]
#[test]
fn published_files_can_be_served() {
    use std::os::unix::fs::PermissionsExt;
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    for (name, ..) in project.published() {
        let mode = std::fs::metadata(project.path(&format!("public/{name}"))).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{name}");
    }
}

#[test]
fn a_changed_configuration_reads_the_articles_again() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.json("public/a.json");
    origin.take_log();
    let config = project.read("feeds.toml") + "article = { remove = [\"p:last-child\"] }\n";
    project.write("feeds.toml", config);
    project.later(DAY);
    project.build();
    assert_eq!(origin.requests().len(), 5, "robots, listing, three articles");
    let after = project.json("public/a.json");
    for (old, new) in before["items"].as_array().unwrap().iter().zip(after["items"].as_array().unwrap()) {
        assert_eq!((&old["id"], &old["date_published"]), (&new["id"], &new["date_published"]));
    }
    assert!(!project.read("public/a.rss").contains("In the end"));
}

#[test]
fn another_base_url_is_told_by_every_file_at_once() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    let table = project.read("feeds.toml");
    project.write("feeds.toml", format!("base_url = \"https://old.example/\"\n{table}"));
    project.build();
    project.write("feeds.toml", format!("base_url = \"https://new.example/\"\n{table}"));
    origin.take_log();
    project.build();
    assert_eq!(origin.requests(), ["GET /"], "no article is read again");
    for (name, text) in bytes(&project) {
        assert!(!text.contains("old.example"), "{name}");
    }
    project.build().stdout_has("unchanged");
}

#[test]
fn a_changed_configuration_is_no_change_of_the_stories_that_wait() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.json("public/a.json");
    let more = "max_articles_per_run = 1\narticle = { remove = [\"p:last-child\"] }\n";
    project.write("feeds.toml", project.read("feeds.toml") + more);
    for _ in 0..3 {
        project.later(DAY);
        project.build();
    }
    project.build().stdout_has("unchanged");
    assert!(!project.read("public/a.rss").contains("In the end"));
    let after = project.json("public/a.json");
    for (old, new) in before["items"].as_array().unwrap().iter().zip(after["items"].as_array().unwrap()) {
        for key in ["id", "date_published", "date_modified"] {
            assert_eq!(old[key], new[key], "{key}");
        }
    }
}

#[test]
fn a_run_beside_another_says_so() {
    let origin = origin();
    let project = Project::for_origin(&origin, "");
    project.build();
    let lock = std::fs::OpenOptions::new().read(true).write(true).open(project.path(".feedmill/lock")).unwrap();
    lock.lock().unwrap();
    project.run(&["build"]).exit(75).stderr_has("another feedmill");
    lock.unlock().unwrap();
    project.build();
}
