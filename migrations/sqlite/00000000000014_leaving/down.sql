-- The sweep of blobs without a row removes those of files that nobody owns any more.
CREATE TABLE owned_files (
    id          BLOB NOT NULL PRIMARY KEY,
    owner_id    BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    blob        BLOB NOT NULL UNIQUE,
    size        INTEGER NOT NULL,
    digest      BLOB NOT NULL,
    sealed_key  BLOB,
    sealed_name BLOB,
    sealed_type BLOB,
    created_at  INTEGER NOT NULL,
    deleted_at  INTEGER,
    CHECK (length(id) = 16),
    CHECK (length(blob) = 16),
    CHECK (length(digest) = 32),
    CHECK ((deleted_at IS NULL) = (sealed_key IS NOT NULL)),
    CHECK ((deleted_at IS NULL) = (sealed_type IS NOT NULL)),
    CHECK (deleted_at IS NULL OR sealed_name IS NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO owned_files (id, owner_id, blob, size, digest, sealed_key, sealed_name, sealed_type, created_at, deleted_at)
SELECT id, owner_id, blob, size, digest, sealed_key, sealed_name, sealed_type, created_at, deleted_at FROM files
WHERE owner_id IS NOT NULL;

DROP TABLE files;
ALTER TABLE owned_files RENAME TO files;

CREATE INDEX files_by_owner ON files (owner_id, id);
CREATE INDEX files_shredded ON files (deleted_at) WHERE deleted_at IS NOT NULL;
