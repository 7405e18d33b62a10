//! The outside: network, files, state, clock, environment. The only module that may touch them.
#![expect(clippy::disallowed_methods, reason = "this is the module in which they are allowed")]

pub mod clock;
pub mod robots;

use std::path::Path;

/// Reads a whole file.
pub fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Reads a whole file as text.
pub fn read_text(path: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}
