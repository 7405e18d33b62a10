//! What went wrong, in plain words.

use rusqlite::{Error, ErrorCode};

use crate::pipeline::StoreError;

/// Whether `error` means that the file does not hold what was written to it.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        || matches!(error, Error::FromSqlConversionFailure(..) | Error::InvalidColumnType(..) | Error::Utf8Error(..))
}

/// The file, what is wrong in plain words, what to do, and what SQLite said.
pub(super) fn explain(path: &str, error: &Error) -> StoreError {
    let words = match error.sqlite_error_code() {
        _ if is_damage(error) => {
            "the state file is damaged; the next run sets it aside and reads the history back from the published feeds"
        }
        Some(ErrorCode::DiskFull) => "the disk is full; free some space and run again",
        Some(ErrorCode::ReadOnly) => "the state file cannot be written; make it and its folder writable for this user",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the state file cannot be opened; make it and its folder readable and writable for this user"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds the state file; close it and run again"
        }
        Some(ErrorCode::SystemIoFailure) => {
            "the disk failed or is full; check its health and its free space and run again"
        }
        Some(ErrorCode::FileLockingProtocolFailed | ErrorCode::NoLargeFileSupport) => {
            "this file system cannot hold the state; keep it on a local disk"
        }
        _ => "the state could not be read or written",
    };
    StoreError(format!("{path}: {words} ({error})"))
}
