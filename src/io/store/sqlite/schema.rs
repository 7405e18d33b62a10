//! The tables, and how an older file becomes a newer one.
//!
//! `PRAGMA user_version` counts the steps that a file has been through. Missing steps run together in one transaction:
//! the file has all of them or none. A file that holds anything is copied first.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

/// The steps in order; a released one is never edited, only followed by another.
pub(super) const STEPS: [&str; 5] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
];
/// `PRAGMA application_id` of our files: "fdml" in ASCII. A database with another one belongs to another program.
pub(super) const APPLICATION_ID: i32 = 0x6664_6D6C;

/// How many of `steps` there are, as `user_version` counts them.
pub(super) fn newest(steps: &[&str]) -> i32 {
    i32::try_from(steps.len()).unwrap_or(i32::MAX)
}

/// Runs the steps after `version` and marks the file. `path` is the file to copy first, to `<name>.bak-<version>`.
pub(super) fn migrate(
    connection: &mut Connection,
    path: Option<&Path>,
    version: i32,
    steps: &[&str],
) -> rusqlite::Result<()> {
    if let Some(path) = path.filter(|_| version > 0) {
        back_up(connection, &beside(path, &format!("bak-{version}")))?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps.iter().skip(usize::try_from(version).unwrap_or_default()) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", newest(steps))?;
    transaction.commit()
}

/// Copies the whole database, the write-ahead log included; the copy gets its name when it is complete.
fn back_up(connection: &Connection, target: &Path) -> rusqlite::Result<()> {
    let unfinished = beside(target, "tmp");
    let failed = |error: std::io::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    connection.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    std::fs::rename(&unfinished, target).map_err(failed)
}

/// `path` with `.ending` after its whole name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    with_ending(path, &format!(".{ending}"))
}

/// `path` with `ending` after its whole name.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
