use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeZone;
use tempfile::TempDir;
use url::Url;

use super::*;
use crate::finding::{Code, Finding};
use crate::model::{Entry, SafeHtml, Timestamp, Title};

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_800_000_000 + seconds, 0).unwrap()
}

fn feed(id: &str) -> FeedId {
    FeedId::new(id).unwrap()
}

fn entry_id(number: usize) -> EntryId {
    EntryId::from_key(format!("https://site.example/{number}"))
}

fn kept(number: usize, title: &str, keys: &[String]) -> Kept {
    let entry = Entry {
        id: entry_id(number),
        url: Url::parse(&format!("https://www.site.example/{number}?ü=1")).unwrap(),
        title: Title::new(title).unwrap(),
        published: Timestamp::exact(at(5).fixed_offset()),
        updated: at(5).with_timezone(&chrono::FixedOffset::east_opt(3600 * 10).unwrap()),
        authors: Vec::new(),
        summary: Some("'quotes\"; 新闻 \u{1F600}".to_owned()),
        content: Some(SafeHtml::from_sanitiser(format!("<p>{title}</p>"))),
        image: None,
        categories: vec!["a".to_owned()],
        enclosures: Vec::new(),
        language: None,
        source: None,
        comments: None,
        notice: None,
        parent: None,
        first_seen: at(7),
        position: 3,
    };
    Kept { entry, teaser: format!("t{title}"), pending: number % 2 == 1, keys: keys.to_vec() }
}

fn key(number: usize) -> String {
    format!("https://site.example/{number}")
}

fn memory(runs: u32) -> Memory {
    let mut memory = Memory { failures: runs, last_success: Some(at(i64::from(runs))), ..Memory::default() };
    memory.validators.etag = Some("W/\"a'b\"".to_owned());
    memory
        .findings
        .push(Finding::note(Code::ListingStale, "old").at_page(&Url::parse("https://site.example/").unwrap()));
    memory.published.push(("a.rss".to_owned(), 7));
    memory
}

fn update(runs: u32, changed: Vec<Kept>, dropped: Vec<EntryId>) -> Update {
    Update { memory: memory(runs), changed, dropped, seen: Vec::new(), ..Update::default() }
}

/// A folder with a state file of two entries of feed `a`, closed again.
fn written() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/.feedmill/state.db");
    let opened = Sqlite::open(&path, at(0)).unwrap();
    assert_eq!(opened.note, None);
    let changed = vec![kept(2, "two", &[key(2), "urn:x:2".to_owned()]), kept(1, "one", &[key(1)])];
    opened.store.put(&feed("a"), &update(1, changed, Vec::new())).unwrap();
    opened.store.commit().unwrap();
    drop(opened);
    (folder, path)
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_committed_is_read_after_opening_again() {
    let (_folder, path) = written();
    let store = Sqlite::open(&path, at(1)).unwrap().store;
    assert_eq!(store.memory(&feed("a")).unwrap(), Some(memory(1)));
    assert_eq!(store.memory(&feed("b")).unwrap(), None);
    let expected = vec![kept(1, "one", &[key(1)]), kept(2, "two", &[key(2), "urn:x:2".to_owned()])];
    assert_eq!(store.entries(&feed("a")).unwrap(), expected);
    assert_eq!(store.entries(&feed("b")).unwrap(), []);
    assert_eq!(store.sources().unwrap(), [("a".to_owned(), memory(1))]);
}

#[test]
fn keys_outlive_their_entry() {
    let store = Sqlite::in_memory().unwrap();
    let a = feed("a");
    let both = vec![kept(1, "one", &[key(1), "urn:1".to_owned()]), kept(2, "two", &[key(2)])];
    store.put(&a, &update(1, both, vec![entry_id(2), entry_id(77)])).unwrap();
    store.put(&a, &update(2, Vec::new(), vec![entry_id(1)])).unwrap();
    assert_eq!(store.entries(&a).unwrap(), []);
    let keys = [key(1), "urn:1".to_owned(), key(2), key(3), String::new(), "nul\0".to_owned()];
    let known = store.known(&a, &keys).unwrap();
    assert_eq!(known.len(), 3);
    assert_eq!((&known[&key(1)], &known["urn:1"], &known[&key(2)]), (&entry_id(1), &entry_id(1), &entry_id(2)));
    assert!(store.known(&feed("b"), &keys).unwrap().is_empty(), "keys belong to a source");
    store.forget("a").unwrap();
    assert!(store.known(&a, &keys).unwrap().is_empty());
    assert_eq!(store.memory(&a).unwrap(), None);
}

