//! Leaf functions that turn what pages say into what feeds may carry. Pure; each file is tested by its own table.

pub mod date;
pub mod html;
pub mod id;
pub mod image;
pub mod language;
pub mod person;
pub mod text;
pub mod url;
