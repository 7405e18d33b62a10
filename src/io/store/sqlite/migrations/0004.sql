-- Pictures that are published beside the feeds, and those that could not be copied.
CREATE TABLE picture (
    source   INTEGER NOT NULL REFERENCES source (key) ON DELETE CASCADE,
    url      TEXT NOT NULL,    -- at the site
    name     TEXT,             -- of the file in media/<feed>/; NULL where there is no copy
    bytes    INTEGER,          -- size of the copy
    failures INTEGER NOT NULL, -- how often in a row it could not be copied
    PRIMARY KEY (source, url)
) STRICT, WITHOUT ROWID;
