//! What lies in the output folder beside the feeds, and what `feedmill init` writes.

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

fn names(project: &Project) -> Vec<String> {
    project.published().into_iter().map(|(name, ..)| name).collect()
}

/// Adds `lines` to the top of feeds.toml.
fn on_top(project: &Project, lines: &str) {
    let config = project.read("feeds.toml");
    project.write("feeds.toml", format!("{lines}\n{config}"));
}

#[test]
fn each_host_finds_its_files() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build().stdout_has("the output folder holds ");
    let all = names(&project);
    for wanted in [".nojekyll", "404.html", "_headers", "a.html", "files.txt", "index.html", "search.js"] {
        assert!(all.iter().any(|name| name == wanted), "{wanted} is not in {all:?}");
    }
    let mut listed: Vec<String> =
        project.read("public/files.txt").lines().skip(1).map(str::to_owned).chain(["files.txt".to_owned()]).collect();
    listed.sort();
    assert_eq!(listed, all);

    let project = Project::for_origin(&origin, "");
    on_top(&project, "host = \"nginx\"");
    project.build().no_file("public/_headers").no_file("public/.nojekyll");
    on_top(&project, "title = \"Feeds\"");
    project.write("feeds.toml", project.read("feeds.toml").replace("\"nginx\"", "\"ngnix\""));
    project.run(&["build"]).exit(2).stderr_has("unknown host `ngnix`").stderr_has("did you mean `nginx`?");
}

#[test]
fn twins_come_and_go_with_the_switch() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    let plain = names(&project);
    project.write("public/theirs.gz", "not ours");

    on_top(&project, "precompress = true");
    project.build();
    let with_twins = project.published();
    for twin in ["a.rss.gz", "a.rss.br", "a.html.br", "index.html.gz", "status.json.br"] {
        assert!(with_twins.iter().any(|(name, ..)| name == twin), "{twin}");
    }
    project.later(DAY);
    project.build().stdout_has("unchanged");
    assert_eq!(project.published(), with_twins, "a twin was written whose file did not change");

    std::fs::remove_file(project.path("public/a.atom.br")).unwrap();
    project.build();
    assert!(project.path("public/a.atom.br").exists(), "a lost twin comes back");

    project.write("feeds.toml", project.read("feeds.toml").replace("precompress = true", "precompress = false"));
    project.build();
    let mut expected = plain;
    expected.push("theirs.gz".to_owned());
    expected.sort();
    assert_eq!(names(&project), expected);
}

#[test]
fn files_of_a_renamed_feed_are_told_and_go_when_asked() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.write("public/theirs.rss", "not ours");
    project.build().stderr_lacks("files-stale");
    project.write("feeds.toml", project.read("feeds.toml").replace("[feeds.a]", "[feeds.b]"));
    for _ in 0..2 {
        project
            .build()
            .stderr_has("note[files-stale]: the output folder has files that no feed renews any more: `a.atom`, `a.html`, `a.json`, `a.rss`")
            .stderr_has("feedmill build --prune");
        assert!(project.path("public/a.rss").exists());
    }
    project
        .run(&["build", "--prune"])
        .exit(0)
        .stderr_lacks("files-stale")
        .no_file("public/a.rss")
        .no_file("public/a.html");
    project.build().stderr_lacks("files-stale").file_has("public/theirs.rss", "not ours");
    assert!(!project.read("public/files.txt").contains("\na.rss\n"));
}

#[test]
fn a_feed_that_fails_keeps_its_files_whatever_is_pruned() {
    let origin = newspaper();
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = names(&project);
    origin.status("/", 500);
    // Without its state the feed has no row that names its files.
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    project.run(&["build", "--prune"]).exit(1);
    assert_eq!(names(&project), before);
}

#[test]
fn init_writes_what_a_host_needs_and_overwrites_nothing() {
    for (host, file, words) in [
        ("github-pages", ".github/workflows/feeds.yml", "deploy-pages@"),
        ("netlify", "netlify.toml", "publish = \"public\""),
        ("cloudflare", "wrangler.toml", "pages_build_output_dir"),
        ("nginx", "nginx.conf", "server_name me.example;"),
        ("caddy", "Caddyfile", "me.example {"),
        ("s3", "s3/policy.json", "arn:aws:s3:::me.example/*"),
    ] {
        let project = Project::new("");
        std::fs::remove_file(project.path("feeds.toml")).unwrap();
        let init = ["init", "--host", host, "--base-url", "https://me.example/feeds"];
        project
            .run(&init)
            .exit(0)
            .stdout_has("wrote  ./feeds.toml")
            .stdout_has("  https://me.example/feeds/example.rss\n")
            .file_has("feeds.toml", "base_url = \"https://me.example/feeds/\"")
            .file_has("feeds.toml", host)
            .file_has(file, words);
        project.write(file, "mine");
        project.run(&init).exit(0).stdout_has("it is there already").file_has(file, "mine");
        project.write(
            "feeds.toml",
            format!("base_url = \"https://other.example/\"\n{}", "[feeds.town]\nurl = \"https://town.example/\""),
        );
        project
            .run(&["init", "--host", host, "--force"])
            .exit(0)
            .stdout_has("kept   ./feeds.toml")
            .stdout_has("https://other.example/town.json")
            .stdout_has(&format!("host = \"{host}\""));
        assert_ne!(project.read(file), "mine");
    }
    let project = Project::new("");
    project.run(&["init", "--host", "netify"]).exit(2).stderr_has("did you mean `netlify`?");
    project.run(&["init", "--base-url", "ftp://me.example"]).exit(2).stderr_has("expected an address such as");
}
