-- How many bytes of plaintext each account stores, with what is reserved for its uploads. "quota" is the operator's word for
-- this account: NULL what everybody may store, -1 no limit.
CREATE TABLE storage (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    used       BIGINT NOT NULL,
    quota      BIGINT,
    CHECK (used >= 0),
    CHECK (quota >= -1)
);

INSERT INTO storage (account_id, used)
SELECT owner_id, CAST(SUM(size) AS BIGINT) FROM files
WHERE owner_id IS NOT NULL AND deleted_at IS NULL
GROUP BY owner_id;

-- What of "used" belongs to uploads that run. A row may outlive its account, until it expires.
CREATE TABLE storage_reservations (
    id         BYTEA NOT NULL PRIMARY KEY,
    account_id BYTEA NOT NULL,
    bytes      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(account_id) = 16),
    CHECK (bytes >= 0)
);

CREATE INDEX storage_reservations_by_expiry ON storage_reservations (expires_at);

-- The queue of deletions is those files that are shredded: how often removing the rest failed, and when it is tried again (NULL:
-- at once).
ALTER TABLE files ADD COLUMN delete_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN delete_after BIGINT;

-- How far reading all files again has come: one row.
CREATE TABLE file_scrub (
    id         SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    after_id   BYTEA,
    night      BIGINT NOT NULL,
    files_left BIGINT NOT NULL,
    CHECK (length(after_id) = 16),
    CHECK (files_left >= 0)
);