#[test]
fn an_unchanged_visit_writes_at_most_one_row() {
    let store = Sqlite::in_memory().unwrap();
    let entries = || vec![kept(1, "one", &[key(1)])];
    let mut total = 0;
    // First visit: source, entry, key. Then nothing at all, then the memory, then the entry.
    let visits = [(1, "one", 3), (1, "one", 0), (2, "one", 1), (2, "new", 1)];
    for (runs, title, rows) in visits {
        let mut changed = entries();
        changed[0].teaser = title.to_owned();
        store.put(&feed("a"), &update(runs, changed, Vec::new())).unwrap();
        let now = store.connection.lock().unwrap().total_changes();
        assert_eq!(now - total, rows, "{runs} {title}");
        total = now;
    }
}

#[test]
fn what_is_put_is_kept_together_or_not_at_all() {
    let (_folder, path) = written();
    let store = Sqlite::open(&path, at(0)).unwrap().store;
    let seen = || Sqlite::look(&path).unwrap().unwrap().sources().unwrap().len();
    for id in ["b", "c"] {
        store.put(&feed(id), &update(1, vec![kept(1, "one", &[key(1)])], Vec::new())).unwrap();
        assert_eq!(store.entries(&feed(id)).unwrap().len(), 1, "it is read at once");
        assert_eq!(seen(), 1, "and not kept yet");
    }
    store.commit().unwrap();
    store.commit().unwrap();
    assert_eq!(seen(), 3);
    store.put(&feed("d"), &update(1, Vec::new(), Vec::new())).unwrap();
    store.note(&feed("e"), &memory(1)).unwrap();
    store.discard();
    store.commit().unwrap();
    store.flush().unwrap();
    assert_eq!(seen(), 3);

    // One that cannot be written takes the others with it, and the commit tells.
    store.put(&feed("d"), &update(1, Vec::new(), Vec::new())).unwrap();
    store.connection.lock().unwrap().pragma_update(None, "query_only", true).unwrap();
    store.put(&feed("e"), &update(1, Vec::new(), Vec::new())).unwrap_err();
    store.connection.lock().unwrap().pragma_update(None, "query_only", false).unwrap();
    // Nothing that may belong to what is gone is kept.
    store.put(&feed("f"), &update(1, Vec::new(), Vec::new())).unwrap_err();
    store.note(&feed("g"), &memory(1)).unwrap();
    store.flush().unwrap_err();
    store.end_early().unwrap_err();
    store.discard();
    assert!(store.is_lost() && store.commit().unwrap_err().to_string().contains("writable for this user"));
    store.begin_anew();
    store.commit().unwrap();
    assert_eq!((seen(), store.sources().unwrap().len()), (3, 3));
}

/// Where the disk fails SQLite rolls everything back, even if something was only read.
#[test]
fn a_rollback_behind_our_back_is_noticed() {
    let (_folder, path) = written();
    let store = Sqlite::open(&path, at(0)).unwrap().store;
    store.put(&feed("b"), &update(1, Vec::new(), Vec::new())).unwrap();
    let failed = store.run(|connection| {
        connection.execute_batch("ROLLBACK")?;
        connection.query_row("SELECT nothing", [], |_| Ok(()))
    });
    assert!(failed.is_err() && store.is_lost());
    store.commit().unwrap_err();
}

#[test]
fn a_failed_commit_changes_nothing() {
    let store = Sqlite::in_memory().unwrap();
    store.put(&feed("a"), &update(1, vec![kept(1, "one", &[key(1)])], Vec::new())).unwrap();
    store.commit().unwrap();
    store.connection.lock().unwrap().pragma_update(None, "query_only", true).unwrap();
    let error = store.put(&feed("a"), &update(2, vec![kept(2, "two", &[key(2)])], vec![entry_id(1)])).unwrap_err();
    assert!(error.to_string().contains("writable for this user"), "{error}");
    assert_eq!(store.memory(&feed("a")).unwrap(), Some(memory(1)));
    assert_eq!(store.entries(&feed("a")).unwrap().len(), 1);
}

