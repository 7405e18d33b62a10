//! The files about all feeds, at the end of a run.
//!
//! They are made of every source's row, so that making them costs something for each source there is. A run leaves a
//! word in the state that says from which configuration they were made and how large they are; if that still holds and
//! no visit changed what they show, the next run leaves them alone without looking at a row. The word is taken out when
//! a run begins: one that is killed leaves none, and the next one makes them anew.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Memory, Outcome, Ports, Publish, Shown, Stale, Store, belongings, twins};
use crate::assemble::media;
use crate::config::{Config, Merged, Source};
use crate::finding::Finding;
use crate::hosting::{self, Files, Size};
use crate::report;

/// What one run tells the next of the files about all feeds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Word {
    /// [`Config::digest`], and the version of this program.
    made_from: String,
    /// Paths and sizes in bytes.
    files: Vec<(String, u64)>,
    /// What was told about the output folder.
    findings: Vec<Finding>,
    /// The size of the output folder.
    size: Size,
}

/// Takes out what the last run left.
pub(super) fn begin<F, S: Store, P, C>(ports: &Ports<'_, F, S, P, C>) -> Option<Word> {
    // Without a word everything is made anew, which is right whatever went wrong.
    serde_json::from_str(&ports.store.take_overview().ok().flatten()?).ok()
}

/// Writes the files where they may have to change, and, if all went well until now, leaves a word for the next run. Returns
/// what is to be told, and the size of the output folder.
pub(super) fn end<F, S: Store, P: Publish, C>(
    config: &Config,
    outcomes: &[Outcome],
    before: Option<Word>,
    all_went_well: bool,
    ports: &Ports<'_, F, S, P, C>,
) -> (Vec<Finding>, Size) {
    let made_from = format!("{} {}", env!("CARGO_PKG_VERSION"), config.digest);
    let intact = |word: &Word| {
        word.made_from == made_from
            && ports.stale == Stale::Tell
            && word.files.iter().all(|(path, size)| ports.publish.size(path) == Some(*size))
            && outcomes.iter().all(|outcome| outcome.shows_the_same)
    };
    let word = match before.filter(intact) {
        Some(word) => Ok(word),
        None => write(config, outcomes, ports).map(|word| Word { made_from, ..word }),
    };
    let word = word.and_then(|word| Ok(ports.publish.finish().map(|()| word)?));
    match word {
        Ok(word) => {
            // Without it the next run makes the files anew, and finds them as they are.
            if all_went_well {
                let _ = ports.store.set_overview(&serde_json::to_string(&word).unwrap_or_default());
            }
            (word.findings, word.size)
        }
        Err(finding) => (vec![finding], Size::default()),
    }
}

/// Makes and writes the files.
fn write<F, S: Store, P: Publish, C>(
    config: &Config,
    outcomes: &[Outcome],
    ports: &Ports<'_, F, S, P, C>,
) -> Result<Word, Finding> {
    let mut files = Vec::new();
    let mut current = Current::default();
    let (rows, merged) = rows(config, outcomes, ports, &mut current)?;
    let mirroring = std::mem::take(&mut current.mirroring);
    let mut current = current.files;
    report::overview(config, &rows, &merged, &mut |sheet| {
        files.extend(twins::write_sheet(ports.publish, config, sheet)?);
        Ok::<(), Finding>(())
    })?;
    drop((rows, merged));
    for artifact in hosting::files(config.host) {
        files.extend(twins::write(ports.publish, config, artifact)?.1);
    }
    for (path, size) in files.iter().chain(&pictures(&mirroring, ports)?) {
        current.push(path, *size);
    }
    let (list, findings) = belongings::settle(config, ports.stale, &mut current, ports.publish)?;
    files.push(list);
    Ok(Word { made_from: String::new(), files, findings, size: Size::of(&current) })
}

/// The copied pictures of the sources that are `mirroring`.
fn pictures<F, S: Store, P, C>(
    mirroring: &[&Source],
    ports: &Ports<'_, F, S, P, C>,
) -> Result<Vec<(String, u64)>, Finding> {
    let mut files = Vec::new();
    for source in mirroring {
        let mirrored = ports.store.mirrored(&source.id)?;
        let copies = mirrored.into_iter().filter_map(|picture| picture.copy);
        files.extend(copies.map(|copy| (media::path(&source.id, &copy.name), copy.bytes)));
    }
    // Two pictures with the same bytes are one file.
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

/// The rows of sources and of merged feeds.
type Rows<'c> = (Vec<(&'c Source, Shown)>, Vec<(&'c Merged, Shown)>);

/// What there is in the output folder of all feeds.
#[derive(Default)]
struct Current<'c> {
    /// Their files.
    files: Files,
    /// The sources whose pictures are copied.
    mirroring: Vec<&'c Source>,
}

/// What is shown of every source and of every merged feed, in the order of feeds.toml; what there is of
/// each is added to `current`.
fn rows<'c, F, S: Store, P, C>(
    config: &'c Config,
    outcomes: &[Outcome],
    ports: &Ports<'_, F, S, P, C>,
    current: &mut Current<'c>,
) -> Result<Rows<'c>, Finding> {
    let places: HashMap<&str, usize> =
        config.sources.iter().enumerate().map(|(place, source)| (source.id.as_str(), place)).collect();
    let mut rows: Vec<_> = config.sources.iter().map(|source| (source, Shown::default())).collect();
    let mut merged: Vec<_> = config.merged.iter().map(|merged| (merged, Shown::default())).collect();
    let name_latest = report::names_latest(rows.len() + merged.len());
    let read = ports.store.each(&mut |id, mut memory: Memory| {
        let published = std::mem::take(&mut memory.published);
        let row = if let Some((source, row)) = places.get(id).and_then(|place| rows.get_mut(*place)) {
            current.mirroring.extend(memory.mirrors.then_some(*source));
            row
        } else if let Some((_, row)) = merged.iter_mut().find(|(merged, _)| merged.id.as_str() == id) {
            row
        } else {
            return;
        };
        for (path, size) in published {
            current.files.push(&path, size);
        }
        if !name_latest {
            memory.summary.latest.clear();
        }
        *row = memory.into();
    });
    for outcome in outcomes {
        let row = places.get(outcome.id.as_str()).and_then(|place| rows.get_mut(*place));
        if let Some(((_, row), shown)) = row.zip(outcome.rowless.as_deref()) {
            row.clone_from(shown);
        }
    }
    // What a damaged state file no longer says is read back from the published feeds by the next run; until then the
    // files stay as they are.
    read?;
    Ok((rows, merged))
}
