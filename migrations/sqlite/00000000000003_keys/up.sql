CREATE TABLE keys (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key_use    INTEGER NOT NULL,
    algorithm  INTEGER NOT NULL,
    custody    INTEGER NOT NULL,
    jwk        TEXT NOT NULL,
    thumbprint BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK (length(id) = 16),
    CHECK (length(thumbprint) = 32),
    UNIQUE (account_id, thumbprint, key_use)
) STRICT, WITHOUT ROWID;

CREATE INDEX keys_by_account ON keys (account_id, created_at);

-- Every change of an account's keys, written once and never changed: what a signed chain will be made over.
CREATE TABLE key_events (
    account_id  BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    seq         INTEGER NOT NULL,
    operation   INTEGER NOT NULL,
    key_id      BLOB NOT NULL,
    replaced_id BLOB,
    asserted_by INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq),
    CHECK (length(key_id) = 16)
) STRICT, WITHOUT ROWID;
