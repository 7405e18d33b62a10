//! Opening the state file: take the lock, look at what is there, then use it, bring it up to date, refuse it, or set
//! it aside and begin anew.
//!
//! A file is set aside only if it is damaged. One that a newer feedmill or another program wrote is never touched, and
//! neither is anything when the system says no (permission, full disk).

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use super::lock::{self, Lock, Refused};
use super::schema::{self, APPLICATION_ID, beside, with_ending};
use super::statements::STATEMENTS;
use super::trouble::explain;
use super::{Sqlite, rows};
use crate::finding::{Code, Finding, Place};
use crate::io::files;
use crate::pipeline::StoreError;

/// Another program (somebody who looks into the file) may hold it for so long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Files up to this size in bytes are checked at every start, because it takes no time that anybody notices.
const CHECKED_ALWAYS: u64 = 4 * 1024 * 1024;
/// How many times a name for a damaged file is tried.
const MAX_NAMES: u32 = 100;

/// A store, ready for use.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Sqlite,
    /// Set if the file was damaged and a new one was begun ([`Code::StateRebuilt`]): the history has to be read back
    /// from the published feeds.
    pub note: Option<Finding>,
}

/// Why a store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another run has it.
    #[error("another feedmill run ({}) is using {path}", pid.map_or("pid unknown".to_owned(), |pid| format!("pid {pid}")))]
    Busy {
        /// The process, where known.
        pid: Option<u32>,
        /// The state file.
        path: String,
    },
    /// Anything else.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// Why a file cannot be used as it is.
enum Trouble {
    /// Damaged, and how that shows.
    Damaged(String),
    /// Not ours to touch, or out of reach for now.
    Refused(StoreError),
}

/// See [`Sqlite::open`].
pub(super) fn open(path: &Path, now: DateTime<Utc>, steps: &[&str]) -> Result<Opened, OpenError> {
    let mut lock = lock_for(path, &lock::path_for(path))?;
    let thorough = lock.was_damaged;
    let (connection, note) = match use_file(path, thorough, steps) {
        Ok(connection) => (connection, None),
        Err(Trouble::Refused(error)) => return Err(error.into()),
        Err(Trouble::Damaged(how)) => {
            let aside = set_aside(path, now).map_err(|error| fail(path, &error))?;
            let connection = use_file(path, thorough, steps).map_err(|trouble| match trouble {
                Trouble::Refused(error) => error,
                Trouble::Damaged(how) => {
                    StoreError(format!("{}: a new file is damaged at once: {how}", path.display()))
                }
            })?;
            (connection, Some(finding(path, &aside, &how)))
        }
    };
    lock.note_sound();
    // SQLite follows symbolic links, and keeps its log where they lead.
    let log = with_ending(connection.path().map_or(path, Path::new), "-wal");
    Ok(Opened { store: Sqlite::new(connection, path.display().to_string(), Some((lock, log))), note })
}

fn fail(path: &Path, error: &std::io::Error) -> OpenError {
    OpenError::Failed(StoreError(format!("{}: {}", path.display(), files::explain(error))))
}

/// Takes the lock at `lock`, which stands for `path`; makes its folder if it is missing.
pub(super) fn lock_for(path: &Path, lock: &Path) -> Result<Lock, OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| fail(folder, &error))?;
    }
    Lock::take(lock).map_err(|refused| match refused {
        Refused::Held(pid) => OpenError::Busy { pid, path: path.display().to_string() },
        Refused::Failed(error) => fail(lock, &error),
    })
}

/// See [`Sqlite::look`].
pub(super) fn look(path: &Path, shown: &str) -> Result<Option<Connection>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    check_header(path, schema::newest(&schema::STEPS)).map_err(|trouble| match trouble {
        Trouble::Refused(error) => error,
        Trouble::Damaged(how) => StoreError(format!("{shown}: the state file is damaged ({how})")),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let version: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((connection, version))
    };
    let (connection, version) = open().map_err(|error| explain(shown, &error))?;
    let newest = schema::newest(&schema::STEPS);
    if version != newest {
        let message =
            format!("{shown}: it has version {version}, and this feedmill reads {newest}; run `feedmill build` first");
        return Err(StoreError(message));
    }
    Ok(Some(connection))
}

/// Sets a connection up and checks what it leads to. `path` is `None` for a database in memory.
pub(super) fn prepare(
    mut connection: Connection,
    path: Option<&Path>,
    thorough: bool,
    steps: &[&str],
) -> Result<Connection, StoreError> {
    check(&mut connection, path, thorough, steps).map_err(|trouble| match trouble {
        Trouble::Refused(error) => error,
        Trouble::Damaged(how) => StoreError(how),
    })?;
    Ok(connection)
}

fn use_file(path: &Path, thorough: bool, steps: &[&str]) -> Result<Connection, Trouble> {
    check_header(path, schema::newest(steps))?;
    // Without SQLITE_OPEN_URI a name that begins with `file:` is a name like any other.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| sort(path, &error))?;
    check(&mut connection, Some(path), thorough, steps)?;
    Ok(connection)
}

