//! State in one SQLite file.
//!
//! One connection behind a mutex: statements are short, and SQLite has one writer anyway. What is put is gathered in a
//! transaction as long as that fits into the cache; [`Store::commit`] ends the last one and waits for the disk. An unchanged
//! source costs one row read, and its row is written together with those of many others ([`Store::flush`]), for which
//! nobody waits. After a power cut the rows of the last flush may be missing, but the file is sound, and what is missing is
//! done again.
//!
//! Refuses to be opened twice at a time, and to touch a file that a newer version or another program wrote.

use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};

use crate::io::{failpoint, files};
use crate::model::{EntryId, FeedId};
use crate::pipeline::{Kept, Memory, Mirrored, Store, StoreError, Update};

mod lock;
mod open;
mod rows;
mod schema;
mod statements;
mod trouble;

pub use open::{OpenError, Opened};

use lock::Lock;
use rows::EntryRow;
use statements::{
    BEGIN, DROP_ENTRY, DROP_MIRRORED, ENTRIES, FORGET, KNOWN, MEMORIES, MEMORY, MIRRORED, NOTE, OVERVIEW, PUT_ENTRY,
    PUT_KEY, PUT_MEMORY, PUT_MIRRORED, PUT_NOTE, PUT_RECURRING, PUT_ROBOTS, RECURRING, ROBOTS, SOURCE_KEY, STATEMENTS,
};
use trouble::{explain, is_damage};

/// When a robots.txt was fetched, and its text; no text means that there was none to read.
pub type Robots = (DateTime<Utc>, Option<String>);

/// The right to watch a state file.
#[derive(Debug)]
pub struct Watching {
    _lock: Lock,
}

/// After so many updates their transaction ends: each changes about five pages, and the cache holds 64. Pages that have
/// to leave it before the commit are written and read again and again.
const GATHERED_UPDATES: usize = 4;
/// So does one with so many bytes of entries.
const GATHERED_BYTES: usize = 64 * 1024;

/// What waits to be written.
#[derive(Debug, Default)]
struct Waiting {
    /// Updates in the open transaction, and bytes of entries in them.
    gathered: (usize, usize),
    /// Whether updates were committed that may not be on the disk yet.
    unsynced: bool,
    /// Rows that were noted and not yet flushed, as they will be written.
    noted: BTreeMap<String, String>,
    /// Why something of what was put is gone.
    lost: Option<StoreError>,
}

/// The state in a file, locked for this process until it is dropped.
#[derive(Debug)]
pub struct Sqlite {
    /// The connection stands before the lock, so that the file is closed before another run may have it.
    connection: Mutex<Connection>,
    waiting: Mutex<Waiting>,
    lock: Option<Mutex<Lock>>,
    /// The write-ahead log, where there may be one.
    log: Option<PathBuf>,
    path: String,
}

impl Sqlite {
    /// Opens the state file at `path`, and makes it and its folder if they are missing. An older file is brought up to
    /// date after a copy (`<name>.bak-<version>`); a damaged one is renamed to `<name>.corrupt-<now>` and a new one
    /// begun, which [`Opened::note`] tells.
    ///
    /// # Errors
    /// [`OpenError::Busy`] if another process has the file open; [`OpenError::Failed`] if a newer version or another
    /// program wrote it, or if the system refuses (permission, full disk).
    pub fn open(path: &Path, now: DateTime<Utc>) -> Result<Opened, OpenError> {
        open::open(path, now, &schema::STEPS)
    }

    /// Opens the state file at `path` to look at it, without the lock: a run may be at work. `None` if there is none.
    ///
    /// # Errors
    /// The file cannot be read, or another version wrote it.
    pub fn look(path: &Path) -> Result<Option<Self>, StoreError> {
        let shown = path.display().to_string();
        open::look(path, &shown).map(|connection| connection.map(|connection| Self::new(connection, shown, None)))
    }

    /// The right to watch the state file at `path`, which one process has at a time, until it is dropped. Runs go on
    /// beside it.
    ///
    /// # Errors
    /// [`OpenError::Busy`] if another process has it; [`OpenError::Failed`] if the system refuses.
    pub fn watch_alone(path: &Path) -> Result<Watching, OpenError> {
        open::lock_for(path, &lock::path_for_watch(path)).map(|lock| Watching { _lock: lock })
    }

    /// An empty store that is gone when dropped, for tests and trials.
    ///
    /// # Errors
    /// There is no memory left.
    pub fn in_memory() -> Result<Self, StoreError> {
        let path = "state in memory";
        let connection = Connection::open_in_memory().map_err(|error| explain(path, &error))?;
        let connection = open::prepare(connection, None, false, &schema::STEPS)?;
        Ok(Self::new(connection, path.to_owned(), None))
    }

