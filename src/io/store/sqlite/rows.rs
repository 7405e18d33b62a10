//! Between rows and the types of the pipeline.
//!
//! A row written by an older version lacks fields that were added since, and one written by a newer version may have
//! findings of a kind that this one does not know; both are read all the same.

use chrono::{DateTime, Utc};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::finding::Finding;
use crate::model::{Entry, Timestamp};
use crate::pipeline::{Copy, Kept, Memory, Mirrored};

/// A row of `entry`, ready to be written.
pub(super) struct EntryRow<'a> {
    pub(super) kept: &'a Kept,
    pub(super) keys: String,
    pub(super) entry: String,
}

impl<'a> EntryRow<'a> {
    pub(super) fn new(kept: &'a Kept) -> Result<Self, Error> {
        Ok(Self { kept, keys: to_json(&kept.keys)?, entry: to_json(&kept.entry)? })
    }
}

/// The text kept for `value`.
pub(super) fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))
}

/// An entry from the columns `teaser`, `pending`, `keys`, `entry`.
pub(super) fn kept(row: &Row<'_>) -> Result<Kept, Error> {
    let keys = row.get_ref(2)?.as_str()?;
    let entry = row.get_ref(3)?.as_str()?;
    Ok(Kept {
        teaser: row.get(0)?,
        pending: row.get(1)?,
        keys: serde_json::from_str(keys).map_err(|error| unreadable(2, error))?,
        entry: serde_json::from_str::<Entry>(entry).map_err(|error| unreadable(3, error))?,
    })
}

/// [`kept`], if it was published at `since` or later. Of others only the time is read.
pub(super) fn kept_since(row: &Row<'_>, since: DateTime<Utc>) -> Result<Option<Kept>, Error> {
    #[derive(Deserialize)]
    struct Time {
        published: Timestamp,
    }
    let time: Time = serde_json::from_str(row.get_ref(3)?.as_str()?).map_err(|error| unreadable(3, error))?;
    (time.published.instant() >= since).then(|| kept(row)).transpose()
}

/// The memory of a source from the text in column `column`.
pub(super) fn memory(row: &Row<'_>, column: usize) -> Result<Memory, Error> {
    read_memory(row.get_ref(column)?.as_str()?, column)
}

/// The memory of a source from its text, which stands in column `column`.
pub(super) fn read_memory(text: &str, column: usize) -> Result<Memory, Error> {
    serde_json::from_str(text).or_else(|_| other_version(text)).map_err(|error| unreadable(column, error))
}

/// Fields that are missing get their defaults; findings that cannot be read are left out.
fn other_version(text: &str) -> serde_json::Result<Memory> {
    let mut value: Value = serde_json::from_str(text)?;
    if let (Value::Object(fields), Value::Object(defaults)) = (&mut value, serde_json::to_value(Memory::default())?) {
        for (name, default) in defaults {
            fields.entry(name).or_insert(default);
        }
        if let Some(Value::Array(findings)) = fields.get_mut("findings") {
            findings.retain(|finding| serde_json::from_value::<Finding>(finding.clone()).is_ok());
        }
    }
    serde_json::from_value(value)
}

fn unreadable(column: usize, error: serde_json::Error) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// A picture from the columns `url`, `name`, `bytes`, `failures`.
pub(super) fn mirrored(row: &Row<'_>) -> Result<Mirrored, Error> {
    let url = Url::parse(row.get_ref(0)?.as_str()?);
    let url = url.map_err(|error| Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))?;
    let (name, bytes): (Option<String>, Option<i64>) = (row.get(1)?, row.get(2)?);
    let copy = name.map(|name| Copy { name, bytes: bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default() });
    Ok(Mirrored { url, copy, failures: row.get(3)? })
}

/// The fetch time and the text of a robots.txt from the columns `fetched_at`, `body`.
pub(super) fn robots(row: &Row<'_>) -> Result<super::Robots, Error> {
    let time = DateTime::parse_from_rfc3339(row.get_ref(0)?.as_str()?);
    let time = time.map_err(|error| Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))?;
    Ok((time.to_utc(), row.get(1)?))
}

/// Reads every row that a run may read, to find what the structure of the file does not show.
pub(super) fn read_everything(connection: &Connection) -> Result<(), Error> {
    read_all(connection, "SELECT memory FROM source", |row| memory(row, 0).map(drop))?;
    read_all(connection, "SELECT teaser, pending, keys, entry FROM entry", |row| kept(row).map(drop))?;
    read_all(connection, "SELECT coalesce(entry, key) FROM seen", |row| row.get::<_, String>(0).map(drop))?;
    read_all(connection, "SELECT url, name, bytes, failures FROM picture", |row| mirrored(row).map(drop))?;
    read_all(connection, "SELECT fetched_at, body FROM robots", |row| robots(row).map(drop))
}

fn read_all(connection: &Connection, sql: &str, read: fn(&Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}