#[test]
fn robots_texts_are_kept() {
    let store = Sqlite::in_memory().unwrap();
    let origin = "https://site.example";
    assert_eq!(store.robots_get(origin).unwrap(), None);
    store.robots_put(origin, at(1), Some("User-agent: *\n")).unwrap();
    assert_eq!(store.robots_get(origin).unwrap(), Some((at(1), Some("User-agent: *\n".to_owned()))));
    store.robots_put(origin, at(2), None).unwrap();
    assert_eq!(store.robots_get(origin).unwrap(), Some((at(2), None)));
}

#[test]
fn one_run_at_a_time() {
    let (folder, path) = written();
    let first = Sqlite::open(&path, at(0)).unwrap();
    match Sqlite::open(&path, at(0)) {
        Err(error @ OpenError::Busy { pid, .. }) => {
            assert_eq!(pid, Some(std::process::id()));
            assert!(error.to_string().starts_with("another feedmill run (pid "), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let other = path.with_file_name("other.db");
    assert!(Sqlite::open(&other, at(0)).is_ok(), "another file in the folder has its own lock");
    drop(first);
    assert_eq!(Sqlite::open(&path, at(0)).unwrap().note, None);
    assert_eq!(names_in(path.parent().unwrap()), ["lock", "other.db", "other.db.lock", "state.db"]);
    drop(folder);
}

#[test]
fn an_old_file_is_copied_and_brought_up_to_date() {
    let (_folder, path) = written();
    let version = schema::newest(&schema::STEPS);
    let steps = [&schema::STEPS[..], &["ALTER TABLE source ADD COLUMN note TEXT NOT NULL DEFAULT 'x'"]].concat();
    let newer = open::open(&path, at(0), &steps).unwrap();
    assert_eq!(newer.note, None);
    assert_eq!(newer.store.entries(&feed("a")).unwrap().len(), 2);
    drop(newer);
    let name = format!("state.db.bak-{version}");
    let copy = path.with_file_name(&name);
    assert_eq!(names_in(path.parent().unwrap()), ["lock", "state.db", &name]);
    assert_eq!(Sqlite::open(&copy, at(0)).unwrap().store.memory(&feed("a")).unwrap(), Some(memory(1)));

    // The older program leaves the newer file alone.
    let before = std::fs::read(&path).unwrap();
    let error = Sqlite::open(&path, at(0)).unwrap_err().to_string();
    let versions = [format!("version {}", version + 1), format!("up to {version}")];
    assert!(error.contains("state.db") && versions.iter().all(|version| error.contains(version)), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// Entries stood in the order of their commits, those of all sources mixed, until version 5.
#[test]
fn entries_of_a_source_are_brought_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    drop(open::open(&path, at(0), &schema::STEPS[..4]).unwrap());
    let connection = Connection::open(&path).unwrap();
    for id in ["a", "b"] {
        connection.execute("INSERT INTO source (id, memory) VALUES (?1, '{}')", [id]).unwrap();
    }
    for number in 0..40 {
        let kept = kept(number, "old", &[key(number)]);
        let row = EntryRow::new(&kept).unwrap();
        let sql = "INSERT INTO entry (source, id, teaser, pending, keys, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let source = i64::try_from(number % 2 + 1).unwrap();
        let values = (source, kept.entry.id.as_str(), &kept.teaser, kept.pending, row.keys, row.entry);
        connection.execute(sql, values).unwrap();
    }
    drop(connection);

    let store = Sqlite::open(&path, at(0)).unwrap().store;
    store.put(&feed("a"), &update(1, vec![kept(0, "new", &[]), kept(99, "new", &[])], Vec::new())).unwrap();
    let titles = |id: &str| -> Vec<(EntryId, String)> {
        let entries = store.entries(&feed(id)).unwrap().into_iter();
        entries.map(|kept| (kept.entry.id, kept.entry.title.as_str().to_owned())).collect()
    };
    let expected = |numbers: &mut dyn Iterator<Item = usize>| {
        let title = |number| if [0, 99].contains(&number) { "new" } else { "old" };
        let mut entries: Vec<_> = numbers.map(|number| (entry_id(number), title(number).to_owned())).collect();
        entries.sort();
        entries
    };
    assert_eq!(titles("a"), expected(&mut (0..40).step_by(2).chain([99])));
    assert_eq!(titles("b"), expected(&mut (1..40).step_by(2)));
    let connection = store.connection.lock().unwrap();
    let together: Vec<(i64, i64)> = connection
        .prepare("SELECT key >> 32, key & 4294967295 FROM entry ORDER BY key")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let expected: Vec<(i64, i64)> =
        (1..=21).map(|number| (1, number)).chain((1..=20).map(|number| (2, number))).collect();
    assert_eq!(together, expected);
}

#[test]
fn a_failed_step_changes_nothing() {
    let (_folder, path) = written();
    let steps = [&schema::STEPS[..], &["CREATE TABLE more (x); INSERT INTO nowhere VALUES (1)"]].concat();
    assert!(open::open(&path, at(0), &steps).unwrap_err().to_string().contains("nowhere"));
    let opened = Sqlite::open(&path, at(0)).unwrap();
    assert_eq!((opened.note, opened.store.entries(&feed("a")).unwrap().len()), (None, 2));
}

#[test]
fn an_empty_database_gets_its_tables_and_a_foreign_one_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    let opened = Sqlite::open(&path, at(0)).unwrap();
    assert_eq!((opened.note, opened.store.sources().unwrap().len()), (None, 0));
    drop(opened.store);

    for mark in ["CREATE TABLE source (x)", "PRAGMA application_id = 7"] {
        let path = folder.path().join("other.db");
        let _ = std::fs::remove_file(&path);
        Connection::open(&path).unwrap().execute_batch(&format!("PRAGMA page_size = 4096; {mark}; VACUUM")).unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = Sqlite::open(&path, at(0)).unwrap_err().to_string();
        assert!(error.contains("another program"), "{mark}: {error}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "{mark}");
    }
}

#[test]
fn a_damaged_file_is_set_aside() {
    let (_folder, path) = written();
    let bytes = std::fs::read(&path).unwrap();
    let mut random = Random(3);
    let noise: Vec<u8> = (0..5000).map(|_| random.below(256).to_le_bytes()[0]).collect();
    let holes: Vec<u8> = bytes.iter().enumerate().map(|(at, b)| if at < 4096 { *b } else { 0xAA }).collect();
    let cases: [&[u8]; 7] = [b"", b"x", &noise, &bytes[..50], &bytes[..3000], &bytes[..bytes.len() - 4096], &holes];
    for (number, damaged) in cases.into_iter().enumerate() {
        std::fs::write(&path, damaged).unwrap();
        let opened = Sqlite::open(&path, at(0)).unwrap();
        let note = opened.note.unwrap();
        assert_eq!(note.code, Code::StateRebuilt);
        assert!(note.message.contains("state.db.corrupt-20270115T080000Z"), "{}", note.message);
        assert_eq!(opened.store.sources().unwrap(), []);
        opened.store.put(&feed("a"), &update(1, Vec::new(), Vec::new())).unwrap();
        opened.store.commit().unwrap();
        drop(opened.store);
        assert_eq!(Sqlite::open(&path, at(0)).unwrap().note, None);
        let aside = names_in(path.parent().unwrap()).into_iter().filter(|name| name.contains("corrupt")).count();
        assert_eq!(aside, number + 1, "each damaged file is kept");
    }
}

/// Damage that only shows while reading is noted, and the next run begins anew.
#[test]
fn damage_found_while_reading_heals_in_the_next_run() {
    let (_folder, path) = written();
    let opened = Sqlite::open(&path, at(0)).unwrap();
    opened.store.connection.lock().unwrap().execute("UPDATE entry SET entry = '{'", []).unwrap();
    let error = opened.store.entries(&feed("a")).unwrap_err().to_string();
    assert!(error.contains("damaged") && error.contains("state.db"), "{error}");
    drop(opened);
    let opened = Sqlite::open(&path, at(0)).unwrap();
    assert_eq!((opened.note.unwrap().code, opened.store.sources().unwrap().len()), (Code::StateRebuilt, 0));
    drop(opened.store);
    assert_eq!(Sqlite::open(&path, at(0)).unwrap().note, None);
}

#[test]
fn flipped_bits_never_panic_and_never_stay() {
    let (_folder, path) = written();
    let good = std::fs::read(&path).unwrap();
    let mut random = Random(11);
    for round in 0..60 {
        let mut bytes = good.clone();
        let place = random.below(if round % 3 == 0 { 100 } else { bytes.len() });
        bytes[place] ^= 1 << random.below(8);
        std::fs::write(&path, &bytes).unwrap();
        let use_it = |store: &Sqlite| {
            store.memory(&feed("a"))?;
            store.entries(&feed("a"))?;
            store.known(&feed("a"), &[key(1)])?;
            store.put(&feed("a"), &update(9, vec![kept(1, "new", &[key(1)])], Vec::new()))?;
            store.commit()
        };
        match Sqlite::open(&path, at(round)) {
            // The mark or the version was hit: indistinguishable from another program's file.
            Err(error) => assert!((60..72).contains(&place), "byte {place}: {error}"),
            Ok(opened) if use_it(&opened.store).is_err() => {
                drop(opened);
                let opened = Sqlite::open(&path, at(round)).unwrap();
                assert!(opened.note.is_some(), "byte {place}");
                use_it(&opened.store).unwrap();
            }
            Ok(_) => {}
        }
    }
}

#[test]
fn rows_of_other_versions_are_read() {
    let store = Sqlite::in_memory().unwrap();
    let text = r#"{"fingerprint":"f","failures":3,"later":1,"findings":[{"code":"of-tomorrow","severity":"note","message":"m"},
        {"code":"listing-stale","severity":"note","message":"kept"}]}"#;
    store.connection.lock().unwrap().execute("INSERT INTO source (id, memory) VALUES ('a', ?1)", [text]).unwrap();
    let memory = store.memory(&feed("a")).unwrap().unwrap();
    assert_eq!((memory.fingerprint.as_str(), memory.failures, memory.queued), ("f", 3, 0));
    assert_eq!(memory.findings, [Finding::note(Code::ListingStale, "kept")]);
}

#[test]
fn errors_name_the_path_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Sqlite::open(&file.join("state.db"), at(0)).unwrap_err().to_string();
    assert!(error.contains("file") && error.contains("a file stands"), "{error}");
    std::fs::create_dir(folder.path().join("state.db")).unwrap();
    let error = Sqlite::open(&folder.path().join("state.db"), at(0)).unwrap_err().to_string();
    assert!(error.contains("state.db") && error.contains("a folder stands"), "{error}");
}

/// A small deterministic generator (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }
}

