-- A deleted message keeps its place and loses its content: "body" is empty then. One that expires is the same as deleted from
-- "expires_at" on; the sweep says so in "deleted_at" and takes the content away.
ALTER TABLE messages ADD COLUMN deleted_at BIGINT;
ALTER TABLE messages ADD COLUMN expires_at BIGINT;
-- How many files came with it.
ALTER TABLE messages ADD COLUMN attached SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX messages_to_expire ON messages (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL;
-- What counts as unread is counted here, without a look at the bodies.
CREATE INDEX messages_to_count ON messages (conversation_id, seq, sender_id, deleted_at, expires_at);

-- How long messages stay, in seconds, and when the last one came; NULL for ever, and if none has.
ALTER TABLE conversations ADD COLUMN expires_in BIGINT;
ALTER TABLE conversations ADD COLUMN active_at BIGINT;
UPDATE conversations SET active_at = (
    SELECT created_at FROM messages
    WHERE messages.conversation_id = conversations.id AND messages.seq = conversations.last_seq
);

-- How far a member has read, and how far their devices have what was said.
ALTER TABLE members ADD COLUMN read_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN delivered_seq BIGINT NOT NULL DEFAULT 0;

-- Whether others see how far the account has read; and whether it sees the same of them.
ALTER TABLE accounts ADD COLUMN send_receipts BOOLEAN NOT NULL DEFAULT TRUE;

-- Several files may come with one message, and one file with several. "place": in which order they came; 0 is the first.
ALTER TABLE attachments DROP CONSTRAINT attachments_pkey;
ALTER TABLE attachments DROP CONSTRAINT attachments_file_id_key;
ALTER TABLE attachments ADD COLUMN place SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE attachments ALTER COLUMN place DROP DEFAULT;
ALTER TABLE attachments ADD PRIMARY KEY (message_id, file_id);
CREATE INDEX attachments_by_file ON attachments (file_id);
UPDATE messages SET attached = 1 WHERE id IN (SELECT message_id FROM attachments);
