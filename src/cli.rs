//! The command line: one file a subcommand. The only module that prints.

mod accept;
mod build;
mod fetch;
mod init;
mod inspect;
mod ping;
mod place;
mod run;
mod status;
mod watch;

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::model::FeedId;
use crate::pipeline::{self, Parsers};

/// Everything went well.
const WELL: u8 = 0;
/// Some feed failed; its last good files stay.
const SOME_FAILED: u8 = 1;
/// The command line or feeds.toml is wrong; nothing was touched.
const USAGE: u8 = 2;
/// Another run is at work (`EX_TEMPFAIL` of sysexits.h).
const BUSY: u8 = 75;

const EXIT_CODES: &str = "\
Exit codes:
  0   all feeds are well
  1   some feed failed; its last good files stay as they were
  2   the command line or feeds.toml is wrong; nothing was touched
  75  another run is at work in the same folder";

/// Makes RSS, Atom and JSON Feed files for web sites that publish no feed.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES)]
struct Arguments {
    /// Tell more: -v what is done, -vv every request
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Visit the sites of feeds.toml and write their feeds
    Build(build::Arguments),
    /// Tell the hubs what changed, once it is online
    Ping(ping::Arguments),
    /// Build what is due, again and again
    Watch(watch::Arguments),
    /// Show what is remembered of every feed, without visiting anything
    Status(status::Arguments),
    /// Take the next listing of a feed as it is, however different it looks
    Accept(accept::Arguments),
    /// Visit the sites and keep their pages in an archive, to build from elsewhere
    Fetch(fetch::Arguments),
    /// Begin: write a feeds.toml and the files that a host needs
    Init(init::Arguments),
    /// Show what is read from one page
    Inspect(inspect::Arguments),
}

/// Runs the command line and returns its exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr(arguments.verbose);
    ExitCode::from(match arguments.command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Ping(arguments) => ping::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Accept(arguments) => accept::run(&arguments),
        Command::Fetch(arguments) => fetch::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
    })
}

fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "feedmill=info",
        _ => "feedmill=debug",
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
}

/// Prints a line on standard output; a reader that has seen enough (`feedmill build | head -1`) is no mistake.
fn say(line: &dyn Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line on standard error.
fn warn(line: &dyn Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The threads that pages of the sources `only` (all if there is no list) are unpacked and parsed on.
fn parsers(config: &Config, only: Option<&[FeedId]>) -> Option<Parsers> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    pipeline::parsers(config, only, threads)
}

/// The longest pause between two requests that a source wants.
fn longest_delay(config: &Config) -> Option<Duration> {
    config.sources.iter().map(|source| source.options.request.delay).max()
}

/// A runtime whose one thread waits for the network; pages are unpacked and parsed on others.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(64).build()
}