#[derive(Clone, Default)]
struct Model {
    memory: Option<Memory>,
    entries: BTreeMap<EntryId, Kept>,
    seen: HashMap<String, EntryId>,
}

#[test]
fn random_sequences_agree_with_a_simple_model() {
    for seed in 1..=8 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let mut store = Sqlite::open(&path, at(0)).unwrap().store;
        let mut models: BTreeMap<&str, Model> = ["a", "b", "c"].map(|id| (id, Model::default())).into();
        let mut committed = models.clone();
        // Updates since then.
        let mut gathered = 0;
        let mut random = Random(seed * 7919);
        for step in 0..120 {
            let id = ["a", "b", "c"][random.below(3)];
            let model = models.entry(id).or_default();
            match random.below(24) {
                0 => {
                    drop(store);
                    store = Sqlite::open(&path, at(0)).unwrap().store;
                    models.clone_from(&committed);
                    gathered = 0;
                }
                1 => {
                    store.forget(id).unwrap();
                    *model = Model::default();
                    store.commit().unwrap();
                    committed.clone_from(&models);
                    gathered = 0;
                }
                2 => {
                    store.discard();
                    models.clone_from(&committed);
                    gathered = 0;
                }
                3..7 => {
                    store.commit().unwrap();
                    committed.clone_from(&models);
                    gathered = 0;
                }
                _ => {
                    let changed: Vec<_> = (0..random.below(4))
                        .map(|_| {
                            let keys: Vec<_> = (0..random.below(4)).map(|_| key(random.below(12))).collect();
                            kept(random.below(8), ["x", "y", "z"][random.below(3)], &keys)
                        })
                        .collect();
                    let dropped: Vec<_> = (0..random.below(3)).map(|_| entry_id(random.below(8))).collect();
                    let update = update(u32::try_from(random.below(3)).unwrap(), changed, dropped);
                    store.put(&feed(id), &update).unwrap();
                    model.memory = Some(update.memory);
                    for kept in update.changed {
                        model.seen.extend(kept.keys.iter().map(|key| (key.clone(), kept.entry.id.clone())));
                        model.entries.insert(kept.entry.id.clone(), kept);
                    }
                    model.entries.retain(|id, _| !update.dropped.contains(id));
                    gathered += 1;
                    if gathered == GATHERED_UPDATES {
                        committed.clone_from(&models);
                        gathered = 0;
                    }
                }
            }
            for (id, model) in &models {
                assert_eq!(store.memory(&feed(id)).unwrap(), model.memory, "seed {seed} step {step}");
                let entries: Vec<_> = model.entries.values().cloned().collect();
                assert_eq!(store.entries(&feed(id)).unwrap(), entries, "seed {seed} step {step}");
                let keys: Vec<_> = (0..13).map(key).collect();
                assert_eq!(store.known(&feed(id), &keys).unwrap(), model.seen, "seed {seed} step {step}");
            }
        }
    }
}

