//! A folder that a static host serves.
//!
//! For each file: check the path, compare with what is there, write beside it. [`Dir::finish`] shows what was written, a
//! whole batch at once (see `staged`); until then only this program sees it. A file with the same bytes is not
//! touched, so its time stays.
//!
//! Refuses to write through a symbolic link below the folder (the folder itself may be one), to replace anything but a
//! regular file, and to delete anything but its own left-over temporary files.

use std::collections::BTreeSet;
use std::fs::{File, FileType, Metadata};
use std::io::{BufWriter, Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::io::files::explain;
use crate::model::{Artifact, Sheet};
use crate::pipeline::{Publish, PublishError, Written};

mod staged;

use staged::{Place, Staged};

/// Names with a leading dot that hosts ask for; no other hidden file is written.
const HIDDEN_NAMES: [&str; 2] = [".htaccess", ".nojekyll"];
/// The longest name that common file systems take, in bytes.
const MAX_NAME_BYTES: usize = 255;
/// Temporary files begin with this; the dot keeps most hosts from serving them.
const TEMPORARY_PREFIX: &str = ".feedmill-";
/// Temporary files end with this.
const TEMPORARY_SUFFIX: &str = ".tmp";
/// A temporary file of this age belongs to a run that was killed.
const TEMPORARY_AGE: Duration = Duration::from_hours(1);

/// How many bytes of a file are compared at a time.
const COMPARED_AT_ONCE: usize = 128 * 1024;
/// How many bytes of a sheet are written at a time.
const WRITTEN_AT_ONCE: usize = 64 * 1024;

/// Writes the content of a file.
type Content<'a> = &'a dyn Fn(&mut dyn Write) -> Result<(), Error>;

/// A folder to publish into.
#[derive(Debug)]
pub struct Dir {
    root: PathBuf,
    folders: Mutex<Folders>,
}

/// What was done to folders by this run.
#[derive(Debug, Default)]
struct Folders {
    /// Looked through for left-over temporary files.
    swept: BTreeSet<PathBuf>,
    /// Got a new folder since the last [`Dir::finish`].
    changed: BTreeSet<PathBuf>,
    /// What that is to show.
    staged: Staged,
}

impl Dir {
    /// Opens the folder, makes it (mode 0755) if it is missing, and removes temporary files that a killed run left in
    /// it more than an hour ago. A symbolic link to a folder is followed.
    ///
    /// # Errors
    /// The path is not a folder, or the folder cannot be made.
    pub fn open(path: &Path) -> Result<Self, PublishError> {
        make_folder(path).map_err(|error| failure(path, &error))?;
        let directory = Self { root: path.to_owned(), folders: Mutex::default() };
        directory.sweep(path);
        Ok(directory)
    }

    fn folders(&self) -> MutexGuard<'_, Folders> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes old temporary files from `folder`, once a run. That this fails is no reason to stop.
    fn sweep(&self, folder: &Path) {
        if !self.folders().swept.insert(folder.to_owned()) {
            return;
        }
        let Ok(listing) = std::fs::read_dir(folder) else { return };
        for file in listing.flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            let ours = name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX);
            if ours && file.metadata().is_ok_and(|data| data.is_file() && is_old(data.modified())) {
                // Another run may be quicker.
                let _ = std::fs::remove_file(file.path());
            }
        }
    }

    /// Makes the folders between the root and the file, and refuses links and files among them.
    fn make_parents(&self, names: &[&str]) -> Result<PathBuf, PublishError> {
        let mut folder = self.root.clone();
        for name in names {
            let above = folder.clone();
            folder.push(name);
            match kind_of(&folder).map_err(|error| failure(&folder, &error))? {
                Some(kind) if kind.is_dir() => {}
                Some(kind) => return Err(refusal(&folder, kind, "folder")),
                None => {
                    make_folder(&folder).map_err(|error| failure(&folder, &error))?;
                    self.folders().changed.insert(above);
                }
            }
            self.sweep(&folder);
        }
        Ok(folder)
    }

    /// Where the regular file published at `path` is for now, and where it is served; no symbolic link leads to it.
    fn published(&self, path: &str) -> Option<(PathBuf, PathBuf)> {
        let mut names = names_of(path).ok()?;
        let last = names.pop()?;
        let mut target = self.root.clone();
        for name in names {
            target.push(name);
            kind_of(&target).ok()?.filter(FileType::is_dir)?;
        }
        target.push(last);
        let place = self.folders().staged.place(&target);
        match place {
            Place::Shown => Some((target.clone(), target)),
            Place::Waiting(file) => Some((file, target)),
            Place::Going => None,
        }
    }

    /// Writes `content` as the file at `path`, unless it is there; `length` is its size in bytes, if that is known.
    fn put(&self, path: &str, length: Option<u64>, content: Content<'_>) -> Result<Written, PublishError> {
        let mut names = names_of(path).map_err(|reason| refused(path.to_owned(), reason.to_owned()))?;
        let last = names.pop().unwrap_or_default();
        let folder = self.make_parents(&names)?;
        let target = folder.join(last);
        let place = self.folders().staged.place(&target);
        let same = match place {
            Place::Shown => match metadata(&target).map_err(|error| failure(&target, &error))? {
                Some(data) if data.is_file() => {
                    length.is_none_or(|length| data.len() == length) && holds(&target, content)
                }
                Some(data) => return Err(refusal(&target, data.file_type(), "file")),
                None => false,
            },
            Place::Waiting(file) => holds(&file, content),
            Place::Going => false,
        };
        if same {
            return Ok(Written::Same);
        }
        let file = staged::write_beside(&folder, content).map_err(|error| failure(&target, &error))?;
        self.folders().staged.add(target, Some(file));
        Ok(Written::Changed)
    }
}

