//! One run at a time: an advisory lock on a small file beside the state, held as long as the store is open.
//!
//! The system frees the lock when the process ends, however it ends; the file itself stays. It holds the process id of
//! the last holder, and a word if that run found the state damaged, so that the next one checks it from end to end.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Written when a read of the state failed because the file is damaged.
const DAMAGED: &str = "damaged";
/// No lock file of ours is longer, in bytes.
const MAX_BYTES: u64 = 64;

/// The lock, free again when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// Whether the last holder found the state damaged.
    pub(super) was_damaged: bool,
}

/// Why there is no lock.
pub(super) enum Refused {
    /// Another process has it; its id, where the file tells.
    Held(Option<u32>),
    /// The system said no.
    Failed(std::io::Error),
}

impl Lock {
    /// Takes the lock or says at once why not.
    pub(super) fn take(path: &Path) -> Result<Self, Refused> {
        let mut options = File::options();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(Refused::Failed)?;
        let locked = file.try_lock();
        let mut text = String::new();
        // What cannot be read (a holder on Windows keeps others from reading) tells nothing.
        let _ = (&mut file).take(MAX_BYTES).read_to_string(&mut text);
        match locked {
            Ok(()) => {
                let mut lock = Self { file, was_damaged: text.contains(DAMAGED) };
                let word = if lock.was_damaged { DAMAGED } else { "" };
                lock.note(word).map_err(Refused::Failed)?;
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => {
                Err(Refused::Held(text.split_whitespace().next().and_then(|word| word.parse().ok())))
            }
            Err(TryLockError::Error(error)) => Err(Refused::Failed(error)),
        }
    }

    /// Tells the next run that the state is damaged.
    pub(super) fn note_damage(&mut self) {
        // Without the note the next run finds the damage where this one found it.
        let _ = self.note(DAMAGED);
    }

    /// Tells the next run that the state was checked and is sound.
    pub(super) fn note_sound(&mut self) {
        let _ = self.note("");
    }

    fn note(&mut self, word: &str) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.set_len(0)?;
        self.file.write_all(format!("{} {word}\n", std::process::id()).as_bytes())
    }
}

/// `lock` beside `state.db`; a state file of another name has a lock of its own, so that two can share a folder.
pub(super) fn path_for(state: &Path) -> PathBuf {
    match state.file_name() {
        Some(name) if name != "state.db" => {
            let mut name = name.to_owned();
            name.push(".lock");
            state.with_file_name(name)
        }
        _ => state.with_file_name("lock"),
    }
}

/// The file that a process holds as long as it watches `state`.
pub(super) fn path_for_watch(state: &Path) -> PathBuf {
    super::schema::beside(state, "watch")
}