#[test]
fn a_noted_row_is_read_at_once_and_written_with_the_batch() {
    let (_folder, path) = written();
    let store = Sqlite::open(&path, at(0)).unwrap().store;
    store.note(&feed("a"), &memory(2)).unwrap();
    store.note(&feed("c"), &memory(3)).unwrap();
    assert_eq!(store.memory(&feed("a")).unwrap(), Some(memory(2)));
    let stored = |id: &str| -> Option<String> {
        let sql = "SELECT memory FROM source WHERE id = ?1";
        Connection::open(&path).unwrap().query_row(sql, [id], |row| row.get(0)).optional().unwrap()
    };
    assert!(stored("c").is_none(), "nothing is written yet");
    // A commit is newer than what was noted before.
    store.put(&feed("a"), &Update { memory: memory(4), ..Update::default() }).unwrap();
    store.flush().unwrap();
    assert!(stored("c").is_some());
    assert_eq!(store.memory(&feed("a")).unwrap(), Some(memory(4)));
    store.note(&feed("a"), &memory(5)).unwrap();
    let mut seen = Vec::new();
    store.each(&mut |id, memory| seen.push((id.to_owned(), memory))).unwrap();
    assert!(seen.contains(&("a".to_owned(), memory(5))) && seen.contains(&("c".to_owned(), memory(3))));
    store.note(&feed("c"), &memory(6)).unwrap();
    drop(store);
    let store = Sqlite::open(&path, at(0)).unwrap().store;
    // It may say that files are published which nobody has shown.
    assert_eq!(
        store.memory(&feed("c")).unwrap(),
        Some(memory(3)),
        "what was noted goes with a batch that does not end"
    );
}

#[test]
fn the_word_about_the_overview_is_taken_once() {
    let store = Sqlite::in_memory().unwrap();
    assert_eq!(store.take_overview().unwrap(), None);
    store.set_overview("x").unwrap();
    store.set_overview("y").unwrap();
    assert_eq!(store.take_overview().unwrap().as_deref(), Some("y"));
    assert_eq!(store.take_overview().unwrap(), None);
}

#[test]
fn what_articles_have_in_common_is_kept_and_goes_with_the_source() {
    let (_folder, path) = written();
    let store = Sqlite::open(&path, at(0)).unwrap().store;
    assert_eq!(store.recurring(&feed("a")).unwrap(), b"");
    for known in [&b"\x01\x00\xFF"[..], b"other"] {
        store
            .put(&feed("a"), &Update { memory: memory(1), recurring: Some(known.into()), ..Update::default() })
            .unwrap();
        store.put(&feed("a"), &Update { memory: memory(2), ..Update::default() }).unwrap();
        assert_eq!(store.recurring(&feed("a")).unwrap(), known);
    }
    store.forget("a").unwrap();
    assert_eq!(store.recurring(&feed("a")).unwrap(), b"");
}
