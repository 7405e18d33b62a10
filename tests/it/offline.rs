//! Pages fetched in one place, feeds built in another.

use crate::support::{Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] =
    &[("/one", "The first bridge opens after seven years"), ("/two", "Ferries to the island run again at night")];

fn newspaper() -> Origin {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    for (path, title) in STORIES {
        origin.page(path, &story_page(title, "2026-11-20T08:00:00Z"));
    }
    origin
}

#[test]
fn what_is_fetched_here_is_built_there_as_if_it_were_one_place() {
    let origin = newspaper();
    let (home, server, both) =
        (Project::for_origin(&origin, ""), Project::for_origin(&origin, ""), Project::for_origin(&origin, ""));
    both.build();
    origin.take_log();
    for name in ["pages.warc", "pages.warc.gz"] {
        home.run(&["fetch", "--to", name])
            .exit(0)
            .stdout_has("3 pages of 1 feeds")
            .no_file("public")
            .no_file(".feedmill");
        assert_eq!(origin.requests(), ["GET /robots.txt", "GET /", "GET /one", "GET /two"]);
        std::fs::copy(home.path(name), server.path(name)).unwrap();
    }
    server.run(&["build", "--from", "pages.warc.gz"]).exit(0).stdout_has("changed");
    assert_eq!(server.read("public/a.atom"), both.read("public/a.atom"));
    server.run(&["build", "--from", "pages.warc"]).exit(0).stdout_has("unchanged");
    assert!(origin.requests().is_empty(), "a build from an archive asks no site");

    // What is published need not be fetched again.
    let fresh = ("/three", "A third story that nobody expected to read");
    origin.page("/", &front_page(&[fresh, STORIES[0], STORIES[1]]));
    origin.page(fresh.0, &story_page(fresh.1, "2026-11-21T08:00:00Z"));
    server.later(3600);
    server.run(&["fetch", "--to", "more.warc"]).exit(0).stdout_has("2 pages");
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /", "GET /three"]);
    server.run(&["build", "--from", "more.warc"]).exit(0);
    assert_eq!(server.json("public/a.json")["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_failure_there_is_told_here() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    let feed = project.read("public/a.json");
    origin.status("/", 403);
    project.run(&["fetch", "--to", "x.warc"]).exit(1).stderr_has("answered 403").stdout_has("1 feeds failed");
    project.run(&["build", "--from", "x.warc"]).exit(1).stderr_has("answered 403").stderr_has("kept the feed");
    assert_eq!(project.read("public/a.json"), feed);
}

#[test]
fn an_archive_that_cannot_be_used_touches_nothing() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.run(&["fetch", "--to", "x.warc.gz"]).exit(0);
    let bytes = std::fs::read(project.path("x.warc.gz")).unwrap();
    project.write("cut.warc.gz", &bytes[..bytes.len() - 40]);
    project
        .run(&["build", "--from", "cut.warc.gz"])
        .exit(2)
        .stderr_has("cut.warc.gz")
        .stderr_has("cut short")
        .no_file("public");
    project.run(&["build", "--from", "none.warc"]).exit(2).stderr_has("none.warc").no_file(".feedmill");
    project.run(&["build", "--from", "feeds.toml"]).exit(2).stderr_has("the archive").no_file("public");
}
