//! What a visit asks of the store, with its errors as findings.

use std::collections::HashMap;

use super::Visit;
use crate::assemble;
use crate::finding::Finding;
use crate::model::EntryId;
use crate::pipeline::ports::{Kept, Memory, Store, Update};

impl<F, S: Store, P, C> Visit<'_, F, S, P, C> {
    /// Every entry whose content is kept, from the store or just rebuilt.
    pub(super) fn kept(&self) -> Result<Vec<Kept>, Finding> {
        match &self.rebuilt {
            Some(rebuilt) => Ok(rebuilt.clone()),
            None => Ok(self.ports.store.entries(&self.source.id)?),
        }
    }

    /// Which of the `keys` of stories are known, and as what.
    pub(super) fn known(&self, keys: &[Vec<String>], kept: &[Kept]) -> Result<HashMap<String, EntryId>, Finding> {
        let left_out = |key: &String| assemble::left_out_key(key, self.source);
        let keys: Vec<String> =
            keys.iter().flatten().flat_map(|key| [left_out(key), Some(key.clone())]).flatten().collect();
        let mut known = self.ports.store.known(&self.source.id, &keys)?;
        if self.rebuilt.is_some() {
            known.extend(self.archived.iter().cloned());
            known.extend(kept.iter().flat_map(|kept| kept.keys.iter().map(|key| (key.clone(), kept.entry.id.clone()))));
        }
        Ok(known)
    }

    /// Keeps an update with the batch.
    pub(super) fn put(&self, update: &Update) -> Result<(), Finding> {
        Ok(self.ports.store.put(&self.source.id, update)?)
    }

    /// Keeps the row after the files of the batch are shown.
    pub(super) fn note(&self, memory: &Memory) -> Result<(), Finding> {
        Ok(self.ports.store.note(&self.source.id, memory)?)
    }
}
