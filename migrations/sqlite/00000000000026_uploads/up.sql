-- Uploads that are not complete. "received" bytes have been acknowledged: those of the first "sealed" bytes of the blob,
-- and those of "tail", which are less than a chunk and rest here, sealed. Key, name and type are sealed as they will be
-- in the row of the file, whose id this is.
CREATE TABLE uploads (
    id           BLOB NOT NULL PRIMARY KEY,
    owner_id     BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    blob         BLOB NOT NULL UNIQUE,
    length       INTEGER NOT NULL,
    salt         BLOB NOT NULL,
    sealed_key   BLOB NOT NULL,
    sealed_name  BLOB,
    sealed_type  BLOB NOT NULL,
    received     INTEGER NOT NULL,
    sealed       INTEGER NOT NULL,
    tail         BLOB,
    digest_state BLOB NOT NULL,
    blob_state   BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(blob) = 16),
    CHECK (length(salt) = 24),
    CHECK (received BETWEEN 0 AND length),
    CHECK (sealed >= 0)
) STRICT;

CREATE INDEX uploads_by_owner ON uploads (owner_id);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);