/// Reads the first 100 bytes ("The Database Header" in SQLite's file format), so that a file that is not ours is
/// recognised before SQLite opens it for writing.
fn check_header(path: &Path, newest: i32) -> Result<(), Trouble> {
    let refuse =
        |error: &std::io::Error| Trouble::Refused(StoreError(format!("{}: {}", path.display(), files::explain(error))));
    let mut header = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut header).map_err(|error| refuse(&error))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refuse(&error)),
    };
    let number = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        i32::from_be_bytes(bytes.unwrap_or_default())
    };
    let known_format = [18, 19].iter().all(|at| matches!(header.get(*at), Some(1 | 2)));
    if header.is_empty() {
        Err(Trouble::Damaged("it is empty".to_owned()))
    } else if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") || !known_format {
        Err(Trouble::Damaged("it is not an SQLite database".to_owned()))
    } else {
        check_marks(path, number(68), number(60), newest)
    }
}

/// Refuses a file of another program or a newer version. A file without a mark may still become ours.
fn check_marks(path: &Path, application: i32, version: i32, newest: i32) -> Result<(), Trouble> {
    if application != 0 && application != APPLICATION_ID {
        Err(foreign(path))
    } else if version > newest {
        Err(Trouble::Refused(StoreError(format!(
            "{}: a newer feedmill wrote this file (version {version}, this feedmill knows up to {newest}) and it is \
             left alone; use the newer feedmill, or move the file away to begin anew",
            path.display()
        ))))
    } else {
        Ok(())
    }
}

fn foreign(path: &Path) -> Trouble {
    Trouble::Refused(StoreError(format!(
        "{}: this is the database of another program and is left alone; name another file for the state",
        path.display()
    )))
}

/// Checks, migrates and sets up an open database.
fn check(connection: &mut Connection, path: Option<&Path>, thorough: bool, steps: &[&str]) -> Result<(), Trouble> {
    let shown = path.unwrap_or(Path::new("state in memory"));
    let failed = |error: rusqlite::Error| sort(shown, &error);
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let read = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0)).map_err(failed);
    let application = read("PRAGMA application_id")?;
    let version = read("PRAGMA user_version")?;
    let tables = read("SELECT count(*) FROM sqlite_schema")?;
    check_marks(shown, application, version, schema::newest(steps))?;
    // Mark, version and tables are written in one transaction.
    if tables > 0 && application == 0 {
        return Err(foreign(shown));
    }
    if (tables > 0) != (version > 0) {
        return Err(Trouble::Damaged("its version and its tables do not fit together".to_owned()));
    }
    connection.pragma_update(None, "cell_size_check", true).map_err(failed)?;
    if tables > 0 && (thorough || size(shown) <= CHECKED_ALWAYS) {
        check_pages(connection).map_err(failed)?.map_or(Ok(()), |how| Err(Trouble::Damaged(how)))?;
    }
    if version < schema::newest(steps) {
        schema::migrate(connection, path, version, steps)
            .map_err(|error| Trouble::Refused(explain(&shown.display().to_string(), &error)))?;
    }
    set_up(connection).map_err(failed)?;
    for statement in STATEMENTS {
        connection.prepare_cached(statement).map_err(failed)?;
    }
    if thorough {
        rows::read_everything(connection).map_err(failed)?;
    }
    Ok(())
}

/// Write-ahead log, and a sync at checkpoints only: a commit survives the end of the process at once, and a power cut
/// may take the last commits but never the file. Where more is wanted the log is brought to the disk beside SQLite.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    // Where the file system cannot share memory SQLite keeps its older journal, which serves as well.
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // In KiB. What a run reads it reads once, so that keeping more of it would win nothing.
    connection.pragma_update(None, "cache_size", -256)?;
    connection.query_row("PRAGMA journal_size_limit = 67108864", [], |_| Ok(()))
}

/// What is wrong with the structure of the file, if anything is; finds tables and indexes that differ, too.
fn check_pages(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let answer: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    Ok((answer != "ok").then(|| answer.replace('\n', " ")))
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}

/// Tells damage from what the system refuses.
fn sort(path: &Path, error: &rusqlite::Error) -> Trouble {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(
            Code::DatabaseBusy
            | Code::DatabaseLocked
            | Code::OutOfMemory
            | Code::ReadOnly
            | Code::SystemIoFailure
            | Code::DiskFull
            | Code::CannotOpen
            | Code::PermissionDenied
            | Code::FileLockingProtocolFailed
            | Code::NoLargeFileSupport,
        ) => Trouble::Refused(explain(&path.display().to_string(), error)),
        _ => Trouble::Damaged(error.to_string()),
    }
}

/// Renames the file and its log, so that what is in them can still be looked at. Returns the new path.
fn set_aside(path: &Path, now: DateTime<Utc>) -> std::io::Result<PathBuf> {
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let names = (1..=MAX_NAMES).map(|number| match number {
        1 => beside(path, &format!("corrupt-{stamp}")),
        _ => beside(path, &format!("corrupt-{stamp}-{number}")),
    });
    let Some(aside) = names.into_iter().find(|name| !name.exists()) else {
        return Err(ErrorKind::AlreadyExists.into());
    };
    std::fs::rename(path, &aside)?;
    for ending in ["-wal", "-shm"] {
        match std::fs::rename(with_ending(path, ending), with_ending(&aside, ending)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

fn finding(path: &Path, aside: &Path, how: &str) -> Finding {
    let aside = aside.file_name().unwrap_or_default().to_string_lossy();
    let message = format!(
        "the state file was damaged ({how}); it is kept as {aside}, and the history is read back from the published feeds"
    );
    Finding::warning(Code::StateRebuilt, message)
        .at(Place::File { file: path.display().to_string() })
        .remedy("nothing has to be done; delete the damaged file when nobody needs it")
}
