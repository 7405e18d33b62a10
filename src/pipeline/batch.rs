//! What visits leave until the end of their batch: what is known of entries is on the disk before a file shows them.
//!
//! Whoever writes files writes them through a [`Batch`], which alone shows them, so that the order cannot be missed: what
//! was put into the store is committed, then the files get their names, then (`Store::flush`) the rows say so. If the
//! commit fails, the files are given up with it, and so is everything that visits under way may still write, for what they
//! put is gone: no new visit begins, and the next run does it all again.

use super::{Publish, PublishError, Store, Written};
use crate::model::{Artifact, Sheet};

/// A store and a publisher whose changes are made durable together.
pub(super) struct Batch<'a, S, P> {
    store: &'a S,
    publish: &'a P,
}

impl<'a, S: Store, P: Publish> Batch<'a, S, P> {
    pub(super) fn new(store: &'a S, publish: &'a P) -> Self {
        Self { store, publish }
    }

    /// Where there is no room, what waits is shown first, which lets go of the old files.
    fn with_room<T>(&self, write: impl Fn() -> Result<T, PublishError>) -> Result<T, PublishError> {
        match write() {
            Err(PublishError::File { full: true, .. }) => {
                self.finish()?;
                write()
            }
            written => written,
        }
    }
}

impl<S: Store, P: Publish> Publish for Batch<'_, S, P> {
    fn write(&self, artifact: &Artifact) -> Result<Written, PublishError> {
        self.with_room(|| self.publish.write(artifact))
    }

    fn write_sheet(&self, sheet: Sheet<'_>) -> Result<(Written, u64), PublishError> {
        self.with_room(|| self.publish.write_sheet(sheet))
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.publish.read(path)
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.publish.size(path)
    }

    fn remove(&self, path: &str) -> Result<bool, PublishError> {
        self.publish.remove(path)
    }

    /// If not all can be shown, what was noted is forgotten: the next run publishes again.
    fn finish(&self) -> Result<(), PublishError> {
        if let Err(error) = self.store.commit() {
            self.publish.discard();
            self.store.discard();
            return Err(error.into());
        }
        self.publish.finish().inspect_err(|_| self.store.discard())
    }

    fn discard(&self) {
        self.publish.discard();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::model::{EntryId, FeedId};
    use crate::pipeline::{Kept, Memory, Mirrored, StoreError, Update};

    /// A store and a folder in one, which tell in which order they were used.
    #[derive(Default)]
    struct Outside {
        calls: Mutex<Vec<&'static str>>,
        cannot_commit: AtomicBool,
        is_lost: AtomicBool,
        is_full: AtomicBool,
    }

    impl Outside {
        fn call(&self, name: &'static str) {
            self.calls.lock().unwrap().push(name);
        }

        /// What was called since the last time.
        fn calls(&self) -> Vec<&'static str> {
            std::mem::take(&mut self.calls.lock().unwrap())
        }
    }

    impl Store for Outside {
        fn memory(&self, _: &FeedId) -> Result<Option<Memory>, StoreError> {
            Ok(None)
        }
        fn entries(&self, _: &FeedId) -> Result<Vec<Kept>, StoreError> {
            Ok(Vec::new())
        }
        fn entries_since(&self, _: &FeedId, _: DateTime<Utc>) -> Result<Vec<Kept>, StoreError> {
            Ok(Vec::new())
        }
        fn known(&self, _: &FeedId, _: &[String]) -> Result<HashMap<String, EntryId>, StoreError> {
            Ok(HashMap::new())
        }
        fn recurring(&self, _: &FeedId) -> Result<Vec<u8>, StoreError> {
            Ok(Vec::new())
        }
        fn mirrored(&self, _: &FeedId) -> Result<Vec<Mirrored>, StoreError> {
            Ok(Vec::new())
        }
        fn put(&self, _: &FeedId, _: &Update) -> Result<(), StoreError> {
            Ok(())
        }
        fn commit(&self) -> Result<(), StoreError> {
            self.call("commit");
            self.is_lost.fetch_or(self.cannot_commit.load(Relaxed), Relaxed);
            if self.is_lost() { Err(StoreError("no".to_owned())) } else { Ok(()) }
        }
        fn is_lost(&self) -> bool {
            self.is_lost.load(Relaxed)
        }
        fn begin_anew(&self) {
            self.is_lost.store(false, Relaxed);
        }
        fn note(&self, _: &FeedId, _: &Memory) -> Result<(), StoreError> {
            Ok(())
        }
        fn flush(&self) -> Result<(), StoreError> {
            Ok(())
        }
        fn discard(&self) {
            self.call("forget");
        }
        fn each(&self, _: &mut dyn FnMut(&str, Memory)) -> Result<(), StoreError> {
            Ok(())
        }
        fn take_overview(&self) -> Result<Option<String>, StoreError> {
            Ok(None)
        }
        fn set_overview(&self, _: &str) -> Result<(), StoreError> {
            Ok(())
        }
    }

    impl Publish for Outside {
        fn write(&self, artifact: &Artifact) -> Result<Written, PublishError> {
            self.call("write");
            let full = self.is_full.load(Relaxed);
            let failure = || PublishError::File { path: artifact.path.clone(), reason: "no".to_owned(), full };
            if full { Err(failure()) } else { Ok(Written::Changed) }
        }
        fn write_sheet(&self, _: Sheet<'_>) -> Result<(Written, u64), PublishError> {
            Ok((Written::Same, 0))
        }
        fn read(&self, _: &str) -> Option<Vec<u8>> {
            None
        }
        fn size(&self, _: &str) -> Option<u64> {
            None
        }
        fn remove(&self, _: &str) -> Result<bool, PublishError> {
            Ok(false)
        }
        fn finish(&self) -> Result<(), PublishError> {
            self.call("show");
            self.is_full.store(false, Relaxed);
            Ok(())
        }
        fn discard(&self) {
            self.call("give up");
        }
    }

    #[test]
    fn nothing_is_shown_that_is_not_kept() {
        let outside = Outside::default();
        let batch = Batch::new(&outside, &outside);
        let file = Artifact { path: "a.rss".to_owned(), media_type: "application/rss+xml", bytes: Vec::new() };
        batch.write(&file).unwrap();
        batch.finish().unwrap();
        assert_eq!(outside.calls(), ["write", "commit", "show"]);

        outside.is_full.store(true, Relaxed);
        batch.write(&file).unwrap();
        assert_eq!(outside.calls(), ["write", "commit", "show", "write"], "where it is full, what waits is shown");

        outside.cannot_commit.store(true, Relaxed);
        batch.write(&file).unwrap();
        assert!(matches!(batch.finish(), Err(PublishError::State(_))) && outside.is_lost());
        assert_eq!(outside.calls(), ["write", "commit", "give up", "forget"]);

        // A visit that was under way: what it put is gone, so that its files must not be shown.
        outside.cannot_commit.store(false, Relaxed);
        batch.write(&file).unwrap();
        assert!(matches!(batch.finish(), Err(PublishError::State(_))) && outside.is_lost());
        assert!(!outside.calls().contains(&"show"));
        outside.begin_anew();
        batch.finish().unwrap();
        assert_eq!(outside.calls(), ["commit", "show"]);
    }
}
