CREATE TABLE conversations (
    id         BYTEA NOT NULL PRIMARY KEY,
    -- The two account ids of a pair, the lower one first.
    pair       BYTEA NOT NULL UNIQUE,
    sealed_key BYTEA NOT NULL,
    last_seq   BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(pair) = 32)
);

CREATE TABLE members (
    conversation_id BYTEA NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    account_id      BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, account_id)
);

CREATE INDEX members_by_account ON members (account_id, conversation_id);

-- Kept in the order of arrival (not by primary key), so that bodies are appended and never move.
CREATE TABLE messages (
    id              BYTEA NOT NULL PRIMARY KEY,
    conversation_id BYTEA NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq             BIGINT NOT NULL,
    sender_id       BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id       TEXT NOT NULL,
    digest          BYTEA NOT NULL,
    format          SMALLINT NOT NULL,
    body            BYTEA NOT NULL,
    sent_at         BIGINT,
    created_at      BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32),
    UNIQUE (conversation_id, seq),
    UNIQUE (sender_id, client_id)
);

-- One row for each account, whose lock orders its events. Offsets up to "trimmed" are gone, "head" is the last one.
CREATE TABLE inboxes (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    head       BIGINT NOT NULL DEFAULT 0,
    trimmed    BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE inbox_events (
    account_id   BYTEA NOT NULL REFERENCES inboxes (account_id) ON DELETE CASCADE,
    event_offset BIGINT NOT NULL,
    kind         SMALLINT NOT NULL,
    subject      BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, event_offset),
    CHECK (length(subject) = 16)
);
