//! The hosts that want to be left alone, kept in the state file as one note.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;

use super::sqlite::Sqlite;
use crate::io::throttle::Closures;
use crate::pipeline::StoreError;

/// The note's text is a JSON object: host, seconds since 1970.
const GET: &str = "SELECT text FROM note WHERE name = 'closed hosts'";
const PUT: &str = "INSERT OR REPLACE INTO note (name, text) VALUES ('closed hosts', ?1)";

/// What has been over for so many seconds is forgotten.
const KEPT: i64 = 30 * 86_400;

impl Closures for Sqlite {
    fn closed(&self, now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
        // A host that is asked too early answers as before; that is no reason to fail a run.
        let hosts = read(self).unwrap_or_default().into_iter();
        let hosts = hosts.filter_map(|(host, until)| Some((host, DateTime::from_timestamp(until, 0)?)));
        hosts.filter(|(_, until)| *until > now).collect()
    }

    fn close(&self, host: &str, until: DateTime<Utc>) {
        let until = until.timestamp();
        let mut hosts = read(self).unwrap_or_default();
        hosts.retain(|_, known| *known > until - KEPT);
        let known = hosts.entry(host.to_owned()).or_default();
        *known = until.max(*known);
        if let Ok(text) = serde_json::to_string(&hosts) {
            let _ = self.run(|connection| connection.prepare_cached(PUT)?.execute([text]));
            // Kept now, not with the batch: a run that is killed and begun anew does not ask again.
            let _ = self.end_early();
        }
    }
}

fn read(store: &Sqlite) -> Result<BTreeMap<String, i64>, StoreError> {
    let text: Option<String> =
        store.run(|connection| connection.prepare_cached(GET)?.query_row([], |row| row.get(0)).optional())?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_later_time() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let store = Sqlite::in_memory().unwrap();
        for (host, until) in [("a", 100), ("b:8080", 300), ("a", 200), ("a", 150)] {
            store.close(host, at(until));
        }
        assert_eq!(store.closed(at(0)), [("a".to_owned(), at(200)), ("b:8080".to_owned(), at(300))]);
        assert_eq!(store.closed(at(200)), [("b:8080".to_owned(), at(300))]);
        store.close("c", at(300 + KEPT));
        assert_eq!(store.closed(at(0)), [("c".to_owned(), at(300 + KEPT))]);
    }
}
