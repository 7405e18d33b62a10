//! Where the output folder is served: what each host needs, and how much it takes.
//!
//! Knows facts about hosts, each with the page that says so; writes no file and asks no host. [`files`] are published
//! beside the feeds, [`starter`] are those that `feedmill init` writes for people to keep, [`weigh`] compares the size
//! of the folder with what the host takes.

pub mod inventory;
mod output;
pub mod starter;
pub(crate) mod twins;

use std::fmt::Write as _;

pub use output::Files;
use serde::{Deserialize, Serialize};

use crate::finding::{Code, Finding};
use crate::format::{self, FORMATS};
use crate::model::Artifact;

/// A kind of host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// GitHub Pages, from a workflow.
    GithubPages,
    /// Netlify.
    Netlify,
    /// Cloudflare Pages.
    Cloudflare,
    /// nginx on a server of one's own.
    Nginx,
    /// Caddy on a server of one's own.
    Caddy,
    /// A bucket of S3, or of a service that speaks its protocol.
    S3,
}

impl Host {
    /// Every host.
    pub const ALL: [Self; 6] = [Self::GithubPages, Self::Netlify, Self::Cloudflare, Self::Nginx, Self::Caddy, Self::S3];

    /// The name in feeds.toml and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::GithubPages => "github-pages",
            Self::Netlify => "netlify",
            Self::Cloudflare => "cloudflare",
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::S3 => "s3",
        }
    }

    /// The host with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|host| host.name() == name)
    }

    /// What it takes.
    fn limits(self) -> Limits {
        match self {
            // https://docs.github.com/pages/getting-started-with-github-pages/github-pages-limits: 1 GB a site.
            Self::GithubPages => Limits { bytes: Some(1_000_000_000), ..Limits::default() },
            // https://docs.netlify.com/deploy/deploy-overview: 54,000 files a folder, no limit for the whole.
            Self::Netlify => Limits { files_in_folder: Some(54_000), ..Limits::default() },
            // https://developers.cloudflare.com/pages/platform/limits: 20,000 files on the free plan, 25 MiB a file.
            Self::Cloudflare => Limits { files: Some(20_000), file: Some(25 * 1024 * 1024), ..Limits::default() },
            Self::Nginx | Self::Caddy | Self::S3 => Limits::default(),
        }
    }
}

/// How much the output folder holds of feedmill's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Size {
    /// The size of `files`.
    pub fn of(files: &Files) -> Self {
        Self { files: files.iter().count() as u64, bytes: files.iter().map(|(_, bytes)| bytes).sum() }
    }
}

/// How much a host takes; nothing said is no limit that a folder of feeds would meet.
#[derive(Clone, Copy, Debug, Default)]
struct Limits {
    /// Bytes of all files.
    bytes: Option<u64>,
    /// Number of files.
    files: Option<u64>,
    /// Bytes of one file.
    file: Option<u64>,
    /// Files in one folder.
    files_in_folder: Option<u64>,
}

/// The files that a host looks for beside the feeds; without a host, those of all that look for some.
pub fn files(host: Option<Host>) -> Vec<Artifact> {
    let for_host = |hosts: &[Host]| host.is_none_or(|host| hosts.contains(&host));
    let mut files = Vec::new();
    if for_host(&[Host::GithubPages]) {
        // Without it GitHub Pages would leave out what begins with an underscore when it serves a branch.
        files.push(Artifact {
            path: ".nojekyll".to_owned(),
            media_type: "application/octet-stream",
            bytes: Vec::new(),
        });
    }
    if for_host(&[Host::Netlify, Host::Cloudflare]) {
        files.push(Artifact { path: "_headers".to_owned(), media_type: "text/plain", bytes: headers().into_bytes() });
    }
    if for_host(&[Host::GithubPages, Host::Netlify, Host::Cloudflare]) {
        // Cloudflare Pages answers with the index page and 200 where there is none, which readers take for a feed.
        let bytes = format::html_page::not_found_page();
        files.push(Artifact { path: "404.html".to_owned(), media_type: "text/html", bytes });
    }
    files
}

/// Types, caching and who may read, for hosts that take a `_headers` file.
///
/// No header stands in two rules that match one path: Cloudflare would join the values. Both hosts already answer with
/// `max-age=0, must-revalidate` and an `ETag`, so that a reader is told of news at once and pays for nothing else.
fn headers() -> String {
    let mut text = String::from("/*\n  Access-Control-Allow-Origin: *\n  X-Content-Type-Options: nosniff\n");
    for format in FORMATS {
        let (extension, media_type) = (format.extension(), format.media_type());
        // status.json is no feed, so that feeds of this ending are left to the type that hosts give it.
        if extension != "json" {
            let _ = write!(text, "/*.{extension}\n  Content-Type: {media_type}; charset=utf-8\n");
        }
    }
    text.push_str("/*.opml\n  Content-Type: text/x-opml; charset=utf-8\n");
    for folder in ["archive", "media"] {
        let _ = write!(text, "/{folder}/*\n  Cache-Control: public, max-age=31536000, immutable\n");
    }
    text
}

