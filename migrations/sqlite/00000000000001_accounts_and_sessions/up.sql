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
    id               BLOB NOT NULL PRIMARY KEY,
    account_id       BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect          INTEGER NOT NULL,
    client           TEXT,
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    acknowledged     INTEGER NOT NULL DEFAULT 0,
    CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_account ON sessions (account_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Every refresh token of a session that has not ended, spent ones too: a spent one that comes back betrays a thief.
CREATE TABLE refresh_tokens (
    digest     BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    spent_at   INTEGER,
    CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Sessions that were ended before their time, until no token of theirs can be alive. Without a reference: the note
-- outlives session and account.
CREATE TABLE ended_sessions (
    id        BLOB NOT NULL PRIMARY KEY,
    ended_at  INTEGER NOT NULL,
    forget_at INTEGER NOT NULL,
    CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_sessions_by_end ON ended_sessions (ended_at);
CREATE INDEX ended_sessions_by_forgetting ON ended_sessions (forget_at);
