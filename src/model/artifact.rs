//! Files to publish.

use std::io::{self, Write};

/// A file to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Path inside the output folder, with `/`.
    pub path: String,
    /// Media type, such as `application/atom+xml`.
    pub media_type: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A file to publish that would be large in memory: it is written piece by piece.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    /// Path inside the output folder, with `/`.
    pub path: &'a str,
    /// Media type, such as `text/html`.
    pub media_type: &'static str,
    /// Writes the content, which is the same each time.
    pub write: &'a dyn Fn(&mut dyn Write) -> io::Result<()>,
}

impl Sheet<'_> {
    /// The same file, held in memory.
    pub fn to_artifact(self) -> Artifact {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail.
        let _ = (self.write)(&mut bytes);
        Artifact { path: self.path.to_owned(), media_type: self.media_type, bytes }
    }
}