/// Compares the paths and sizes of `files` with what `host` takes: from four fifths of a limit on there is a warning.
pub fn weigh(host: Option<Host>, files: &Files) -> Vec<Finding> {
    let Some(host) = host else { return Vec::new() };
    let limits = host.limits();
    let name = host.name();
    let mut findings = Vec::new();
    let mut check = |what: &str, has: u64, limit: Option<u64>, shown: fn(u64) -> String, remedy: &str| {
        let Some(limit) = limit.filter(|limit| has >= limit / 5 * 4) else { return };
        let past = if has > limit { "more than" } else { "near the limit:" };
        let message = format!("{what} {}, {past} the {} that `{name}` takes", shown(has), shown(limit));
        findings.push(Finding::warning(Code::HostLimit, message).remedy(remedy));
    };
    let fewer = "lower `max_entries`, publish excerpts, drop feeds, or split them over two sites";
    let size = Size::of(files);
    check("the output folder has", size.bytes, limits.bytes, format::size, fewer);
    check("the output folder has", size.files, limits.files, counted_files, fewer);
    if limits.files_in_folder.is_some() {
        let mut folders = std::collections::BTreeMap::new();
        for (path, _) in files.iter() {
            *folders.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_insert(0_u64) += 1;
        }
        let fullest = folders.into_iter().max_by_key(|(_, files)| *files);
        if let Some((folder, files)) = fullest {
            let what = format!("`/{folder}` of the output folder has");
            check(&what, files, limits.files_in_folder, counted_files, "drop feeds, or split them over two sites");
        }
    }
    for (path, size) in files.iter() {
        check(&format!("`{path}` has"), size, limits.file, format::size, "lower `max_entries` of this feed");
    }
    findings
}

fn counted_files(number: u64) -> String {
    format!("{number} files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_names() {
        for host in Host::ALL {
            assert_eq!(Host::named(host.name()), Some(host));
        }
        assert_eq!(Host::named("geocities"), None);
    }

    #[test]
    fn each_host_gets_what_it_looks_for() {
        let paths = |host| files(host).into_iter().map(|file| file.path).collect::<Vec<_>>();
        assert_eq!(paths(None), [".nojekyll", "_headers", "404.html"]);
        assert_eq!(paths(Some(Host::GithubPages)), [".nojekyll", "404.html"]);
        assert_eq!(paths(Some(Host::Netlify)), ["_headers", "404.html"]);
        assert_eq!(paths(Some(Host::Nginx)), [""; 0]);
    }

    #[test]
    fn no_header_is_set_twice_for_one_path() {
        let text = headers();
        let mut rules: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            match line.strip_prefix("  ") {
                Some(header) => rules.last_mut().unwrap().1.push(header.split_once(": ").unwrap().0),
                None => rules.push((line, Vec::new())),
            }
        }
        let matches = |rule: &str, path: &str| {
            let (before, after) = rule.split_once('*').unwrap();
            path.starts_with(before) && path.ends_with(after) && path.len() >= before.len() + after.len()
        };
        for path in ["/a.rss", "/a.atom", "/a.json", "/a.html", "/archive/a/1.atom", "/media/a/1.png", "/feeds.opml"] {
            let mut set: Vec<&str> =
                rules.iter().filter(|(rule, _)| matches(rule, path)).flat_map(|(_, names)| names).copied().collect();
            set.sort_unstable();
            let all = set.len();
            set.dedup();
            assert_eq!(set.len(), all, "{path}: {set:?}");
        }
        assert!(text.contains("/*.rss\n  Content-Type: application/rss+xml; charset=utf-8\n"), "{text}");
    }

    #[test]
    fn four_fifths_of_a_limit_are_told() {
        let messages = |host, files: &[(String, u64)]| {
            let mut all = Files::default();
            for (path, bytes) in files {
                all.push(path, *bytes);
            }
            weigh(host, &all).into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        let file = |path: &str, size: u64| (path.to_owned(), size);
        let github = Some(Host::GithubPages);
        assert_eq!(messages(github, &[file("a.rss", 799_999_999)]), [""; 0]);
        let near = "the output folder has 800 MB, near the limit: the 1.0 GB that `github-pages` takes";
        assert_eq!(messages(github, &[file("a.rss", 500_000_000), file("b.rss", 300_000_000)]), [near]);
        let past = "the output folder has 1.2 GB, more than the 1.0 GB that `github-pages` takes";
        assert_eq!(messages(github, &[file("a.rss", 1_200_000_000)]), [past]);
        assert_eq!(messages(Some(Host::S3), &[file("a.rss", u64::MAX / 2)]), [""; 0]);
        let many: Vec<_> = (0..45_000).map(|n| file(&format!("media/a/{n}.png"), 1)).collect();
        let told =
            ["`/media/a` of the output folder has 45000 files, near the limit: the 54000 files that `netlify` takes"];
        assert_eq!(messages(Some(Host::Netlify), &many), told);
        let large = messages(Some(Host::Cloudflare), &[file("index.html", 25 * 1024 * 1024 + 1)]);
        assert_eq!(large, ["`index.html` has 26 MB, more than the 26 MB that `cloudflare` takes"]);
        assert_eq!(messages(Some(Host::Cloudflare), &many).len(), 1);
    }
}
