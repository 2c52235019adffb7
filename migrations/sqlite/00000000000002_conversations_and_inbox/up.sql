CREATE TABLE conversations (
    id         BLOB NOT NULL PRIMARY KEY,
    -- The two account ids of a pair, the lower one first.
    pair       BLOB NOT NULL UNIQUE,
    sealed_key BLOB NOT NULL,
    last_seq   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(pair) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    account_id      BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_account ON members (account_id, conversation_id);

-- Kept in the order of arrival (not by primary key), so that bodies are appended and never move.
CREATE TABLE messages (
    id              BLOB NOT NULL PRIMARY KEY,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq             INTEGER NOT NULL,
    sender_id       BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id       TEXT NOT NULL,
    digest          BLOB NOT NULL,
    format          INTEGER NOT NULL,
    body            BLOB NOT NULL,
    sent_at         INTEGER,
    created_at      INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32),
    UNIQUE (conversation_id, seq),
    UNIQUE (sender_id, client_id)
) STRICT;

-- One row for each account, whose lock orders its events. Offsets up to "trimmed" are gone, "head" is the last one.
CREATE TABLE inboxes (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    head       INTEGER NOT NULL DEFAULT 0,
    trimmed    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox_events (
    account_id   BLOB NOT NULL REFERENCES inboxes (account_id) ON DELETE CASCADE,
    event_offset INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    subject      BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, event_offset),
    CHECK (length(subject) = 16)
) STRICT, WITHOUT ROWID;
