//! The files of the output folder: tens of thousands, which therefore have no piece of memory each.

use std::ops::Range;

/// Paths and sizes in bytes of many files.
#[derive(Debug, Default)]
pub struct Files {
    /// All paths, one after the other.
    paths: String,
    files: Vec<File>,
}

#[derive(Clone, Copy, Debug)]
struct File {
    start: u32,
    end: u32,
    bytes: u64,
}

impl File {
    fn path(self, paths: &str) -> &str {
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        paths.get(Range { start: place(self.start), end: place(self.end) }).unwrap_or_default()
    }
}

impl Files {
    /// Adds the file at `path` with so many `bytes`.
    pub fn push(&mut self, path: &str, bytes: u64) {
        // Four gigabytes of paths would be a hundred million files.
        let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let start = place(self.paths.len());
        self.paths.push_str(path);
        self.files.push(File { start, end: place(self.paths.len()), bytes });
    }

    /// Paths and sizes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|file| (file.path(&self.paths), file.bytes))
    }

    /// Orders them by path, each once.
    pub fn sort(&mut self) {
        let Self { paths, files } = self;
        files.sort_by(|a, b| a.path(paths).cmp(b.path(paths)));
        files.dedup_by(|a, b| a.path(paths) == b.path(paths));
    }

    /// Whether `path` is one of them; they are ordered.
    pub fn contains(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| file.path(&self.paths).cmp(path)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_their_order() {
        let mut files = Files::default();
        for (path, bytes) in [("b.rss", 2), ("a.rss", 1), ("", 0), ("b.rss", 2), ("é/c", 3)] {
            files.push(path, bytes);
        }
        files.sort();
        assert!(files.iter().eq([("", 0), ("a.rss", 1), ("b.rss", 2), ("é/c", 3)]));
        assert!(files.contains("a.rss") && files.contains("é/c") && !files.contains("c") && !files.contains("a.rs"));
    }
}
