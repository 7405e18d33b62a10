//! `feedmill accept`: take the next listing of a feed as it is, however different it looks.

use super::place::Project;
use super::{BUSY, SOME_FAILED, WELL, say};
use crate::io::clock::SystemClock;
use crate::io::store::sqlite::{OpenError, Sqlite};
use crate::model::FeedId;
use crate::pipeline::{Clock, Memory, Store, StoreError, Update};

/// `feedmill accept FEED…`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The feeds, by their keys in feeds.toml
    #[arg(required = true)]
    feeds: Vec<String>,
    #[command(flatten)]
    project: Project,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let project = &arguments.project;
    let chosen = project.load().and_then(|config| project.chosen(&arguments.feeds, &config));
    let ids = match chosen {
        Ok(ids) => ids,
        Err(code) => return code,
    };
    let store = match Sqlite::open(&project.place.state(), SystemClock::from_environment().now()) {
        Ok(opened) => opened.store,
        Err(error) => {
            project.say_error(&error.to_string());
            return if matches!(error, OpenError::Busy { .. }) { BUSY } else { SOME_FAILED };
        }
    };
    let mut code = WELL;
    for id in &ids {
        match accept(&store, id) {
            Ok(true) if !project.json => say(&format_args!("{id}: the next run takes the listing as it is")),
            Ok(true) => {}
            Ok(false) => {
                project.say_error(&format!(
                    "feed `{id}` was never visited with success; there is nothing to compare with"
                ));
                code = SOME_FAILED;
            }
            Err(error) => {
                project.say_error(&error.to_string());
                code = SOME_FAILED;
            }
        }
    }
    code
}

/// Marks the row of `id`; `false` if there is none to compare with.
fn accept(store: &Sqlite, id: &FeedId) -> Result<bool, StoreError> {
    let memory = store.memory(id)?.filter(|memory| memory.last_success.is_some() || memory.summary.entries > 0);
    let Some(memory) = memory else { return Ok(false) };
    // Without validators the next visit sees the whole page.
    let memory = Memory { accepted: true, validators: crate::pipeline::Validators::default(), ..memory };
    store.put(id, &Update { memory, ..Update::default() })?;
    store.commit()?;
    Ok(true)
}
