-- A file's bytes are a blob elsewhere. Deleting destroys "sealed_key" first (and what names the file), then the blob,
-- then the row: "deleted_at" marks those in between.
CREATE TABLE files (
    id          BYTEA NOT NULL PRIMARY KEY,
    owner_id    BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    blob        BYTEA NOT NULL UNIQUE,
    size        BIGINT NOT NULL,
    digest      BYTEA NOT NULL,
    sealed_key  BYTEA,
    sealed_name BYTEA,
    sealed_type BYTEA,
    created_at  BIGINT NOT NULL,
    deleted_at  BIGINT,
    CHECK (length(id) = 16),
    CHECK (length(blob) = 16),
    CHECK (length(digest) = 32),
    CHECK ((deleted_at IS NULL) = (sealed_key IS NOT NULL)),
    CHECK ((deleted_at IS NULL) = (sealed_type IS NOT NULL)),
    CHECK (deleted_at IS NULL OR sealed_name IS NULL)
);

CREATE INDEX files_by_owner ON files (owner_id, id);
CREATE INDEX files_shredded ON files (deleted_at) WHERE deleted_at IS NOT NULL;

-- What left the server, and to whom. A line outlives the file and the session it is about.
CREATE TABLE file_audit (
    id         BYTEA NOT NULL PRIMARY KEY,
    file_id    BYTEA NOT NULL,
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    session_id BYTEA NOT NULL,
    action     SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(file_id) = 16),
    CHECK (length(session_id) = 16)
);

CREATE INDEX file_audit_by_file ON file_audit (file_id, id);
CREATE INDEX file_audit_by_account ON file_audit (account_id, id);
