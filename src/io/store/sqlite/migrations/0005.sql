-- The entries of a source stand together, so that a visit, which reads them all, finds many on a page of the file: a key
-- is the source's key times 2^32, and a number that counts up within the source.
CREATE TABLE entry_together (
    key     INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES source (key) ON DELETE CASCADE,
    id      TEXT NOT NULL,
    teaser  TEXT NOT NULL,    -- fingerprint of the teaser when it was last read
    pending INTEGER NOT NULL, -- 1 while the article page still has to be read
    keys    TEXT NOT NULL,    -- JSON array of the keys under which the entry is known
    entry   TEXT NOT NULL,    -- JSON of `model::Entry`
    UNIQUE (source, id)
) STRICT;
INSERT INTO entry_together
    SELECT (source << 32) + row_number() OVER (PARTITION BY source ORDER BY key), source, id, teaser, pending, keys, entry
    FROM entry;
DROP TABLE entry;
ALTER TABLE entry_together RENAME TO entry;
