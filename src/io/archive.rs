//! A portable archive of fetched pages: visit sites where they let one in, build the feeds elsewhere.
//!
//! The file is WARC 1.1 (ISO 28500:2017), which other programs for web archives read: one record a page, a redirect or a
//! failure, in an order that depends on nothing but the configuration and the pages. [`Recorder`] writes it while it
//! fetches through another [`Fetch`]; [`Offline`] is the [`Fetch`] that answers from an [`Archive`].
//!
//! [`Fetch`]: crate::pipeline::Fetch
//!
//! Own code, because the library for the format writes the fields of a record in the order of a hash table, and the same
//! pages must give the same bytes. It refuses to read an archive that is cut short, altered, or not made by `fetch`; it
//! does not prove who made one.

mod read;
mod record;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Archive, ArchiveError, Offline};
pub use write::{Recorded, Recorder};

/// What the first record says of the contents, so that an archive of another program is not taken for one of ours.
const FORMAT: &str = "feedmill pages 1";
/// What the last record is about.
const END: &str = "urn:feedmill:end";
