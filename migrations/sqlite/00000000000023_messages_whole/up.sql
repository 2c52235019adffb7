-- A deleted message keeps its place and loses its content: "body" is empty then. One that expires is the same as deleted from
-- "expires_at" on; the sweep says so in "deleted_at" and takes the content away.
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;
ALTER TABLE messages ADD COLUMN expires_at INTEGER;
-- How many files came with it.
ALTER TABLE messages ADD COLUMN attached INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_to_expire ON messages (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
-- What counts as unread is counted here, without a look at the bodies.
CREATE INDEX messages_to_count ON messages (conversation_id, seq, sender_id, deleted_at, expires_at);

-- How long messages stay, in seconds, and when the last one came; NULL for ever, and if none has.
ALTER TABLE conversations ADD COLUMN expires_in INTEGER;
ALTER TABLE conversations ADD COLUMN active_at INTEGER;
UPDATE conversations SET active_at = (
    SELECT created_at FROM messages
    WHERE messages.conversation_id = conversations.id AND messages.seq = conversations.last_seq
);

-- How far a member has read, and how far their devices have what was said.
ALTER TABLE members ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN delivered_seq INTEGER NOT NULL DEFAULT 0;

-- Whether others see how far the account has read; and whether it sees the same of them.
ALTER TABLE accounts ADD COLUMN send_receipts INTEGER NOT NULL DEFAULT 1;

-- Several files may come with one message, and one file with several.
ALTER TABLE attachments RENAME TO single_attachments;
CREATE TABLE attachments (
    message_id BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    file_id    BLOB NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    -- In which order they came: 0 is the first.
    place      INTEGER NOT NULL,
    PRIMARY KEY (message_id, file_id)
) STRICT, WITHOUT ROWID;
INSERT INTO attachments (message_id, file_id, place) SELECT message_id, file_id, 0 FROM single_attachments;
DROP TABLE single_attachments;
CREATE INDEX attachments_by_file ON attachments (file_id);
UPDATE messages SET attached = 1 WHERE id IN (SELECT message_id FROM attachments);
