-- The pairs under whose public half passwords travel. Of two instances that make the next one, the first decides.
CREATE TABLE data_keys (
    generation     INTEGER NOT NULL PRIMARY KEY,
    public_pem     TEXT NOT NULL,
    sealed_private BLOB NOT NULL,
    serves_from    INTEGER NOT NULL,
    serves_until   INTEGER NOT NULL,
    retires_at     INTEGER NOT NULL,
    CHECK (generation > 0)
) STRICT;

-- What was accepted under a pair: nothing is accepted twice.
CREATE TABLE data_key_uses (
    digest     BLOB NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL REFERENCES data_keys (generation) ON DELETE CASCADE,
    CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX data_key_uses_by_key ON data_key_uses (generation);
