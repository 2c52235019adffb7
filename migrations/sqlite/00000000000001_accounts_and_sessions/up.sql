-- Ids are the 16 bytes of a UUIDv7, times are microseconds since the epoch, *_key columns are folded by the domain.

CREATE TABLE installation_secrets (
    name       TEXT    NOT NULL PRIMARY KEY,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    id            BLOB    NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL UNIQUE,
    email         TEXT,
    email_key     TEXT    UNIQUE,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK ((email IS NULL) = (email_key IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id               BLOB    NOT NULL PRIMARY KEY,
    account_id       BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect          INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    refresh_digest   BLOB    NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(refresh_digest) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_account ON sessions (account_id, id);
CREATE UNIQUE INDEX sessions_by_refresh_digest ON sessions (refresh_digest);
