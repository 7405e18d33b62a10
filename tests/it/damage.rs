//! State that was damaged, lost, or written by another version: no entry is new again, no time moves, no id changes.

use std::path::Path;

use rusqlite::Connection;

use crate::support::{DAY, Origin, Project, front_page, story_page};

const STORIES: [(&str, &str); 4] = [
    ("/a/1", "Seven swans settle on the castle pond"),
    ("/a/2", "A tunnel under the station takes shape"),
    ("/a/3", "Choir looks for tenors and for a piano"),
    ("/a/4", "The last tram of the night is late again"),
];

/// A site with a story that has no date anywhere, built once.
fn built() -> (Origin, Project) {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    for (n, (path, title)) in STORIES.iter().enumerate() {
        let date = if n == 1 { String::new() } else { format!("2026-11-{:02}T08:00:00+09:00", 20 - n) };
        origin.page(path, &story_page(title, &date));
    }
    let project = Project::for_origin(&origin, "");
    project.build();
    project.later(DAY);
    (origin, project)
}

fn state(project: &Project) -> std::path::PathBuf {
    project.path(".feedmill/state.db")
}

/// After `spoil`, a run says `words`, ends well, and touches nothing that is published; the run after that is ordinary.
fn heals(spoil: impl FnOnce(&Path), words: &str) {
    let (origin, project) = built();
    let before = project.published();
    spoil(&state(&project));
    project.build().stderr_has(words);
    assert_eq!(project.published(), before, "after {words:?}");
    origin.take_log();
    project.later(DAY);
    project.build().stdout_has("unchanged").stderr_lacks("state-rebuilt");
    assert_eq!(project.published(), before, "after {words:?}, later");
    assert_eq!(origin.requests().last().map(String::as_str), Some("GET /"), "no article is read again");
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn an_empty_file() {
    heals(|path| std::fs::write(path, "").unwrap(), "state-rebuilt");
}

#[test]
fn a_file_that_was_cut() {
    heals(|path| std::fs::write(path, &bytes(path)[..bytes(path).len() / 2]).unwrap(), "state-rebuilt");
}

#[test]
fn a_page_of_zeros() {
    let spoil = |path: &Path| {
        let mut bytes = bytes(path);
        let end = bytes.len();
        bytes[4096..end].fill(0);
        std::fs::write(path, bytes).unwrap();
    };
    heals(spoil, "state-rebuilt");
}

#[test]
fn rows_that_are_no_rows() {
    let spoil = |path: &Path| {
        Connection::open(path).unwrap().execute("UPDATE source SET memory = '{'", []).unwrap();
    };
    let (_origin, project) = built();
    let before: Vec<_> = project.published().into_iter().filter(|(name, ..)| name.starts_with("a.")).collect();
    spoil(&state(&project));
    // One run finds it, the next one heals it.
    project.run(&["build"]).exit(1).stderr_has("state-failed");
    project.run(&["build"]).exit(0).stderr_has("state-rebuilt");
    let after: Vec<_> = project.published().into_iter().filter(|(name, ..)| name.starts_with("a.")).collect();
    assert_eq!(after, before);
}

#[test]
fn no_file_at_all() {
    heals(|path| std::fs::remove_file(path).unwrap(), "state-rebuilt");
}

#[test]
fn a_lock_that_nobody_holds() {
    heals(|path| std::fs::write(path.with_file_name("lock"), "4711 nonsense\n").unwrap(), "");
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let (origin, project) = built();
    let published = project.published();
    Connection::open(state(&project)).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let file = bytes(&state(&project));
    origin.take_log();
    for arguments in [&["build"] as &[&str], &["accept", "a"], &["status"]] {
        project.run(arguments).exit(1).stderr_has("a newer feedmill wrote this file");
    }
    assert_eq!(bytes(&state(&project)), file);
    assert_eq!(project.published(), published);
    assert_eq!(origin.requests(), Vec::<String>::new());
}

#[test]
fn an_older_version_is_copied_and_brought_up_to_date() {
    // The tables and fields of the first version.
    let spoil = |path: &Path| {
        let connection = Connection::open(path).unwrap();
        let first = ["source", "entry", "seen", "robots"];
        let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
        let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for name in names.iter().filter(|name| !first.contains(&name.as_str()) && !name.starts_with("sqlite_")) {
            connection.execute_batch(&format!("DROP TABLE \"{name}\"")).unwrap();
        }
        let newer = ["pace", "baseline", "doubt", "accepted", "incidents", "since", "changed_at"];
        for field in newer {
            connection.execute("UPDATE source SET memory = json_remove(memory, '$.' || ?1)", [field]).unwrap();
        }
        connection.pragma_update(None, "user_version", 1).unwrap();
        drop(tables);
    };
    let (_origin, project) = built();
    let before = project.published();
    spoil(&state(&project));
    project.build().stderr_lacks("state-rebuilt").stdout_has("unchanged");
    assert_eq!(project.published(), before);
    assert!(project.path(".feedmill/state.db.bak-1").exists());
    project.later(DAY);
    project.build().stdout_has("unchanged");
    assert_eq!(project.published(), before);
}
