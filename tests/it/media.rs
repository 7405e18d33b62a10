//! Pictures copied beside the feeds.

use crate::support::{Answer, Origin, Project, front_page, story_page};

const BASE: &str = "https://me.example/feeds/";
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";

fn picture(site: &Origin, path: &str, media_type: &str, body: &[u8]) {
    let headers = vec![("content-type".to_owned(), media_type.to_owned())];
    site.answer(path, Answer { status: 200, headers, body: body.to_vec(), etag: None });
}

/// A story with a picture at each of `paths`.
fn story(title: &str, date: &str, paths: &[&str]) -> String {
    let figures: Vec<String> =
        paths.iter().map(|path| format!("<figure><img src=\"{path}\" alt=\"A view\"></figure>")).collect();
    let figures = figures.concat();
    story_page(title, date).replace("Nobody left early.</p>", &format!("Nobody left early.</p>{figures}"))
}

fn project(site: &Origin, more: &str) -> Project {
    site.page("/", &front_page(&[("/news/one", "One bridge opens"), ("/news/two", "Two ferries sail")]));
    site.page("/news/one", &story("One bridge opens", "2026-11-20T08:00:00Z", &["/img/a.jpg", "/img/b.png"]));
    site.page("/news/two", &story("Two ferries sail", "2026-11-19T08:00:00Z", &["/img/lies.jpg", "/img/b.png"]));
    picture(site, "/img/a.jpg", "image/jpeg", JPEG);
    picture(site, "/img/b.png", "image/png", PNG);
    picture(
        site,
        "/img/lies.jpg",
        "image/jpeg",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
    );
    Project::new(&format!(
        "base_url = \"{BASE}\"\n[feeds.a]\nurl = \"{}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n{more}\n",
        site.url("/")
    ))
}

/// Names of the files in `media/a/`.
fn copies(project: &Project) -> Vec<String> {
    let files = project.published().into_iter().map(|(name, ..)| name);
    files.filter_map(|name| name.strip_prefix("media/a/").map(str::to_owned)).collect()
}

#[test]
fn pictures_are_copied_by_content_and_shown_from_there() {
    let site = Origin::start();
    let project = project(&site, "media = true");
    let run = project.build();
    let run = run.stderr_has("media-refused").stderr_has("calls itself image/jpeg, but its bytes are");
    let copies = copies(&project);
    assert_eq!(copies.len(), 2, "{copies:?}");
    let endings: Vec<_> = copies.iter().map(|name| name.split_once('.').unwrap().1).collect();
    assert!(endings.contains(&"jpg") && endings.contains(&"png"), "{copies:?}");
    for file in ["a.json", "a.atom", "a.rss"] {
        let text = project.read(&format!("public/{file}"));
        for name in &copies {
            assert!(text.contains(&format!("{BASE}media/a/{name}")), "{file} shows {name}");
        }
        assert!(text.contains(&site.url("/img/lies.jpg")), "{file}: what is no picture stays where it is");
    }
    drop(run);
    site.requests();
    let before = project.published();
    project.later(3600);
    project.build();
    assert_eq!(site.requests(), ["GET /"], "nothing is copied twice");
    assert_eq!(project.published(), before);
}

#[test]
fn lost_state_keeps_the_copies_and_asks_for_none() {
    let site = Origin::start();
    let project = project(&site, "media = true");
    project.build();
    let before = project.published();
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    site.requests();
    project.later(3600);
    project.build();
    let asked = site.requests();
    assert!(!asked.iter().any(|line| line.contains("/img/a") || line.contains("/img/b")), "{asked:?}");
    assert_eq!(project.published(), before);
}

#[test]
fn copies_come_and_go_with_the_switch() {
    let site = Origin::start();
    let project = project(&site, "");
    project.build();
    let plain = project.published();
    let config = project.read("feeds.toml");
    project.write("feeds.toml", config.replace("[feeds.a]\n", "[feeds.a]\nmedia = true\n"));
    project.later(3600);
    project.build();
    assert_eq!(copies(&project).len(), 2);
    project.write("feeds.toml", &config);
    project.later(3600);
    project.build();
    let names = |files: &[(String, Vec<u8>, std::time::SystemTime)]| -> Vec<(String, Vec<u8>)> {
        files.iter().filter(|file| file.0 != "status.json").map(|file| (file.0.clone(), file.1.clone())).collect()
    };
    assert_eq!(names(&project.published()), names(&plain), "as if there had never been copies");
}

