-- A log's head is the offset of its last event, or if there is none, of the last one that was trimmed.
ALTER TABLE inboxes DROP COLUMN head;