impl Publish for Dir {
    fn write(&self, artifact: &Artifact) -> Result<Written, PublishError> {
        self.put(&artifact.path, Some(length(&artifact.bytes)), &|out| out.write_all(&artifact.bytes))
    }

    fn write_sheet(&self, sheet: Sheet<'_>) -> Result<(Written, u64), PublishError> {
        let written = self.put(sheet.path, None, &|out| {
            let mut out = BufWriter::with_capacity(WRITTEN_AT_ONCE, out);
            (sheet.write)(&mut out)?;
            out.flush()
        })?;
        Ok((written, self.size(sheet.path).unwrap_or_default()))
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let (file, _) = self.published(path)?;
        kind_of(&file).ok()?.filter(FileType::is_file)?;
        std::fs::read(file).ok()
    }

    fn size(&self, path: &str) -> Option<u64> {
        let data = std::fs::symlink_metadata(self.published(path)?.0).ok()?;
        data.is_file().then_some(data.len())
    }

    fn remove(&self, path: &str) -> Result<bool, PublishError> {
        let Some((file, target)) = self.published(path) else { return Ok(false) };
        match kind_of(&file).map_err(|error| failure(&file, &error))? {
            Some(kind) if kind.is_file() => {}
            _ => return Ok(false),
        }
        self.folders().staged.add(target, None);
        Ok(true)
    }

    fn finish(&self) -> Result<(), PublishError> {
        let (made, staged) = {
            let mut folders = self.folders();
            (std::mem::take(&mut folders.changed), std::mem::take(&mut folders.staged))
        };
        staged.show(&self.root, made).map_err(|(path, error)| failure(&path, &error))
    }

    fn discard(&self) {
        // New files go with what names them; folders that were made for them stay.
        self.folders().staged = Staged::default();
    }
}

/// The names in `path`, or why it is no path of a published file. There is at least one name.
///
/// Paths come from checked ids and constants; they are checked again because a mistake here would write anywhere.
fn names_of(path: &str) -> Result<Vec<&str>, &'static str> {
    let names: Vec<_> = path.split('/').collect();
    for name in &names {
        let hidden = name.starts_with('.') && !HIDDEN_NAMES.contains(name);
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
        if name.is_empty() {
            return Err("the path has an empty part; a published path is relative, without '/' at its ends");
        } else if hidden || name.ends_with('.') {
            return Err("no part of a published path begins or ends with '.'");
        } else if !plain {
            return Err("a published path has only a-z, 0-9, '.', '_', '-' and '/'");
        } else if name.len() > MAX_NAME_BYTES {
            return Err("a name in the path is longer than 255 bytes");
        }
    }
    Ok(names)
}

/// What stands at `path` itself, links not followed; `None` if nothing does.
fn kind_of(path: &Path) -> Result<Option<FileType>, Error> {
    metadata(path).map(|data| data.map(|data| data.file_type()))
}

/// The same with its size.
fn metadata(path: &Path) -> Result<Option<Metadata>, Error> {
    match std::fs::symlink_metadata(path) {
        Ok(data) => Ok(Some(data)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// In bytes, as file systems count.
fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Whether the file at `path` has exactly this `content`. A file that cannot be read counts as different: it is replaced.
fn holds(path: &Path, content: Content<'_>) -> bool {
    let same = || -> Result<bool, Error> {
        let mut comparison = Comparison { file: File::open(path)?, piece: Vec::new() };
        content(&mut comparison)?;
        Ok(comparison.file.read(&mut [0])? == 0)
    };
    same().unwrap_or(false)
}

/// Takes what the file has, and fails at the first difference.
struct Comparison {
    file: File,
    piece: Vec<u8>,
}

impl Write for Comparison {
    fn write(&mut self, new: &[u8]) -> Result<usize, Error> {
        let new = new.get(..COMPARED_AT_ONCE).unwrap_or(new);
        self.piece.resize(new.len(), 0);
        self.file.read_exact(&mut self.piece)?;
        if self.piece == new { Ok(new.len()) } else { Err(Error::other("the files differ")) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

fn make_folder(path: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
    builder.create(path)
}

fn is_old(modified: Result<SystemTime, Error>) -> bool {
    let age = modified.ok().and_then(|time| SystemTime::now().duration_since(time).ok());
    age.is_some_and(|age| age > TEMPORARY_AGE)
}

fn failure(path: &Path, error: &Error) -> PublishError {
    let reason = match error.kind() {
        ErrorKind::PermissionDenied => format!("{error}; make the folder writable for this user"),
        _ => explain(error),
    };
    let full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
    PublishError::File { path: path.display().to_string(), reason, full }
}

/// A path that is no path to write to, whatever room there is.
fn refused(path: String, reason: String) -> PublishError {
    PublishError::File { path, reason, full: false }
}

fn refusal(path: &Path, found: FileType, wanted: &str) -> PublishError {
    let kind = if found.is_symlink() {
        "symbolic link"
    } else if found.is_dir() {
        "folder"
    } else if found.is_file() {
        "file"
    } else {
        "device or pipe"
    };
    let reason =
        format!("a {kind} stands where a {wanted} is to be written; it is left alone, move it away and run again");
    refused(path.display().to_string(), reason)
}

#[cfg(test)]
mod tests;
