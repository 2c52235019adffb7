-- How many bytes of plaintext each account stores, with what is reserved for its uploads. "quota" is the operator's word for
-- this account: NULL what everybody may store, -1 no limit.
CREATE TABLE storage (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    used       INTEGER NOT NULL,
    quota      INTEGER,
    CHECK (used >= 0),
    CHECK (quota >= -1)
) STRICT, WITHOUT ROWID;

INSERT INTO storage (account_id, used)
SELECT owner_id, CAST(SUM(size) AS INTEGER) FROM files
WHERE owner_id IS NOT NULL AND deleted_at IS NULL
GROUP BY owner_id;

-- What of "used" belongs to uploads that run. A row may outlive its account, until it expires.
CREATE TABLE storage_reservations (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL,
    bytes      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(account_id) = 16),
    CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX storage_reservations_by_expiry ON storage_reservations (expires_at);

-- The queue of deletions is those files that are shredded: how often removing the rest failed, and when it is tried again (NULL:
-- at once).
ALTER TABLE files ADD COLUMN delete_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN delete_after INTEGER;

-- How far reading all files again has come: one row.
CREATE TABLE file_scrub (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    after_id   BLOB,
    night      INTEGER NOT NULL,
    files_left INTEGER NOT NULL,
    CHECK (length(after_id) = 16),
    CHECK (files_left >= 0)
) STRICT, WITHOUT ROWID;
