CREATE TRIGGER messages_number_is_free BEFORE INSERT ON messages
WHEN EXISTS (SELECT 1 FROM messages WHERE conversation_id = NEW.conversation_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: messages.conversation_id, messages.seq');
END;
CREATE TRIGGER messages_sender_is_known BEFORE INSERT ON messages
WHEN NOT EXISTS (
    SELECT 1 FROM message_senders WHERE conversation_id = NEW.conversation_id AND sender_id = NEW.sender_id
)
BEGIN
    INSERT INTO message_senders (conversation_id, sender_id) VALUES (NEW.conversation_id, NEW.sender_id);
END;
