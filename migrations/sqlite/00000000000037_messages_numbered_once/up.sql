-- For each message there are fewer pages to write: one index of numbers where there were two, and names in an order in which those
-- that begin with the time lie together. SQLite adds and drops no constraint, so the table is made anew, in the order in which it
-- was filled. Foreign keys are off while migrations run.

-- Who has written into which conversation, and may have left it since: so are the messages found of an account that goes. Rows
-- come and go by triggers below.
CREATE TABLE message_senders (
    conversation_id BLOB NOT NULL,
    sender_id       BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, sender_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_senders_by_sender ON message_senders (sender_id, conversation_id);

INSERT INTO message_senders (conversation_id, sender_id)
SELECT DISTINCT conversation_id, sender_id FROM messages;

CREATE TABLE messages_by_arrival (
    id              BLOB NOT NULL PRIMARY KEY,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq             INTEGER NOT NULL,
    sender_id       BLOB NOT NULL,
    client_id       TEXT NOT NULL,
    digest          BLOB NOT NULL,
    format          INTEGER NOT NULL,
    sent_at         INTEGER,
    created_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    expires_at      INTEGER,
    attached        INTEGER NOT NULL DEFAULT 0,
    -- The last column: whatever is asked of a large message beside its body is read without it.
    body            BLOB NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32),
    UNIQUE (client_id, sender_id),
    FOREIGN KEY (conversation_id, sender_id) REFERENCES message_senders (conversation_id, sender_id) ON DELETE CASCADE
) STRICT;

INSERT INTO messages_by_arrival (
    id, conversation_id, seq, sender_id, client_id, digest, format, sent_at, created_at, deleted_at, expires_at, attached, body
)
SELECT
    id, conversation_id, seq, sender_id, client_id, digest, format, sent_at, created_at, deleted_at, expires_at, attached, body
FROM messages ORDER BY rowid;

DROP TABLE messages;
ALTER TABLE messages_by_arrival RENAME TO messages;

CREATE INDEX messages_to_expire ON messages (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
-- A message is found by its number here, and what counts as unread is counted without a look at the bodies.
CREATE INDEX messages_by_number ON messages (conversation_id, seq, sender_id, deleted_at, expires_at);

-- A unique index cannot have columns beside its key (PostgreSQL's does), so that no number is given twice is seen to here.
CREATE TRIGGER messages_number_is_free BEFORE INSERT ON messages
WHEN EXISTS (SELECT 1 FROM messages WHERE conversation_id = NEW.conversation_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: messages.conversation_id, messages.seq');
END;
CREATE TRIGGER messages_number_stays BEFORE UPDATE OF conversation_id, seq ON messages
BEGIN
    SELECT RAISE(ABORT, 'a message keeps its number');
END;

CREATE TRIGGER messages_sender_is_known BEFORE INSERT ON messages
WHEN NOT EXISTS (
    SELECT 1 FROM message_senders WHERE conversation_id = NEW.conversation_id AND sender_id = NEW.sender_id
)
BEGIN
    INSERT INTO message_senders (conversation_id, sender_id) VALUES (NEW.conversation_id, NEW.sender_id);
END;
-- No foreign key does this: its messages go first, or for each of its senders all of them would be gone through.
CREATE TRIGGER conversations_forget_senders AFTER DELETE ON conversations
BEGIN
    DELETE FROM message_senders WHERE conversation_id = OLD.id;
END;
