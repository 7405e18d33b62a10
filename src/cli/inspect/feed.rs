//! `feedmill inspect … --feed ID`: the page as that feed reads it, with its settings and what is known of its articles.
//!
//! It refuses to write: the state is only looked at.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::super::{SOME_FAILED, USAGE, warn};
use crate::article::recurring::Known;
use crate::config::{self, Source};
use crate::io::environment;
use crate::io::files;
use crate::io::store::sqlite::Sqlite;
use crate::pipeline::Store;

/// Where the feed is described and remembered.
#[derive(Debug, clap::Args)]
pub(super) struct FeedArguments {
    /// Read the page as this feed does, with its settings and what is known of its articles
    #[arg(long, value_name = "ID")]
    pub(super) feed: Option<String>,
    /// The configuration, for --feed
    #[arg(short, long, value_name = "FILE", default_value = "feeds.toml")]
    config: PathBuf,
    /// The file that remembers, for --feed [default: .feedmill/state.db, beside the configuration]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// A feed's settings, and what is known of its articles.
pub(super) struct Setting {
    pub(super) source: Source,
    pub(super) known: Known,
}

/// The setting that the command line names, if any; what is wrong with it has been said.
pub(super) fn setting(arguments: &FeedArguments) -> Result<Option<Setting>, u8> {
    let Some(name) = &arguments.feed else { return Ok(None) };
    let source = source(&arguments.config, name)?;
    let beside = arguments.config.parent().unwrap_or(Path::new(""));
    let state = arguments.state.clone().unwrap_or_else(|| beside.join(".feedmill").join("state.db"));
    let known = Sqlite::look(&state).and_then(|store| match store {
        Some(store) => store.recurring(&source.id),
        None => Ok(Vec::new()),
    });
    match known {
        Ok(bytes) => Ok(Some(Setting { source, known: Known::from_bytes(&bytes) })),
        Err(error) => {
            warn(&format_args!("error: {error}"));
            Err(SOME_FAILED)
        }
    }
}

fn source(path: &Path, name: &str) -> Result<Source, u8> {
    let file = path.display().to_string();
    let text = files::read_text(path).map_err(|error| {
        warn(&format_args!("error: {error}"));
        USAGE
    })?;
    let config = config::parse(&text, &file, &environment::variable).map_err(|mistakes| {
        let colour = std::io::stderr().is_terminal() && environment::variable("NO_COLOR").is_none();
        warn(&mistakes.render(colour, 100).trim_end());
        USAGE
    })?;
    let known: Vec<String> = config.sources.iter().map(|source| source.id.as_str().to_owned()).collect();
    let found = config.sources.into_iter().find(|source| source.id.as_str() == name);
    let mut source = found.ok_or_else(|| {
        let help = match config::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has `{}`", known.join("`, `")),
        };
        warn(&format_args!("error: {file} has no feed `{name}`\n  help: {help}"));
        USAGE
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    source.root = source.root.take().map(|root| folder.join(root));
    Ok(source)
}
