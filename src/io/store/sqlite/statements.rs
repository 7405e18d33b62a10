//! What is said to SQLite.

pub(super) const SOURCE_KEY: &str = "SELECT key FROM source WHERE id = ?1";
pub(super) const MEMORY: &str = "SELECT memory FROM source WHERE id = ?1";
pub(super) const MEMORIES: &str = "SELECT id, memory FROM source ORDER BY id";
pub(super) const PUT_MEMORY: &str = "INSERT INTO source (id, memory) VALUES (?1, ?2) \
     ON CONFLICT (id) DO UPDATE SET memory = excluded.memory WHERE memory <> excluded.memory";
pub(super) const FORGET: &str = "DELETE FROM source WHERE id = ?1";
// The keys of a source's entries are those that begin with its own; a source that is found by a query of its own spares
// a statement.
pub(super) const ENTRIES: &str = "SELECT teaser, pending, keys, entry FROM entry \
     WHERE key BETWEEN (SELECT key << 32 FROM source WHERE id = ?1) \
     AND (SELECT (key << 32) + 4294967295 FROM source WHERE id = ?1)";
pub(super) const PUT_ENTRY: &str = "INSERT INTO entry (key, source, id, teaser, pending, keys, entry) VALUES (\
     (SELECT 1 + coalesce(max(key), ?1 << 32) FROM entry WHERE key BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295), \
     ?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (source, id) DO UPDATE SET \
         teaser = excluded.teaser, pending = excluded.pending, keys = excluded.keys, entry = excluded.entry \
     WHERE (teaser, pending, keys, entry) <> (excluded.teaser, excluded.pending, excluded.keys, excluded.entry)";
pub(super) const DROP_ENTRY: &str = "DELETE FROM entry WHERE source = ?1 AND id = ?2";
pub(super) const KNOWN: &str = "SELECT coalesce(entry, key) FROM seen WHERE source = ?1 AND key = ?2";
pub(super) const PUT_KEY: &str = "INSERT INTO seen (source, key, entry) VALUES (?1, ?2, nullif(?3, ?2)) \
     ON CONFLICT (source, key) DO UPDATE SET entry = excluded.entry WHERE entry IS NOT excluded.entry";
pub(super) const MIRRORED: &str = "SELECT url, name, bytes, failures FROM picture \
     WHERE source = (SELECT key FROM source WHERE id = ?1) ORDER BY url";
pub(super) const PUT_MIRRORED: &str = "INSERT INTO picture (source, url, name, bytes, failures) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (source, url) DO UPDATE SET name = excluded.name, bytes = excluded.bytes, failures = excluded.failures";
pub(super) const DROP_MIRRORED: &str = "DELETE FROM picture WHERE source = ?1 AND url = ?2";
pub(super) const ROBOTS: &str = "SELECT fetched_at, body FROM robots WHERE origin = ?1";
pub(super) const PUT_ROBOTS: &str = "INSERT INTO robots (origin, fetched_at, body) VALUES (?1, ?2, ?3) \
     ON CONFLICT (origin) DO UPDATE SET fetched_at = excluded.fetched_at, body = excluded.body";
pub(super) const RECURRING: &str = "SELECT known FROM recurring JOIN source ON key = source WHERE id = ?1";
pub(super) const PUT_RECURRING: &str = "INSERT INTO recurring (source, known) VALUES (?1, ?2) \
     ON CONFLICT (source) DO UPDATE SET known = excluded.known WHERE known <> excluded.known";

pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

pub(super) const NOTE: &str = "DELETE FROM note WHERE name = ?1 RETURNING text";
pub(super) const PUT_NOTE: &str = "INSERT OR REPLACE INTO note (name, text) VALUES (?1, ?2)";
/// The note about the files about all feeds.
pub(super) const OVERVIEW: &str = "overview";

/// Every statement, so that opening a file proves that it has the tables and columns they need.
pub(super) const STATEMENTS: [&str; 19] = [
    SOURCE_KEY,
    MEMORY,
    MEMORIES,
    PUT_MEMORY,
    FORGET,
    ENTRIES,
    PUT_ENTRY,
    DROP_ENTRY,
    KNOWN,
    PUT_KEY,
    ROBOTS,
    PUT_ROBOTS,
    NOTE,
    PUT_NOTE,
    RECURRING,
    PUT_RECURRING,
    MIRRORED,
    PUT_MIRRORED,
    DROP_MIRRORED,
];
