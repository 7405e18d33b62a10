//! Merged feeds: each story once, with the feed it comes from.

use crate::support::{DAY, Origin, Project, front_page, story_page};

/// Two front pages on one origin that share a story; the second reprints one of the first's.
fn built(more: &str) -> (Origin, Project) {
    let origin = Origin::start();
    let own = "A lighthouse keeper counts the ships of one night";
    let shared = "The bridge over the narrows opens a week late";
    let news = "Ferry timetable changes with the first of December";
    origin.page("/", &front_page(&[("/a/1", own), ("/shared", shared), ("/a/3", "Gulls learn to open the new bins")]));
    origin.page(
        "/b/",
        &front_page(&[("/b/1", news), ("/shared", shared), ("/b/copy", own), ("/b/4", "Herring is back in the bay")]),
    );
    for (path, title, day) in
        [("/a/1", own, 20), ("/shared", shared, 19), ("/a/3", "Gulls learn to open the new bins", 18)]
    {
        origin.page(path, &story_page(title, &format!("2026-11-{day}T10:00:00Z")));
    }
    origin.page("/b/1", &story_page(news, "2026-11-21T10:00:00Z"));
    origin.page("/b/4", &story_page("Herring is back in the bay", "2026-11-17T10:00:00Z"));
    let copy = story_page(own, "2026-11-21T12:00:00Z");
    let copy =
        copy.replace("</h1>", &format!("</h1><p class=\"from\"><a href=\"{}\">Daily Test</a></p>", origin.url("/a/1")));
    origin.page("/b/copy", &copy);
    let table = |id: &str, path: &str, more: &str| {
        let url = origin.url(path);
        format!("[feeds.{id}]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n{more}\n")
    };
    let via = "article = { via = \".from a\", source = \".from a\" }";
    let project = Project::new(&format!(
        "base_url = \"https://feeds.example/\"\n{}{}{more}",
        table("a", "/", ""),
        table("b", "/b/", via)
    ));
    (origin, project)
}

fn stories(project: &Project, path: &str) -> Vec<(String, String)> {
    let feed = project.json(path);
    let items = feed["items"].as_array().unwrap().iter();
    let path = |url: &serde_json::Value| url.as_str().unwrap().splitn(4, '/').last().unwrap().to_owned();
    items.map(|item| (path(&item["url"]), item["_feedmill"]["feed"]["id"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn all_feeds_are_one_with_each_story_once() {
    let (origin, project) = built("");
    project.build();
    let wanted = [("b/1", "b"), ("a/1", "a"), ("shared", "a"), ("a/3", "a"), ("b/4", "b")];
    let wanted: Vec<_> = wanted.iter().map(|(path, feed)| ((*path).to_owned(), (*feed).to_owned())).collect();
    assert_eq!(stories(&project, "public/all.json"), wanted);
    let (rss, atom) = (project.read("public/all.rss"), project.read("public/all.atom"));
    assert_eq!(rss.matches("<source url=\"https://feeds.example/a.rss\">The Daily Test</source>").count(), 3);
    assert_eq!(atom.matches("<source>").count(), 5);
    assert!(atom.contains("href=\"https://feeds.example/b.atom\" rel=\"self\""));
    for file in ["feeds.opml", "index.html", "status.json"] {
        assert!(project.read(&format!("public/{file}")).contains("all.atom"), "{file}");
    }
    // Nothing moves, and nothing is asked for its sake.
    let before = project.published();
    origin.take_log();
    project.later(DAY);
    project.build();
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /", "GET /b/"]);
    assert_eq!(project.published(), before);
    // It changes with its parts, and keeps what a failing one had.
    origin.status("/b/", 500);
    let news = "A whale passes the harbour mouth at noon";
    origin.page("/", &front_page(&[("/a/9", news), ("/a/1", "A lighthouse keeper counts the ships of one night")]));
    origin.page("/a/9", &story_page(news, "2026-11-22T10:00:00Z"));
    project.later(DAY);
    project.run(&["build"]).exit(1);
    let after = stories(&project, "public/all.json");
    assert_eq!(after[0], ("a/9".to_owned(), "a".to_owned()));
    assert_eq!(&after[1..], &wanted[..]);
}

#[test]
fn a_merged_feed_is_made_again_where_its_files_are_gone() {
    let (origin, project) = built(
        "[merged.coast]\nfeeds = [\"b\"]\ntitle = \"The coast\"\nmax_entries = 2\n[merged]\nall = false\n"
            .replace("[merged]\nall = false\n", "")
            .as_str(),
    );
    project.build();
    assert_eq!(stories(&project, "public/coast.json").len(), 2);
    let before = project.read("public/coast.rss");
    std::fs::remove_file(project.path("public/coast.rss")).unwrap();
    origin.take_log();
    project.build();
    assert_eq!(project.read("public/coast.rss"), before);
}

#[test]
fn one_feed_alone_needs_no_merged_one() {
    let origin = Origin::start();
    origin.page(
        "/",
        &front_page(&[
            ("/1", "One story about a boat"),
            ("/2", "Another story about a bridge"),
            ("/3", "And a third about a bird"),
        ]),
    );
    for path in ["/1", "/2", "/3"] {
        origin.page(path, &story_page(path, "2026-11-20"));
    }
    let project = Project::for_origin(&origin, "");
    project.build().no_file("public/all.rss");
    let (_origin, project) = built("[merged]\nall = false\n");
    project.build().no_file("public/all.rss");
}

#[test]
fn mistakes_in_merged_feeds_are_shown_with_a_remedy() {
    let feeds = "[feeds.harbour]\nurl = \"https://a.example/\"\n[feeds.airport]\nurl = \"https://b.example/\"\n";
    for (more, wanted) in [
        ("[merged.all]\nfeeds = [\"harbor\"]\n", "did you mean `harbour`?"),
        ("[merged.harbour]\n", "`harbour` is a feed already"),
        ("[merged.X]\n", "cannot be the id of a merged feed"),
        ("[merged.x]\nfeeds = []\n", "empty array"),
        ("[merged.x]\nmax_entires = 3\n", "did you mean `max_entries`?"),
        ("[feeds.Harbour]\nurl = \"https://c.example/\"\n", "case"),
    ] {
        let project = Project::new(&format!("{feeds}{more}"));
        project.run(&["build"]).exit(2).stderr_has(wanted);
    }
}
