//! What other programs make of the files: libxml2, feed-rs.

use std::process::{Command, Stdio};

use feed_rs::parser;

use crate::support::{Origin, Project, front_page, story_page};

const STORIES: &[(&str, &str)] = &[
    ("/x/1", "Ärzte & Pfleger: “Wir können nicht mehr” – 5 < 6"),
    ("/x/2", "东京的天气 今天晴朗 明天有雨 后天转阴"),
    ("/x/3", "مجلس المدينة يناقش ميزانية العام المقبل غدا"),
];

fn built() -> (Origin, Project) {
    let origin = Origin::start();
    let escaped: Vec<(&str, String)> =
        STORIES.iter().map(|(path, title)| (*path, title.replace('&', "&amp;").replace('<', "&lt;"))).collect();
    let listed: Vec<(&str, &str)> = escaped.iter().map(|(path, title)| (*path, title.as_str())).collect();
    origin.page("/", &front_page(&listed));
    for (n, (path, title)) in escaped.iter().enumerate() {
        origin.page(path, &story_page(title, &format!("2026-11-{:02}T10:00:00Z", 20 - n)));
    }
    let project = Project::for_origin(&origin, "");
    project.write("feeds.toml", format!("base_url = \"https://feeds.example/\"\n{}", project.read("feeds.toml")));
    project.build();
    (origin, project)
}

/// libxml2, where it is installed; CI installs it and does without nothing.
fn xmllint(paths: &[std::path::PathBuf]) {
    let run = Command::new("xmllint").arg("--noout").args(paths).stdin(Stdio::null()).output();
    match run {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => assert!(std::env::var_os("CI").is_none(), "xmllint is needed in CI: {error}"),
    }
}

#[test]
fn every_format_reads_back_equal() {
    let (_origin, project) = built();
    xmllint(&["public/a.rss", "public/a.atom", "public/feeds.opml"].map(|path| project.path(path)));
    let read = |path: &str| {
        let feed = parser::parse(project.read(path).as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let entries = feed.entries.into_iter().map(|entry| {
            let title = entry.title.map(|title| title.content).unwrap_or_default();
            let body = entry.content.and_then(|content| content.body).unwrap_or_default();
            let link = entry.links.first().map(|link| link.href.clone()).unwrap_or_default();
            (entry.id, title, link, entry.published.map(|time| time.timestamp()), body)
        });
        entries.collect::<Vec<_>>()
    };
    let (rss, atom, json) = (read("public/a.rss"), read("public/a.atom"), read("public/a.json"));
    assert_eq!(rss, atom);
    assert_eq!(atom, json);
    let titles: Vec<&str> = rss.iter().map(|(_, title, ..)| title.as_str()).collect();
    assert_eq!(titles, STORIES.iter().map(|(_, title)| *title).collect::<Vec<_>>());
}

#[test]
fn the_overview_names_every_feed_once() {
    let (_origin, project) = built();
    let opml = project.read("public/feeds.opml");
    assert_eq!(opml.matches("xmlUrl=").count(), 1, "{opml}");
    assert!(opml.contains("https://feeds.example/a."));
    let index = project.read("public/index.html");
    for ending in ["rss", "atom", "json"] {
        assert!(index.contains(&format!("a.{ending}")), "{ending}");
    }
    assert_eq!(project.json("public/status.json")["feeds"][0]["entries"], 3);
}