#[test]
fn limits_leave_the_rest_for_later_or_where_it_is() {
    let site = Origin::start();
    let project = project(&site, "media = { max_per_run = 1 }");
    project.build();
    assert_eq!(copies(&project).len(), 1);
    project.later(3600);
    project.build();
    assert_eq!(copies(&project).len(), 2, "the listing stands still, the pictures follow");

    let site = Origin::start();
    let mut large = JPEG.to_vec();
    large.resize(4096, 0);
    let project = self::project(&site, "media = { max_bytes = \"2KiB\" }");
    picture(&site, "/img/a.jpg", "image/jpeg", &large);
    project.build().stderr_has("media-failed").stderr_has("larger than 2048 bytes");
    assert_eq!(copies(&project).len(), 1);
}

#[test]
fn a_copy_goes_when_no_entry_shows_it() {
    let site = Origin::start();
    let project = project(&site, "media = true\nmax_entries = 2\narchive = false");
    project.build();
    let before = copies(&project);
    site.page("/", &front_page(&[("/news/three", "Three trams"), ("/news/four", "Four buses")]));
    site.page("/news/three", &story("Three trams", "2026-11-21T08:00:00Z", &["/img/b.png"]));
    site.page("/news/four", &story("Four buses", "2026-11-21T09:00:00Z", &[]));
    project.later(3600);
    project.build();
    let after = copies(&project);
    assert_eq!(after.len(), 1, "{before:?} {after:?}");
    assert!(before.contains(&after[0]), "the one that is still shown");
}

#[test]
fn a_picture_that_fails_is_asked_for_three_times() {
    let site = Origin::start();
    let project = project(&site, "media = true");
    site.status("/img/a.jpg", 500);
    for asked in [true, true, true, false] {
        site.requests();
        project.run(&["build"]).exit(0);
        assert_eq!(site.requests().contains(&"GET /img/a.jpg".to_owned()), asked);
        project.later(3600);
    }
}

#[test]
fn archives_keep_their_pictures() {
    let site = Origin::start();
    let project = project(&site, "media = true\nmax_entries = 2");
    project.build();
    let before = copies(&project);
    site.page("/", &front_page(&[("/news/three", "Three trams"), ("/news/four", "Four buses")]));
    site.page("/news/three", &story("Three trams", "2026-11-21T08:00:00Z", &[]));
    site.page("/news/four", &story("Four buses", "2026-11-21T09:00:00Z", &[]));
    project.later(3600);
    project.build();
    assert_eq!(copies(&project), before);
    let archives: Vec<String> = project.published().into_iter().map(|(name, ..)| name).collect();
    let archives = archives.iter().filter(|name| name.starts_with("archive/a/") && name.ends_with("json"));
    let archived: String = archives.map(|name| project.read(&format!("public/{name}"))).collect();
    for name in &before {
        assert!(archived.contains(&format!("{BASE}media/a/{name}")), "{name} is shown in {archived}");
    }
    let feed = project.read("public/a.json");
    assert!(!feed.contains("media/a/"), "the feed has other stories");
}

#[test]
fn merged_feeds_show_the_copies_of_their_parts() {
    let site = Origin::start();
    let project = project(&site, "media = true");
    let config = project.read("feeds.toml");
    let other = config.replace("[feeds.a]", "[feeds.b]").replace("media = true", "");
    let other = other.split_once("[feeds.b]").unwrap().1;
    project.write(
        "feeds.toml",
        format!("{config}\n[feeds.b]{other}\n[merged]\nall = false\n[merged.only]\nfeeds = [\"a\"]\n"),
    );
    project.build();
    let text = project.read("public/only.json");
    for name in copies(&project) {
        assert!(text.contains(&format!("{BASE}media/a/{name}")), "{name}");
    }
}
