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
    id               BYTEA    NOT NULL PRIMARY KEY,
    account_id       BYTEA    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect          SMALLINT NOT NULL,
    created_at       BIGINT   NOT NULL,
    authenticated_at BIGINT   NOT NULL,
    expires_at       BIGINT   NOT NULL,
    refresh_digest   BYTEA    NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(refresh_digest) = 32)
);

CREATE INDEX sessions_by_account ON sessions (account_id, id);
CREATE UNIQUE INDEX sessions_by_refresh_digest ON sessions (refresh_digest);
