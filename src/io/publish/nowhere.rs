//! Publishing that writes nothing: for a run that only wants the pages. What is published already can be read, so that
//! stories that are known there are not fetched again.

use super::dir::Dir;
use crate::model::{Artifact, Sheet};
use crate::pipeline::{Publish, PublishError, Written};

/// Keeps nothing; reads from a folder, if there is one.
#[derive(Debug, Default)]
pub struct Nowhere {
    /// The folder where an earlier run published.
    pub published: Option<Dir>,
}

impl Publish for Nowhere {
    fn write(&self, _artifact: &Artifact) -> Result<Written, PublishError> {
        Ok(Written::Same)
    }

    fn write_sheet(&self, _sheet: Sheet<'_>) -> Result<(Written, u64), PublishError> {
        Ok((Written::Same, 0))
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.published.as_ref()?.read(path)
    }

    fn size(&self, _path: &str) -> Option<u64> {
        None
    }

    fn remove(&self, _path: &str) -> Result<bool, PublishError> {
        Ok(false)
    }

    fn finish(&self) -> Result<(), PublishError> {
        Ok(())
    }

    fn discard(&self) {}
}