    fn new(connection: Connection, path: String, own: Option<(Lock, PathBuf)>) -> Self {
        connection.set_prepared_statement_cache_capacity(STATEMENTS.len());
        let (lock, log) = own.unzip();
        let lock = lock.map(Mutex::new);
        // A run that was killed may have left what it never brought to the disk.
        let unsynced = log.as_ref().and_then(|log| log.metadata().ok()).is_some_and(|log| log.len() > 0);
        let waiting = Mutex::new(Waiting { unsynced, ..Waiting::default() });
        Self { connection: Mutex::new(connection), waiting, lock, log, path }
    }

    /// Every source that was ever visited, also those no longer in feeds.toml, by id.
    pub fn sources(&self) -> Result<Vec<(String, Memory)>, StoreError> {
        let mut sources = Vec::new();
        self.each(&mut |id, memory| sources.push((id.to_owned(), memory)))?;
        Ok(sources)
    }

    /// Removes everything about a source, its keys included: when it comes back, all its stories are new. Nothing
    /// calls this by itself.
    pub fn forget(&self, id: &str) -> Result<(), StoreError> {
        self.waiting().noted.remove(id);
        self.run(|connection| connection.prepare_cached(FORGET)?.execute([id]).map(drop))
    }

    /// The robots.txt kept for `origin` (`https://site.example`).
    pub fn robots_get(&self, origin: &str) -> Result<Option<Robots>, StoreError> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(ROBOTS)?;
            statement.query_row([origin], rows::robots).optional()
        })
    }

    /// Keeps the robots.txt of `origin`.
    pub fn robots_put(&self, origin: &str, fetched_at: DateTime<Utc>, body: Option<&str>) -> Result<(), StoreError> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(PUT_ROBOTS)?;
            statement.execute((origin, fetched_at.to_rfc3339(), body)).map(drop)
        })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // A panic while it was held leaves a usable map.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the open transaction, if there is one, keeping what was put. After an error it is rolled back.
    fn end_transaction(&self) -> Result<(), StoreError> {
        if self.run(|connection| Ok(connection.is_autocommit()))? {
            return Ok(());
        }
        {
            let mut waiting = self.waiting();
            waiting.unsynced |= waiting.gathered.0 > 0;
            waiting.gathered = (0, 0);
        }
        let ended = self.pass_failpoint().and_then(|()| self.run(|connection| connection.execute_batch("COMMIT")));
        if ended.is_err() {
            self.roll_back();
        }
        ended?;
        self.pass_failpoint()
    }

    /// Takes back what was put since the last commit. SQLite may have done so already.
    fn roll_back(&self) {
        self.waiting().gathered = (0, 0);
        let open = |connection: &Connection| !connection.is_autocommit();
        let _ = self.run(|connection| if open(connection) { connection.execute_batch("ROLLBACK") } else { Ok(()) });
    }

    /// Ends the open transaction before the batch does. If that fails, [`Store::commit`] tells, too.
    pub(in crate::io::store) fn end_early(&self) -> Result<(), StoreError> {
        self.unless_lost()?;
        self.end_transaction().inspect_err(|error| self.lose(error))
    }

    /// Remembers that something of what was put is gone.
    fn lose(&self, error: &StoreError) {
        let mut waiting = self.waiting();
        waiting.gathered = (0, 0);
        waiting.lost.get_or_insert_with(|| error.clone());
    }

    /// Nothing more is kept once something was lost: it may belong to what is gone.
    fn unless_lost(&self) -> Result<(), StoreError> {
        let lost = self.waiting().lost.clone();
        let Some(error) = lost else { return Ok(()) };
        self.roll_back();
        Err(error)
    }

    /// Brings what was committed to the disk: the log, and the folder that names it.
    fn sync(&self) -> Result<(), StoreError> {
        self.pass_failpoint()?;
        let Some(log) = &self.log else { return Ok(()) };
        let synced = match std::fs::OpenOptions::new().write(true).open(log) {
            Ok(file) => file.sync_data(),
            // Without a log SQLite has waited for the disk itself.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        let named = || match files::sync_folder(log.parent().unwrap_or(Path::new(""))) {
            // Some file systems know no such thing, and some folders may not be read.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
                ) =>
            {
                Ok(())
            }
            named => named,
        };
        let synced = synced.and_then(|()| named());
        synced.map_err(|error| StoreError(format!("{}: {}", self.path, files::explain(&error))))
    }

    /// A point at which a test lets the process die or the disk fail.
    fn pass_failpoint(&self) -> Result<(), StoreError> {
        let failed = |error| StoreError(format!("{}: {}", self.path, files::explain(&error)));
        failpoint::pass().map_err(failed)
    }

    /// Runs `work` on the connection; an error gets the file's name and plain words, and damage is noted for the next
    /// run.
    pub(in crate::io::store) fn run<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        // Statements do not panic, and what is made of rows is only read; the connection stays sound.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let open = !connection.is_autocommit();
        work(&mut connection).map_err(|error| {
            if let Some(lock) = self.lock.as_ref().filter(|_| is_damage(&error)) {
                lock.lock().unwrap_or_else(PoisonError::into_inner).note_damage();
            }
            let words = explain(&self.path, &error);
            if open && connection.is_autocommit() {
                // SQLite rolls everything back where the disk or the memory fails, even if something was only read.
                self.lose(&words);
            }
            words
        })
    }
}

