-- The integer that the dialect "social" knows a conversation by, and which of the two began it there.
CREATE TABLE chat_numbers (
    conversation_id BLOB NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    chat_number     INTEGER NOT NULL UNIQUE,
    initiator_id    BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    CHECK (chat_number > 0)
) STRICT, WITHOUT ROWID;

-- The last number that was given out: none is given twice, also when its conversation is gone.
CREATE TABLE chat_counter (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;

INSERT INTO chat_counter (id, last) VALUES (1, 0);

-- Which file came with which message. Its bytes are its sender's file; whoever is in the conversation may read them.
CREATE TABLE attachments (
    message_id BLOB NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    file_id    BLOB NOT NULL UNIQUE REFERENCES files (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What lets somebody open one WebSocket who cannot send a header.
CREATE TABLE socket_tickets (
    digest     BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX socket_tickets_by_session ON socket_tickets (session_id);
CREATE INDEX socket_tickets_by_expiry ON socket_tickets (expires_at);
