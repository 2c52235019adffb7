CREATE INDEX messages_to_count ON messages (conversation_id, seq, sender_id, deleted_at, expires_at);
ALTER TABLE messages DROP CONSTRAINT messages_conversation_id_seq_key;
ALTER TABLE messages ADD CONSTRAINT messages_conversation_id_seq_key UNIQUE (conversation_id, seq);
