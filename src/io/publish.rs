//! Where published files go: one file a kind of place, each a [`crate::pipeline::Publish`].

pub mod dir;
pub mod nowhere;
