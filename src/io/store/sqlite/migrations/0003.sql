-- What is known of the blocks that a source's articles have in common: bytes of `article::recurring::Known`.
CREATE TABLE recurring (
    source INTEGER PRIMARY KEY REFERENCES source (key) ON DELETE CASCADE,
    known  BLOB NOT NULL
) STRICT;
