-- Of several files that came with a message the first stays, and of several messages that a file came with the first.
ALTER TABLE attachments RENAME TO many_attachments;
DROP INDEX attachments_by_file;
CREATE TABLE attachments (
    message_id BLOB NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    file_id    BLOB NOT NULL UNIQUE REFERENCES files (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO attachments (message_id, file_id)
SELECT min(message_id), file_id FROM many_attachments WHERE place = 0 GROUP BY file_id;
DROP TABLE many_attachments;

ALTER TABLE accounts DROP COLUMN send_receipts;
ALTER TABLE members DROP COLUMN delivered_seq;
ALTER TABLE members DROP COLUMN read_seq;
ALTER TABLE conversations DROP COLUMN active_at;
ALTER TABLE conversations DROP COLUMN expires_in;
DROP INDEX messages_to_count;
DROP INDEX messages_to_expire;
ALTER TABLE messages DROP COLUMN attached;
ALTER TABLE messages DROP COLUMN expires_at;
ALTER TABLE messages DROP COLUMN deleted_at;
