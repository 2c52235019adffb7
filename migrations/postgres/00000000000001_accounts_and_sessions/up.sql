-- Ids are the 16 bytes of a UUIDv7, times are microseconds since the epoch, *_key columns are folded by the domain.

CREATE TABLE installation_secrets (
    name       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed     BYTEA            NOT NULL,
    created_at BIGINT           NOT NULL
);

CREATE TABLE accounts (
    id            BYTEA            NOT NULL PRIMARY KEY,
    username      TEXT             NOT NULL,
    username_key  TEXT COLLATE "C" NOT NULL UNIQUE,
    email         TEXT,
    email_key     TEXT COLLATE "C" UNIQUE,
    password_hash TEXT             NOT NULL,
    created_at    BIGINT           NOT NULL,
    CHECK (length(id) = 16),
    CHECK ((email IS NULL) = (email_key IS NULL))
);

CREATE TABLE sessions (
    id               BYTEA NOT NULL PRIMARY KEY,
    account_id       BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect          SMALLINT NOT NULL,
    client           TEXT,
    created_at       BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    acknowledged     BIGINT NOT NULL DEFAULT 0,
    CHECK (length(id) = 16)
);

CREATE INDEX sessions_by_account ON sessions (account_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Every refresh token of a session that has not ended, spent ones too: a spent one that comes back betrays a thief.
CREATE TABLE refresh_tokens (
    digest     BYTEA NOT NULL PRIMARY KEY,
    session_id BYTEA NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    spent_at   BIGINT,
    CHECK (length(digest) = 32)
);

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Sessions that were ended before their time, until no token of theirs can be alive. Without a reference: the note
-- outlives session and account.
CREATE TABLE ended_sessions (
    id        BYTEA NOT NULL PRIMARY KEY,
    ended_at  BIGINT NOT NULL,
    forget_at BIGINT NOT NULL,
    CHECK (length(id) = 16)
);

CREATE INDEX ended_sessions_by_end ON ended_sessions (ended_at);
CREATE INDEX ended_sessions_by_forgetting ON ended_sessions (forget_at);
