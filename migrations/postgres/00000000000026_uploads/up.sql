-- Uploads that are not complete. "received" bytes have been acknowledged: those of the first "sealed" bytes of the blob,
-- and those of "tail", which are less than a chunk and rest here, sealed. Key, name and type are sealed as they will be
-- in the row of the file, whose id this is.
CREATE TABLE uploads (
    id           BYTEA NOT NULL PRIMARY KEY,
    owner_id     BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    blob         BYTEA NOT NULL UNIQUE,
    length       BIGINT NOT NULL,
    salt         BYTEA NOT NULL,
    sealed_key   BYTEA NOT NULL,
    sealed_name  BYTEA,
    sealed_type  BYTEA NOT NULL,
    received     BIGINT NOT NULL,
    sealed       BIGINT NOT NULL,
    tail         BYTEA,
    digest_state BYTEA NOT NULL,
    blob_state   BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(blob) = 16),
    CHECK (length(salt) = 24),
    CHECK (received BETWEEN 0 AND length),
    CHECK (sealed >= 0)
);

CREATE INDEX uploads_by_owner ON uploads (owner_id);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);
