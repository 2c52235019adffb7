-- Of several files that came with a message the first stays, and of several messages that a file came with the first.
DELETE FROM attachments WHERE place > 0;
DELETE FROM attachments AS later USING attachments AS first
WHERE first.file_id = later.file_id AND first.message_id < later.message_id;
DROP INDEX attachments_by_file;
ALTER TABLE attachments DROP CONSTRAINT attachments_pkey;
ALTER TABLE attachments DROP COLUMN place;
ALTER TABLE attachments ADD PRIMARY KEY (message_id);
ALTER TABLE attachments ADD UNIQUE (file_id);

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
