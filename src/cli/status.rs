//! `feedmill status`: what is remembered of every feed, without visiting anything.

use serde_json::json;

use super::place::Project;
use super::{SOME_FAILED, WELL, say};
use crate::config::Source;
use crate::io::store::sqlite::Sqlite;
use crate::pipeline::{Memory, Store, StoreError, errors};
use crate::report;

/// `feedmill status [FEED…]`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only these feeds, by their keys in feeds.toml
    feeds: Vec<String>,
    /// Only feeds that are failing
    #[arg(long)]
    failing: bool,
    #[command(flatten)]
    project: Project,
}

/// Runs the subcommand. It reads beside a run that is at work, and changes nothing.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let project = &arguments.project;
    let config = match project.load() {
        Ok(config) => config,
        Err(code) => return code,
    };
    let only = match project.chosen(&arguments.feeds, &config) {
        Ok(only) => only,
        Err(code) => return code,
    };
    let chosen = config.sources.iter().filter(|source| only.is_empty() || only.contains(&source.id));
    let feeds = match memories(project, chosen) {
        Ok(feeds) => feeds,
        Err(error) => {
            project.say_error(&error.to_string());
            return SOME_FAILED;
        }
    };
    let failing = feeds.iter().filter(|(_, memory)| errors(memory).next().is_some()).count();
    let shown: Vec<(&Source, Memory)> =
        feeds.into_iter().filter(|(_, memory)| !arguments.failing || errors(memory).next().is_some()).collect();
    if project.json {
        say(&format_args!("{:#}", json!({ "feeds": report::status::details(&shown), "failing": failing })));
    } else {
        say(&report::status::table(&shown));
    }
    if failing > 0 { SOME_FAILED } else { WELL }
}

fn memories<'a>(
    project: &Project,
    sources: impl Iterator<Item = &'a Source>,
) -> Result<Vec<(&'a Source, Memory)>, StoreError> {
    let store = Sqlite::look(&project.place.state())?;
    let memory = |source: &'a Source| {
        let memory = store.as_ref().map_or(Ok(None), |store| store.memory(&source.id))?;
        Ok((source, memory.unwrap_or_default()))
    };
    sources.map(memory).collect()
}
