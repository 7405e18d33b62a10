//! `feedmill init`: a first feeds.toml and the files that a host needs.
//!
//! Overwrites nothing: a file that is there is named and left alone, unless `--force` is given.

use std::path::{Path, PathBuf};

use url::Url;

use super::{SOME_FAILED, USAGE, WELL, say, warn};
use crate::config;
use crate::format::FORMATS;
use crate::hosting::{Host, starter};
use crate::io::environment;
use crate::io::files::{self, Kind};

/// `feedmill init [--host HOST]`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where public/ will be served: github-pages, netlify, cloudflare, nginx, caddy or s3
    #[arg(long, value_name = "HOST", value_parser = host)]
    host: Option<Host>,
    /// The address at which public/ will be served
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<Url>,
    /// The folder to write to
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Write files anew that are there already; feeds.toml is always left alone
    #[arg(long)]
    force: bool,
}

fn host(name: &str) -> Result<Host, String> {
    let names = Host::ALL.map(Host::name);
    Host::named(name).ok_or_else(|| match config::nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the hosts are {}", names.join(", ")),
    })
}

fn base_url(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        return Err("expected an address such as https://YOU.github.io/feeds/".to_owned());
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> u8 {
    let configured = arguments.folder.join("feeds.toml");
    let known = match files::exists(&configured).then(|| load(&configured)).transpose() {
        Ok(known) => known,
        Err(code) => return code,
    };
    let base = arguments.base_url.clone().or_else(|| known.as_ref().and_then(|config| config.base_url.clone()));
    let mut failed = false;
    for starter in starter::files(arguments.host, base.as_ref()) {
        let path = arguments.folder.join(starter.path);
        let keep = files::exists(&path) && (!arguments.force || starter.path == "feeds.toml");
        if keep {
            say(&format_args!("kept   {} (it is there already)", path.display()));
            continue;
        }
        let kind = if starter.executable { Kind::Program } else { Kind::Text };
        match files::write(&path, starter.text.as_bytes(), kind) {
            Ok(()) => say(&format_args!("wrote  {}", path.display())),
            Err(error) => {
                warn(&format_args!("error: {error}"));
                failed = true;
            }
        }
    }
    if failed {
        return SOME_FAILED;
    }
    tell(arguments, known.as_ref(), base.as_ref());
    WELL
}

fn load(path: &Path) -> Result<config::Config, u8> {
    let text = files::read_text(path).map_err(|error| {
        warn(&format_args!("error: {error}"));
        USAGE
    })?;
    config::parse(&text, &path.display().to_string(), &environment::variable).map_err(|mistakes| {
        warn(&mistakes.render(false, 100).trim_end());
        USAGE
    })
}

fn tell(arguments: &Arguments, known: Option<&config::Config>, base: Option<&Url>) {
    if let Some(host) = arguments.host
        && let Some(config) = known
        && config.host != Some(host)
    {
        say(&format_args!("\nAdd this to the top of feeds.toml:\n  host = \"{}\"", host.name()));
    }
    let mut steps: Vec<&str> = Vec::new();
    if known.is_none() {
        steps.push("write your feeds into feeds.toml");
    }
    if base.is_none() {
        steps.push("set base_url in feeds.toml: the address at which public/ will be served");
    }
    steps.extend(starter::next_steps(arguments.host));
    say(&"\nNext:");
    for (place, step) in steps.iter().enumerate() {
        say(&format_args!("  {}. {step}", place + 1));
    }
    let ids: Vec<String> = known.map_or_else(
        || vec!["example".to_owned()],
        |config| config.sources.iter().map(|source| source.id.to_string()).collect(),
    );
    say(&"\nThe feeds will be at:");
    let base = base.map_or("<base_url>", Url::as_str);
    for id in ids {
        for format in FORMATS.iter().rev() {
            say(&format_args!("  {base}{id}.{}", format.extension()));
        }
    }
}
