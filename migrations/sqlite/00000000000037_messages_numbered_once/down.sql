DROP TRIGGER conversations_forget_senders;

CREATE TABLE messages_as_before (
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
    deleted_at      INTEGER,
    expires_at      INTEGER,
    attached        INTEGER NOT NULL DEFAULT 0,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32),
    UNIQUE (conversation_id, seq),
    UNIQUE (sender_id, client_id)
) STRICT;

INSERT INTO messages_as_before (
    id, conversation_id, seq, sender_id, client_id, digest, format, body, sent_at, created_at, deleted_at, expires_at, attached
)
SELECT
    id, conversation_id, seq, sender_id, client_id, digest, format, body, sent_at, created_at, deleted_at, expires_at, attached
FROM messages ORDER BY rowid;

DROP TABLE messages;
DROP TABLE message_senders;
ALTER TABLE messages_as_before RENAME TO messages;

CREATE INDEX messages_to_expire ON messages (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX messages_to_count ON messages (conversation_id, seq, sender_id, deleted_at, expires_at);
