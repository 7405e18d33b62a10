-- What is remembered of a source: JSON of `pipeline::Memory`.
CREATE TABLE source (
    key    INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE, -- the name of its table in feeds.toml
    memory TEXT NOT NULL
) STRICT;

-- Entries whose content is kept.
CREATE TABLE entry (
    key     INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES source (key) ON DELETE CASCADE,
    id      TEXT NOT NULL,
    teaser  TEXT NOT NULL,    -- fingerprint of the teaser when it was last read
    pending INTEGER NOT NULL, -- 1 while the article page still has to be read
    keys    TEXT NOT NULL,    -- JSON array of the keys under which the entry is known
    entry   TEXT NOT NULL,    -- JSON of `model::Entry`
    UNIQUE (source, id)
) STRICT;

-- Every key ever seen. A row stays when its entry leaves the feed, so that the story does not come back as new.
CREATE TABLE seen (
    source INTEGER NOT NULL REFERENCES source (key) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    entry  TEXT, -- the entry's id, NULL where it is the key itself, as it mostly is
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

-- The robots.txt of each origin; no body means that the server has none that could be read.
CREATE TABLE robots (
    key        INTEGER PRIMARY KEY,
    origin     TEXT NOT NULL UNIQUE,
    fetched_at TEXT NOT NULL, -- RFC 3339, UTC
    body       TEXT
) STRICT;
