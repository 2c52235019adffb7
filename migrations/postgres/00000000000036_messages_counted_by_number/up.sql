-- One index where there were two: the number of a message finds it, and what counts as unread is counted there as well, without
-- a look at the bodies. SQLite has no columns beside a key, and keeps both.
ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_seq_key;
ALTER TABLE messages ADD CONSTRAINT messages_conversation_id_seq_key
    UNIQUE (conversation_id, seq) INCLUDE (sender_id, deleted_at, expires_at);
DROP INDEX messages_to_count;
