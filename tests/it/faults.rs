//! Faults of networks and servers, one after the other, and what must hold after each of them.
//!
//! A [`Case`] has two feeds: one on an origin that the test breaks, one on an origin that stays well. After every run
//! [`Case::check`] looks at the same things: all files are well-formed, no entry is missing, doubled, renamed or moved in
//! time, the requests kept their distance, and the well feed has its news. `tests/faults/README.md` says which row of the
//! plan is tested where.

mod address;
mod answers;
mod manners;
mod origin;
mod pages;
mod robots;
mod secure;

use std::collections::BTreeMap;

use self::origin::FaultOrigin;
use crate::support::{DAY, Origin, Project, front_page, story_page};

const STORIES: [(&str, &str); 3] = [
    ("/n/1", "Night trains return to the northern line"),
    ("/n/2", "A museum of clocks opens in the old mill"),
    ("/n/3", "Rain delays the harvest for another week"),
];

/// Id → time and title, by feed.
type Entries = BTreeMap<String, BTreeMap<String, (String, String)>>;

/// A sick feed and a well one, both built once a day before.
struct Case {
    sick: FaultOrigin,
    well: Origin,
    project: Project,
    before: Entries,
    news: usize,
    /// The fault under test, for messages.
    what: String,
}

impl Case {
    fn new() -> Self {
        Self::with(FaultOrigin::start(), "", |project| project)
    }

    /// `more` are further keys of the sick feed's `request`.
    fn with(sick: FaultOrigin, more: &str, set_up: impl Fn(Project) -> Project) -> Self {
        let well = Origin::start();
        sick.page("/", &front_page(&STORIES));
        well.page("/", &front_page(&STORIES));
        for (path, title) in &STORIES {
            sick.page(path, &story_page(title, "2026-11-20"));
            well.page(path, &story_page(title, "2026-11-20"));
        }
        let table = |name: &str, url: &str, more: &str| {
            format!("[feeds.{name}]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\"{more} }}\n")
        };
        let config = table("sick", &sick.url("/"), more) + &table("well", &well.url("/"), "");
        let project = set_up(Project::new(&config));
        project.build();
        project.later(DAY);
        sick.take_log();
        let mut case = Self { sick, well, project, before: Entries::new(), news: 0, what: String::new() };
        case.before = case.entries();
        case
    }

    /// Gives the well feed a story, runs, and checks what must hold after every run; returns the words of the run.
    #[track_caller]
    fn run(&mut self, code: i32) -> String {
        self.news += 1;
        let path = format!("/news/{}", self.news);
        let title = format!("News number {} from the bakery and its rye bread", self.news);
        self.well.page(&path, &story_page(&title, "2026-11-22"));
        let mut stories: Vec<(&str, &str)> = vec![(&path, &title)];
        stories.extend(STORIES);
        self.well.page("/", &front_page(&stories));
        let run = self.project.run(&["build"]);
        assert_eq!(run.code, Some(code), "{}:\n{}", self.what, run.stderr);
        let run = run.stderr_lacks("feed `well`").stderr_lacks("panicked").file_has("public/well.json", &title);
        self.check();
        run.stderr
    }

    /// The run fails for the sick feed with all of `words` and leaves its files alone.
    #[track_caller]
    fn keeps(&mut self, words: &[&str]) {
        let files = |case: &Self| {
            let files = case.project.published().into_iter();
            files.filter(|(name, ..)| name.starts_with("sick.")).collect::<Vec<_>>()
        };
        let before = files(self);
        let said = self.run(1);
        for word in words {
            assert!(said.contains(word), "{}: {word:?} is not in:\n{said}", self.what);
        }
        assert!(said.contains("kept the feed of"), "{said}");
        assert_eq!(before, files(self));
    }

    /// The site is well again, and so is its feed, without a change to its entries.
    #[track_caller]
    fn recovers(&mut self) {
        self.sick.page("/", &front_page(&STORIES));
        self.run(0);
        let status = self.project.json("public/status.json");
        assert!(status["feeds"].as_array().unwrap().iter().all(|feed| feed["state"] == "ok"), "{status}");
    }

    /// From now on the sick feed has this long for an answer, or as long as usual.
    fn hurry(&self, timeout: Option<&str>) {
        let config = self.project.read("feeds.toml");
        let (before, rest) = config.split_once("timeout = \"").unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        self.project.write("feeds.toml", format!("{before}timeout = \"{}\"{after}", timeout.unwrap_or("60s")));
    }

    /// What must hold after every run.
    #[track_caller]
    fn check(&mut self) {
        let now = self.entries();
        for (feed, entries) in &self.before {
            for (id, entry) in entries {
                assert_eq!(now[feed].get(id), Some(entry), "entry {id} of {feed}");
            }
        }
        self.before = now;
        for (name, bytes, _) in self.project.published() {
            let hidden = name.starts_with('.') && name != ".nojekyll";
            assert!(!name.contains("tmp") && !hidden, "{name} was left behind");
            well_formed(&name, &bytes);
        }
        assert!(self.sick.most_at_once() <= 1, "{} requests at once", self.sick.most_at_once());
    }

    /// The entries of both feeds; every id is there once, in all three formats.
    #[track_caller]
    fn entries(&self) -> Entries {
        let mut feeds = Entries::new();
        for feed in ["sick", "well"] {
            let json = self.project.json(&format!("public/{feed}.json"));
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let mut entries = BTreeMap::new();
            for item in json["items"].as_array().unwrap() {
                let entry = (text(&item["date_published"]), text(&item["title"]));
                assert!(entries.insert(text(&item["id"]), entry).is_none(), "{} is twice in {feed}", item["id"]);
            }
            for ending in ["rss", "atom"] {
                let bytes = std::fs::read(self.project.path(&format!("public/{feed}.{ending}"))).unwrap();
                let ids: Vec<String> =
                    feed_rs::parser::parse(bytes.as_slice()).unwrap().entries.into_iter().map(|e| e.id).collect();
                assert_eq!(ids.len(), entries.len(), "{feed}.{ending}");
                assert!(ids.iter().all(|id| entries.contains_key(id)), "{feed}.{ending}: {ids:?}");
            }
            feeds.insert(feed.to_owned(), entries);
        }
        feeds
    }
}

/// Whether a published file is what its name says.
#[track_caller]
fn well_formed(name: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("rss" | "atom" | "opml") => {
            roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        Some("json") => {
            serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        Some("nojekyll") => assert!(text.is_empty(), "{name} is not empty"),
        _ => assert!(!text.is_empty(), "{name} is empty"),
    }
}