impl Store for Sqlite {
    fn memory(&self, id: &FeedId) -> Result<Option<Memory>, StoreError> {
        if let Some(text) = self.waiting().noted.get(id.as_str()) {
            return rows::read_memory(text, 0).map(Some).map_err(|error| explain(&self.path, &error));
        }
        self.run(|connection| {
            connection.prepare_cached(MEMORY)?.query_row([id.as_str()], |row| rows::memory(row, 0)).optional()
        })
    }

    /// In the order of their ids.
    fn entries(&self, id: &FeedId) -> Result<Vec<Kept>, StoreError> {
        let entries: Vec<Kept> =
            self.run(|connection| connection.prepare_cached(ENTRIES)?.query_map([id.as_str()], rows::kept)?.collect())?;
        Ok(by_id(entries))
    }

    /// In the order of their ids.
    fn entries_since(&self, id: &FeedId, since: DateTime<Utc>) -> Result<Vec<Kept>, StoreError> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(ENTRIES)?;
            let kept = statement.query_map([id.as_str()], |row| rows::kept_since(row, since))?;
            kept.filter_map(Result::transpose).collect()
        })
        .map(by_id)
    }

    fn known(&self, id: &FeedId, keys: &[String]) -> Result<HashMap<String, EntryId>, StoreError> {
        self.run(|connection| {
            // One transaction, because each statement alone would lock the file and let it go again.
            let _own = connection.is_autocommit().then(|| connection.unchecked_transaction()).transpose()?;
            let Some(source) = source_key(connection, id)? else { return Ok(HashMap::new()) };
            // One search of the primary key each; there is no server between, so that one statement for all gains nothing.
            let mut statement = connection.prepare_cached(KNOWN)?;
            let mut known = HashMap::new();
            for key in keys {
                if let Some(entry) = statement.query_row((source, key), |row| row.get(0)).optional()? {
                    known.insert(key.clone(), EntryId::from_key(entry));
                }
            }
            Ok(known)
        })
    }

    fn recurring(&self, id: &FeedId) -> Result<Vec<u8>, StoreError> {
        self.run(|connection| {
            let mut statement = connection.prepare_cached(RECURRING)?;
            Ok(statement.query_row([id.as_str()], |row| row.get(0)).optional()?.unwrap_or_default())
        })
    }

    fn mirrored(&self, id: &FeedId) -> Result<Vec<Mirrored>, StoreError> {
        self.run(|connection| connection.prepare_cached(MIRRORED)?.query_map([id.as_str()], rows::mirrored)?.collect())
    }

    /// First what changed, then what is dropped: an entry in both leaves its keys alone. A key that already belongs to
    /// another entry goes over to the one that has it now; the keys an entry had before stay its own.
    fn put(&self, id: &FeedId, update: &Update) -> Result<(), StoreError> {
        let encode = || -> rusqlite::Result<_> {
            let rows: Vec<_> = update.changed.iter().map(EntryRow::new).collect::<Result<_, _>>()?;
            Ok((rows::to_json(&update.memory)?, rows))
        };
        let (memory, rows) = encode().map_err(|error| explain(&self.path, &error))?;
        self.unless_lost()?;
        let put = self.run(|connection| {
            if connection.is_autocommit() {
                connection.execute_batch(BEGIN)?;
            }
            connection.prepare_cached(PUT_MEMORY)?.execute((id.as_str(), &memory))?;
            if !update.mirrored.is_empty() || !update.unmirrored.is_empty() {
                put_mirrored(connection, id, update)?;
            }
            if !rows.is_empty() || !update.dropped.is_empty() || !update.seen.is_empty() {
                put_entries(connection, id, &rows, update)?;
            }
            if let Some(known) = &update.recurring {
                let source = source_key(connection, id)?;
                connection.prepare_cached(PUT_RECURRING)?.execute((source, known))?;
            }
            Ok(())
        });
        if let Err(error) = &put {
            // What fails here is the disk, and then SQLite may have rolled back everything.
            self.roll_back();
            self.lose(error);
        }
        put?;
        let full = {
            let mut waiting = self.waiting();
            // What was noted before is older.
            waiting.noted.remove(id.as_str());
            waiting.gathered.0 += 1;
            waiting.gathered.1 += rows.iter().map(|row| row.entry.len()).sum::<usize>();
            waiting.gathered.0 >= GATHERED_UPDATES || waiting.gathered.1 >= GATHERED_BYTES
        };
        if full { self.end_early() } else { Ok(()) }
    }

    fn commit(&self) -> Result<(), StoreError> {
        self.end_early()?;
        if self.waiting().unsynced {
            self.sync().inspect_err(|error| self.lose(error))?;
            self.waiting().unsynced = false;
        }
        Ok(())
    }

    fn is_lost(&self) -> bool {
        self.waiting().lost.is_some()
    }

    fn begin_anew(&self) {
        self.discard();
        self.waiting().lost = None;
    }

    fn note(&self, id: &FeedId, memory: &Memory) -> Result<(), StoreError> {
        let memory = rows::to_json(memory).map_err(|error| explain(&self.path, &error))?;
        self.waiting().noted.insert(id.as_str().to_owned(), memory);
        Ok(())
    }

    /// What was put is kept, too.
    fn flush(&self) -> Result<(), StoreError> {
        let noted = std::mem::take(&mut self.waiting().noted);
        if noted.is_empty() {
            return Ok(());
        }
        self.unless_lost()?;
        let written = self.run(|connection| {
            if connection.is_autocommit() {
                connection.execute_batch(BEGIN)?;
            }
            let mut statement = connection.prepare_cached(PUT_MEMORY)?;
            for row in &noted {
                statement.execute(row)?;
            }
            Ok(())
        });
        let written = written.and_then(|()| self.end_transaction());
        if let Err(error) = &written {
            self.roll_back();
            self.lose(error);
        }
        written
    }

    fn discard(&self) {
        self.roll_back();
        self.waiting().noted.clear();
    }

    /// In the order of their ids; what was noted is flushed before.
    fn each(&self, see: &mut dyn FnMut(&str, Memory)) -> Result<(), StoreError> {
        self.flush()?;
        self.run(|connection| {
            let mut statement = connection.prepare_cached(MEMORIES)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let memory = rows::memory(row, 1)?;
                see(row.get_ref(0)?.as_str()?, memory);
            }
            Ok(())
        })
    }

    fn take_overview(&self) -> Result<Option<String>, StoreError> {
        self.run(|connection| connection.prepare_cached(NOTE)?.query_row([OVERVIEW], |row| row.get(0)).optional())
    }

    fn set_overview(&self, word: &str) -> Result<(), StoreError> {
        self.run(|connection| connection.prepare_cached(PUT_NOTE)?.execute((OVERVIEW, word)).map(drop))
    }
}

