//! The files about all feeds, at the end of a run.
//!
//! They are made of every source's row, so that making them costs something for each source there is. A run leaves a
//! word in the state that says from which configuration they were made and how large they are; if that still holds and
//! no visit changed what they show, the next run leaves them alone without looking at a row. The word is taken out when
//! a run begins: one that is killed leaves none, and the next one makes them anew.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Memory, Outcome, Ports, Publish, Store};
use crate::config::{Config, Merged, Source};
use crate::finding::{Code, Finding};
use crate::report;

/// What one run tells the next of the files about all feeds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Word {
    /// [`Config::digest`], and the version of this program.
    made_from: String,
    /// Paths and sizes in bytes.
    files: Vec<(String, u64)>,
}

/// Takes out what the last run left.
pub(super) fn begin<F, S: Store, P, C>(ports: &Ports<'_, F, S, P, C>) -> Option<Word> {
    // Without a word everything is made anew, which is right whatever went wrong.
    serde_json::from_str(&ports.store.take_overview().ok().flatten()?).ok()
}

/// Writes the files where they may have to change, and leaves a word for the next run.
pub(super) fn end<F, S: Store, P: Publish, C>(
    config: &Config,
    outcomes: &[Outcome],
    before: Option<&Word>,
    ports: &Ports<'_, F, S, P, C>,
) -> Vec<Finding> {
    let made_from = format!("{} {}", env!("CARGO_PKG_VERSION"), config.digest);
    let intact = |word: &&Word| {
        word.made_from == made_from
            && word.files.iter().all(|(path, size)| ports.publish.size(path) == Some(*size))
            && outcomes.iter().all(|outcome| outcome.shows_the_same)
    };
    let mut findings = Vec::new();
    let files = match before.filter(intact) {
        Some(word) => word.files.clone(),
        None => write(config, outcomes, ports, &mut findings),
    };
    if let Err(error) = ports.publish.finish() {
        findings.push(Finding::error(Code::PublishFailed, error.to_string()));
    }
    if findings.is_empty() {
        let word = serde_json::to_string(&Word { made_from, files }).unwrap_or_default();
        // Without it the next run makes the files anew, and finds them as they are.
        let _ = ports.store.set_overview(&word);
    }
    findings
}

/// Makes and writes the files; returns their paths and sizes.
fn write<F, S: Store, P: Publish, C>(
    config: &Config,
    outcomes: &[Outcome],
    ports: &Ports<'_, F, S, P, C>,
    findings: &mut Vec<Finding>,
) -> Vec<(String, u64)> {
    let mut files = Vec::new();
    let (rows, merged) = match rows(config, outcomes, ports) {
        Ok(rows) => rows,
        Err(finding) => {
            findings.push(finding);
            return files;
        }
    };
    for artifact in report::overview(config, &rows, &merged) {
        if let Err(error) = ports.publish.write(&artifact) {
            findings.push(Finding::error(Code::PublishFailed, error.to_string()));
        }
        files.push((artifact.path, u64::try_from(artifact.bytes.len()).unwrap_or(u64::MAX)));
    }
    files
}

/// The rows of sources and of merged feeds.
type Rows<'c> = (Vec<(&'c Source, Memory)>, Vec<(&'c Merged, Memory)>);

/// What is shown of every source and of every merged feed, in the order of feeds.toml.
fn rows<'c, F, S: Store, P, C>(
    config: &'c Config,
    outcomes: &[Outcome],
    ports: &Ports<'_, F, S, P, C>,
) -> Result<Rows<'c>, Finding> {
    let places: HashMap<&str, usize> =
        config.sources.iter().enumerate().map(|(place, source)| (source.id.as_str(), place)).collect();
    let mut rows: Vec<_> = config.sources.iter().map(|source| (source, Memory::default())).collect();
    let mut merged: Vec<_> = config.merged.iter().map(|merged| (merged, Memory::default())).collect();
    let mut put = |id: &str, memory: Memory| {
        if let Some((_, row)) = places.get(id).and_then(|place| rows.get_mut(*place)) {
            *row = memory.shown();
        } else if let Some((_, row)) = merged.iter_mut().find(|(merged, _)| merged.id.as_str() == id) {
            *row = memory.shown();
        }
    };
    let read = ports.store.each(&mut put);
    for outcome in outcomes {
        if let Some(memory) = &outcome.rowless {
            put(outcome.id.as_str(), (**memory).clone());
        }
    }
    // What a damaged state file no longer says is read back from the published feeds by the next run; until then the
    // files stay as they are.
    read.map_err(|error| Finding::error(Code::StateFailed, error.to_string()))?;
    Ok((rows, merged))
}
