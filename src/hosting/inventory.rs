//! The list of feedmill's own files in the output folder, in `files.txt`: what it does not name is somebody else's.
//!
//! One path a line, sorted. It names no size and no time, so that it changes only when a file comes or goes. It lies
//! beside the files rather than in the state, because it is about the folder: where the state is lost and a feed was
//! renamed, it still tells which files nobody renews any more.

use std::collections::BTreeSet;

use super::twins;
use crate::finding::{Code, Finding};
use crate::format::FORMATS;
use crate::model::Artifact;

/// The name of the list.
pub const PATH: &str = "files.txt";
/// The longest list that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many stale files a finding names.
const NAMED: usize = 5;

/// The paths in a list that [`write()`] made; lines that are no path of a file are left out.
pub fn read(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_BYTES).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The list of `paths`, which are sorted.
pub fn write<'a>(paths: impl Iterator<Item = &'a str>) -> Artifact {
    let mut text = String::from("# Files that feedmill wrote here. It leaves all others alone.\n");
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    Artifact { path: PATH.to_owned(), media_type: "text/plain", bytes: text.into_bytes() }
}

/// The id of the feed that `path` belongs to by its name; `None` for files about all feeds.
pub fn feed_of(path: &str) -> Option<&str> {
    let path = twins::ENDINGS.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
    match path.split_once('/') {
        Some(("archive" | "media", rest)) => rest.split('/').next(),
        Some(_) => None,
        None => {
            let (stem, ending) = path.rsplit_once('.')?;
            let known = ending == "html" || FORMATS.iter().any(|format| format.extension() == ending);
            known.then_some(stem)
        }
    }
}

/// Tells of own files that no feed renews any more; `None` if there are none.
pub fn stale(paths: &BTreeSet<String>) -> Option<Finding> {
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = paths.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("the output folder has files that no feed renews any more: {}{more}", named.join(", "));
    let remedy = "a reader that follows them gets no news; bring the feed's old key back, or remove them with `feedmill build --prune`";
    (!paths.is_empty()).then(|| Finding::note(Code::FilesStale, message).remedy(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back() {
        let paths = ["a.rss", "b.rss"];
        assert!(read(&write(paths.into_iter()).bytes).eq(paths));
        assert_eq!(read(b"\xFF").next(), None);
        assert!(read(b"# words\n\na.rss\n").eq(["a.rss"]));
    }

    #[test]
    fn files_belong_to_feeds_by_name() {
        for (path, wanted) in [
            ("a.rss", Some("a")),
            ("a.b.json.br", Some("a.b")),
            ("media/a/1.png", Some("a")),
            ("archive/a/1.atom.gz", Some("a")),
            ("feeds.opml", None),
            (".nojekyll", None),
            ("other/a.rss", None),
        ] {
            assert_eq!(feed_of(path), wanted, "{path}");
        }
    }

    #[test]
    fn stale_files_are_named() {
        assert_eq!(stale(&BTreeSet::new()), None);
        let many: BTreeSet<String> = (1..=7).map(|n| format!("{n}.rss")).collect();
        let message = stale(&many).unwrap().message;
        assert!(message.ends_with("`1.rss`, `2.rss`, `3.rss`, `4.rss`, `5.rss` and 2 more"), "{message}");
    }
}
