-- A table whose rows fire triggers as they are inserted has SQLite keep a copy of each page that the statement changes, in case that it
-- fails halfway. What the two did, the server does: it gives no number that a conversation has passed, and notes who writes.
DROP TRIGGER messages_number_is_free;
DROP TRIGGER messages_sender_is_known;
