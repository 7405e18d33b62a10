//! Files that people write, and plain words for what a file system says.

use std::io::{Error, ErrorKind};
use std::path::Path;

use thiserror::Error as ThisError;

/// Why a file could not be read.
#[derive(Debug, ThisError)]
#[error("{path}: {reason}")]
pub struct FileError {
    /// The file as given.
    pub path: String,
    /// What the system said, and what to do.
    pub reason: String,
}

/// Reads a whole file.
///
/// # Errors
/// The file cannot be read or is a folder.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    let failure = |reason| FileError { path: path.display().to_string(), reason };
    if path.is_dir() {
        return Err(failure("this is a folder; name a file".to_owned()));
    }
    std::fs::read(path).map_err(|error| failure(explain(&error)))
}

/// Reads a whole UTF-8 text; a byte order mark at its beginning is left out, so that line 1 begins with the text.
///
/// # Errors
/// The file cannot be read, is a folder, or is not UTF-8; in the last case the reason names the line.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let failure = |reason| FileError { path: path.display().to_string(), reason };
    let bytes = read_bytes(path)?;
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = good.filter(|byte| **byte == b'\n').count() + 1;
        failure(format!("line {line} is not UTF-8; save the file as UTF-8"))
    })?;
    if text.starts_with('\u{FEFF}') {
        text.drain(..'\u{FEFF}'.len_utf8());
    }
    Ok(text)
}

/// What tells whether a file changed: its time of change and its size in bytes.
pub type Stamp = (std::time::SystemTime, u64);

/// The stamp of the file at `path`; `None` if there is none.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// Writes a whole file: beside it first, then over it, so that whoever reads it never sees a part. Its folder must exist.
///
/// # Errors
/// The file cannot be written; what was there stays.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let failure = |error: &Error| FileError { path: path.display().to_string(), reason: explain(error) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.prefix(".feedmill-").suffix(".tmp").tempfile_in(folder).map_err(|error| failure(&error))?;
    std::io::Write::write_all(&mut file, bytes).map_err(|error| failure(&error))?;
    file.persist(path).map(drop).map_err(|error| failure(&error.error))
}

/// Whether something stands at `path`, be it a link that leads nowhere.
pub fn exists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Writes a file for people, and the folders above it; what stood there is replaced.
///
/// # Errors
/// The file or its folder cannot be written.
pub fn write(path: &Path, bytes: &[u8], kind: Kind) -> Result<(), FileError> {
    let failure = |error: &Error| FileError { path: path.display().to_string(), reason: explain(error) };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failure(&error))?;
    }
    std::fs::write(path, bytes).map_err(|error| failure(&error))?;
    if kind == Kind::Program { allow_running(path).map_err(|error| failure(&error)) } else { Ok(()) }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To be read.
    Text,
    /// To be run.
    Program,
}

#[cfg(unix)]
fn allow_running(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature everywhere")]
fn allow_running(_path: &Path) -> Result<(), Error> {
    Ok(())
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
pub(in crate::io) fn sync_folder(folder: &Path) -> Result<(), Error> {
    let here = folder.as_os_str().is_empty();
    std::fs::File::open(if here { Path::new(".") } else { folder })?.sync_all()
}

/// Windows has no handle to sync a folder by; its file system writes names in order.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature everywhere")]
pub(in crate::io) fn sync_folder(_folder: &Path) -> Result<(), Error> {
    Ok(())
}

/// What the system said, followed by what to do where something can be done.
pub(crate) fn explain(error: &Error) -> String {
    let remedy = match error.kind() {
        ErrorKind::StorageFull => "free some space on this disk and run again",
        ErrorKind::QuotaExceeded => "free some space or raise the quota, and run again",
        ErrorKind::ReadOnlyFilesystem => "the disk is mounted read-only; make it writable or use another folder",
        ErrorKind::PermissionDenied => "make the file and its folder readable and writable for this user",
        ErrorKind::NotFound => "check the path",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "a file stands where a folder is needed; move it or use another path"
        }
        ErrorKind::IsADirectory => "a folder stands where a file is needed; move it or use another path",
        ErrorKind::InvalidFilename => "use a shorter path of plain characters",
        ErrorKind::FileTooLarge => "the disk or a limit of this user does not allow files of this size",
        _ => return error.to_string(),
    };
    format!("{error}; {remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_or_explained() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("feeds.toml");
        let cases: [(&[u8], Result<&str, &str>); 4] = [
            (b"a = 1\n", Ok("a = 1\n")),
            (b"\xEF\xBB\xBFa = 1", Ok("a = 1")),
            (b"", Ok("")),
            (b"a = 1\nb = '\xE9'", Err("line 2 is not UTF-8")),
        ];
        for (bytes, expected) in cases {
            std::fs::write(&file, bytes).unwrap();
            match (read_text(&file), expected) {
                (Ok(text), Ok(expected)) => assert_eq!(text, expected),
                (Err(error), Err(expected)) => assert!(error.reason.contains(expected), "{error}"),
                (result, _) => panic!("{bytes:?}: {result:?}"),
            }
        }
        let missing = read_text(&folder.path().join("none")).unwrap_err().to_string();
        assert!(missing.contains("none") && missing.contains("check the path"), "{missing}");
        assert!(read_text(folder.path()).unwrap_err().reason.contains("folder"));
        assert!(read_text(&file.join("below")).unwrap_err().reason.contains("a file stands"));
    }
}
