//! Changes that wait to be shown together: files written beside their target, and removals.
//!
//! First all bytes reach the disk, by one wait for many files ([`Staged::show`]), then every file gets its name, in the
//! order of the writes, then the names reach the disk. A reader, a killed run and a power cut therefore leave the old
//! file or the new one, never a part. A rename that had to bring its file's bytes to the disk by itself, as some file
//! systems do, would cost more than everything else about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::{Content, TEMPORARY_PREFIX, TEMPORARY_SUFFIX};
use crate::io::{failpoint, files};

/// Up to so many files are made durable one by one, which waits for nothing but them.
const FEW_FILES: usize = 24;

/// What waits, by the path that it is about.
#[derive(Debug, Default)]
pub(super) struct Staged {
    changes: BTreeMap<PathBuf, Change>,
    /// How many changes there were, to keep their order.
    count: usize,
}

#[derive(Debug)]
struct Change {
    number: usize,
    /// The new file; nothing if the old one is to go.
    file: Option<TempPath>,
}

/// Where a file is for now.
pub(super) enum Place {
    /// Where it is served.
    Shown,
    /// It waits beside that.
    Waiting(PathBuf),
    /// It waits to be removed.
    Going,
}

impl Staged {
    pub(super) fn place(&self, target: &Path) -> Place {
        match self.changes.get(target) {
            None => Place::Shown,
            Some(Change { file: Some(file), .. }) => Place::Waiting(file.to_path_buf()),
            Some(Change { file: None, .. }) => Place::Going,
        }
    }

    /// Replaces what waited for `target`. Without a `file`, what is there goes.
    pub(super) fn add(&mut self, target: PathBuf, file: Option<TempPath>) {
        self.count += 1;
        self.changes.insert(target, Change { number: self.count, file });
    }

    /// Shows everything that waits below `root`. What cannot be shown is given up, the old file stays, and all else is
    /// shown nevertheless; the first path that failed is returned. `made` are folders in which others were made.
    pub(super) fn show(self, root: &Path, made: BTreeSet<PathBuf>) -> Result<(), (PathBuf, Error)> {
        let mut changes: Vec<_> = self.changes.into_iter().collect();
        changes.sort_by_key(|(_, change)| change.number);
        let many = changes.len() > FEW_FILES;
        let mut result = Ok(());
        let mut note = |path: &Path, done: Result<(), Error>| {
            if let Err(error) = done
                && result.is_ok()
            {
                result = Err((path.to_owned(), error));
            }
        };
        if !(many && sync_file_system(root)) {
            changes.retain(|(target, change)| {
                let synced = change.file.as_ref().map_or(Ok(()), |file| sync_file(file));
                let fine = synced.is_ok();
                note(target, synced);
                fine
            });
        }
        let mut folders = made;
        for (target, change) in changes {
            folders.extend(target.parent().map(Path::to_owned));
            let done = match change.file {
                Some(file) => rename(file, &target),
                None => unless_gone(std::fs::remove_file(&target)),
            };
            note(&target, done);
        }
        if !(many && sync_file_system(root)) {
            for folder in &folders {
                note(folder, unless_gone(files::sync_folder(folder)));
            }
        }
        result
    }
}

/// What somebody else has removed meanwhile needs no care; a new file that is gone does.
fn unless_gone(done: Result<(), Error>) -> Result<(), Error> {
    done.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

/// Writes `content` into a temporary file in `folder`. After an error it is gone.
pub(super) fn write_beside(folder: &Path, content: Content<'_>) -> Result<TempPath, Error> {
    failpoint::pass()?;
    let mut file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX).tempfile_in(folder)?;
    content(file.as_file_mut())?;
    allow_reading(file.as_file())?;
    Ok(file.into_temp_path())
}

fn rename(file: TempPath, target: &Path) -> Result<(), Error> {
    failpoint::pass()?;
    file.persist(target).map_err(|error| error.error)?;
    failpoint::pass()
}

/// Temporary files are private; a published one is for everybody, or the web server could not read it.
#[cfg(unix)]
fn allow_reading(file: &File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature everywhere")]
fn allow_reading(_file: &File) -> Result<(), Error> {
    Ok(())
}

/// Makes everything on the file system of `folder` durable; whether that was possible.
#[cfg(target_os = "linux")]
fn sync_file_system(folder: &Path) -> bool {
    File::open(folder).is_ok_and(|folder| rustix::fs::syncfs(folder).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_folder: &Path) -> bool {
    false
}

/// Opened for writing, because some systems sync nothing else.
fn sync_file(path: &Path) -> Result<(), Error> {
    std::fs::OpenOptions::new().write(true).open(path)?.sync_data()
}
