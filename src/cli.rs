//! The command line: one file a subcommand. The only module that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the module that prints")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use url::Url;

pub mod inspect;

/// Makes RSS, Atom and JSON Feed files for web sites that publish no feed.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what is read from one page.
    Inspect(inspect::Arguments),
}

/// Runs the command line and returns its exit code: 0 all well, 1 some feed failed, 2 usage or configuration.
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Inspect(arguments) => inspect::run(&arguments),
    }
}

/// What an `inspect` page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PageKind {
    /// A page with one story.
    Article,
    /// An index page.
    Listing,
}

#[allow(unused, reason = "placeholder until build lands")]
type Later = (PathBuf, Url);