/// `entries` in the order of their ids.
fn by_id(mut entries: Vec<Kept>) -> Vec<Kept> {
    entries.sort_unstable_by(|one, other| one.entry.id.cmp(&other.entry.id));
    entries
}

fn put_entries(connection: &Connection, id: &FeedId, rows: &[EntryRow<'_>], update: &Update) -> rusqlite::Result<()> {
    let source = source_key(connection, id)?;
    let mut put_entry = connection.prepare_cached(PUT_ENTRY)?;
    let mut put_key = connection.prepare_cached(PUT_KEY)?;
    for EntryRow { kept, keys, entry } in rows {
        let id = kept.entry.id.as_str();
        put_entry.execute((source, id, &kept.teaser, kept.pending, keys, entry))?;
        for key in &kept.keys {
            put_key.execute((source, key, id))?;
        }
    }
    for (key, entry) in &update.seen {
        put_key.execute((source, key, entry.as_str()))?;
    }
    let mut drop_entry = connection.prepare_cached(DROP_ENTRY)?;
    for entry in &update.dropped {
        drop_entry.execute((source, entry.as_str()))?;
    }
    Ok(())
}

fn put_mirrored(connection: &Connection, id: &FeedId, update: &Update) -> rusqlite::Result<()> {
    let source = source_key(connection, id)?;
    let mut put = connection.prepare_cached(PUT_MIRRORED)?;
    for Mirrored { url, copy, failures } in &update.mirrored {
        let name = copy.as_ref().map(|copy| copy.name.as_str());
        let bytes = copy.as_ref().map(|copy| i64::try_from(copy.bytes).unwrap_or(i64::MAX));
        put.execute((source, url.as_str(), name, bytes, failures))?;
    }
    let mut drop = connection.prepare_cached(DROP_MIRRORED)?;
    for url in &update.unmirrored {
        drop.execute((source, url.as_str()))?;
    }
    Ok(())
}

fn source_key(connection: &Connection, id: &FeedId) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached(SOURCE_KEY)?.query_row([id.as_str()], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests;
