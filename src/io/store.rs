//! What is kept between runs: one file a kind of store, each a [`crate::pipeline::Store`].

mod closures;
mod robots;
pub mod sqlite;
