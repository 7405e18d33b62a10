//! Excerpts, rights and credit: what readers get of what is kept.

use crate::support::{DAY, Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] = &[
    ("/a/1", "Seven swans settle on the castle pond"),
    ("/a/2", "A tunnel under the station takes shape"),
    ("/a/3", "Choir looks for tenors and for a piano"),
];

fn origin() -> Origin {
    let origin = Origin::start();
    origin.page("/", &front_page(STORIES));
    for (path, title) in STORIES {
        origin.page(path, &story_page(title, "2026-11-20T07:00:00Z"));
    }
    origin
}

#[test]
fn excerpts_are_published_and_the_whole_is_kept() {
    let origin = origin();
    let more = "visibility = \"excerpt\"\nexcerpt = { words = 12 }\ncredit = true\nrights = \"© The Daily Test\"\n";
    let project = Project::for_origin(&origin, more);
    project.build();
    let json = project.json("public/a.json");
    let content = json["items"][0]["content_html"].as_str().unwrap();
    assert!(content.contains('…') && !content.contains("In the end"), "{content}");
    assert!(content.contains(&format!("href=\"{}\"", origin.url("/a/1"))), "{content}");
    assert!(content.ends_with("© The Daily Test</p>"), "{content}");
    for file in ["a.rss", "a.atom", "a.json"] {
        let text = project.read(&format!("public/{file}"));
        assert!(!text.contains("In the end") && text.contains("© The Daily Test"), "{file}");
    }
    // The excerpt of an excerpt is the same excerpt.
    let before = project.published();
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    project.later(DAY);
    project.build().stderr_has("state-rebuilt");
    assert_eq!(project.published(), before);
}

#[test]
fn another_visibility_asks_for_no_page() {
    let origin = origin();
    let project = Project::for_origin(&origin, "visibility = \"excerpt\"\nexcerpt = { characters = 40 }\n");
    project.build();
    assert!(!project.read("public/a.rss").contains("In the end"));
    let config = project.read("feeds.toml").replace("\"excerpt\"", "\"full\"");
    project.write("feeds.toml", config);
    origin.take_log();
    project.later(DAY);
    project.build();
    assert_eq!(origin.requests(), ["GET /robots.txt", "GET /"]);
    assert!(project.read("public/a.rss").contains("In the end"));
}

#[test]
fn mistakes_have_remedies() {
    for (more, wanted) in [
        ("visibility = \"excerp\"", "did you mean `excerpt`?"),
        ("excerpt = { word = 3 }", "did you mean `words`?"),
        ("excerpt = { words = 3, characters = 4 }", "exclude each other"),
        ("excerpt = {}", "write `excerpt = { words = 60 }`"),
        ("credit = \"yes\"", "expected a boolean"),
        ("rights = \" \"", "`rights` is empty"),
    ] {
        let project = Project::new(&format!("[feeds.a]\nurl = \"https://a.example/\"\n{more}\n"));
        project.run(&["build"]).exit(2).stderr_has(wanted);
    }
    for (base, wanted) in [
        ("me.example/feeds", "did you mean `https://me.example/feeds`?"),
        ("/srv/www", "no scheme"),
        ("https://", "no address"),
        ("ftp://me.example/", "not http or https"),
        ("https://me.example/?a=b", "no `?`"),
        ("https://me.example/feeds/index.html", "did you mean `https://me.example/feeds/`?"),
        ("https://you:secret@me.example/", "no user name"),
    ] {
        let project = Project::new(&format!("base_url = \"{base}\"\n[feeds.a]\nurl = \"https://a.example/\"\n"));
        project.run(&["build"]).exit(2).stderr_has(wanted).stderr_lacks("secret");
    }
}

#[test]
fn recordings_are_a_podcast_where_feeds_toml_says_what_directories_ask() {
    let origin = Origin::start();
    origin.page(
        "/",
        &front_page(&[("/one.mp3", "The first talk about harbours"), ("/two.mp3", "The second talk about ferries")]),
    );
    let config = "podcast = { category = \"News\", email = \"me@me.example\", author = \"Ada & Ben\" }";
    let project = Project::for_origin(&origin, config);
    project.build();
    let text = project.read("public/a.rss");
    for part in [
        "xmlns:itunes=",
        "<itunes:author>Ada &amp; Ben</itunes:author>",
        "<itunes:category text=\"News\">",
        "<itunes:explicit>false</itunes:explicit>",
        "<itunes:email>me@me.example</itunes:email>",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let plain = Project::for_origin(&origin, "");
    plain.build();
    assert!(!plain.read("public/a.rss").contains("itunes"), "nothing is half said");
    let wrong = Project::for_origin(&origin, "podcast = { category = \"Nows\" }");
    wrong.run(&["build"]).exit(2).stderr_has("did you mean `News`?").stderr_has("`podcast` has no `email`");
}
