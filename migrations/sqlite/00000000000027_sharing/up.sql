-- Who can open a file: 1 the server too, 2 only those who hold the key, which then is sealed by its owner's client first.
ALTER TABLE files ADD COLUMN protection INTEGER NOT NULL DEFAULT 1 CHECK (protection IN (1, 2));
-- When the file's key last left the server.
ALTER TABLE files ADD COLUMN key_disclosed_at INTEGER;
UPDATE files SET key_disclosed_at = (
    SELECT MAX(created_at) FROM audit_events WHERE audit_events.kind = 64 AND audit_events.subject = files.id
);

-- Ids of files that were handed out, because whoever seals a file has to know its id before.
CREATE TABLE file_ids (
    id         BLOB NOT NULL PRIMARY KEY,
    owner_id   BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_ids_by_owner ON file_ids (owner_id);
CREATE INDEX file_ids_by_expiry ON file_ids (expires_at);

-- Who may read a file beside its owner: the file's key, sealed for this file and this reader.
CREATE TABLE file_grants (
    file_id    BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    grantee_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sealed_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (file_id, grantee_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_grants_by_grantee ON file_grants (grantee_id, file_id);

-- Links. "proof" is a digest of what proves that somebody knows the link's secret; "sealed_key" is the file's key under the
-- secret, and that under the master key.
CREATE TABLE file_links (
    id            BLOB NOT NULL PRIMARY KEY,
    file_id       BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    proof         BLOB NOT NULL,
    sealed_key    BLOB NOT NULL,
    downloads     INTEGER NOT NULL DEFAULT 0,
    max_downloads INTEGER,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(proof) = 32),
    CHECK (max_downloads IS NULL OR downloads <= max_downloads)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_links_by_file ON file_links (file_id, id);
CREATE INDEX file_links_by_expiry ON file_links (expires_at);

-- Links that were opened. "digest" is the one of a token; "sealed_key" is the file's key under the token, and that under the
-- master key; NULL where the server does not have it.
CREATE TABLE link_downloads (
    digest     BLOB NOT NULL PRIMARY KEY,
    link_id    BLOB NOT NULL REFERENCES file_links (id) ON DELETE CASCADE,
    sealed_key BLOB,
    expires_at INTEGER NOT NULL,
    CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_downloads_by_link ON link_downloads (link_id);
CREATE INDEX link_downloads_by_expiry ON link_downloads (expires_at);
