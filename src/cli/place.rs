//! Where a project is: its feeds.toml, its output folder, its state; what every subcommand that works on one asks for.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{USAGE, say, warn};
use crate::config::{self, Config};
use crate::io::{self, environment};
use crate::model::FeedId;

/// The files of a project.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Place {
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = "feeds.toml")]
    config: PathBuf,
    /// The folder to write to [default: public, beside the configuration]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The file that remembers [default: .feedmill/state.db, beside the configuration]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

impl Place {
    /// The place of `config`, with the usual state.
    pub(super) fn at(config: PathBuf, output: Option<PathBuf>) -> Self {
        Self { config, output, state: None }
    }

    /// feeds.toml.
    pub(super) fn config(&self) -> &Path {
        &self.config
    }

    fn beside(&self) -> &Path {
        self.config.parent().unwrap_or(Path::new(""))
    }

    /// The folder to write to.
    pub(super) fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| self.beside().join("public"))
    }

    /// The file that remembers.
    pub(super) fn state(&self) -> PathBuf {
        self.state.clone().unwrap_or_else(|| self.beside().join(".feedmill").join("state.db"))
    }

    /// Reads and checks the configuration; roots become relative to its folder. Mistakes are told, as JSON if `json`.
    ///
    /// # Errors
    /// The exit code.
    pub(super) fn load(&self, json: bool) -> Result<Config, u8> {
        let file = self.config.display().to_string();
        let text = io::files::read_text(&self.config).map_err(|error| {
            let hint = if self.config == Path::new("feeds.toml") {
                "\n  help: `feedmill init` writes a first one; or write one, such as\n\n    [feeds.acme]\n    url = \"https://acme.example/news\"\n"
            } else {
                ""
            };
            say_error(&format!("{error}{hint}"), json);
            USAGE
        })?;
        let mut config = config::parse(&text, &file, &environment::variable).map_err(|mistakes| {
            if json {
                say(&json!({ "mistakes": mistakes.reports() }));
            } else {
                let colour = std::io::stderr().is_terminal() && environment::variable("NO_COLOR").is_none();
                warn(&mistakes.render(colour, 100).trim_end());
            }
            USAGE
        })?;
        for source in &mut config.sources {
            source.root = source.root.take().map(|root| self.beside().join(root));
        }
        config.metrics = config.metrics.take().map(|metrics| self.beside().join(metrics));
        Ok(config)
    }

    /// The feeds named on the command line, all of which must be in the configuration; the error says which is not.
    pub(super) fn chosen(&self, names: &[String], config: &Config) -> Result<Vec<FeedId>, String> {
        let find = |name: &String| {
            let found = config.sources.iter().find(|source| source.id.as_str() == name).map(|source| source.id.clone());
            found.ok_or_else(|| {
                let known = || config.sources.iter().map(|source| source.id.as_str());
                let help = match config::nearest(name, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has `{}`", known().collect::<Vec<_>>().join("`, `")),
                };
                format!("{} has no feed `{name}`\n  help: {help}", self.config.display())
            })
        };
        names.iter().map(find).collect()
    }
}

/// A project, and the form in which is told what becomes of it.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Project {
    #[command(flatten)]
    pub(super) place: Place,
    /// Print the report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Project {
    /// [`Place::load`].
    pub(super) fn load(&self) -> Result<Config, u8> {
        self.place.load(self.json)
    }

    /// [`Place::chosen`]; the error is told already.
    pub(super) fn chosen(&self, names: &[String], config: &Config) -> Result<Vec<FeedId>, u8> {
        self.place.chosen(names, config).map_err(|message| {
            self.say_error(&message);
            USAGE
        })
    }

    /// Tells why nothing was done.
    pub(super) fn say_error(&self, message: &str) {
        say_error(message, self.json);
    }
}

/// Tells why nothing was done.
pub(super) fn say_error(message: &str, json: bool) {
    if json {
        say(&json!({ "error": message }));
    } else {
        warn(&format_args!("error: {message}"));
    }
}
