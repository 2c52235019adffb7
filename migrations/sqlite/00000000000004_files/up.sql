-- A file's bytes are a blob elsewhere. Deleting destroys "sealed_key" first (and what names the file), then the blob,
-- then the row: "deleted_at" marks those in between.
CREATE TABLE files (
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

CREATE INDEX files_by_owner ON files (owner_id, id);
CREATE INDEX files_shredded ON files (deleted_at) WHERE deleted_at IS NOT NULL;

-- What left the server, and to whom. A line outlives the file and the session it is about.
CREATE TABLE file_audit (
    id         BLOB NOT NULL PRIMARY KEY,
    file_id    BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    session_id BLOB NOT NULL,
    action     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(file_id) = 16),
    CHECK (length(session_id) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_audit_by_file ON file_audit (file_id, id);
CREATE INDEX file_audit_by_account ON file_audit (account_id, id);
