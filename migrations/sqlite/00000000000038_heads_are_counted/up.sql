-- A log's head is the offset of its last event, or if there is none, of the last one that was trimmed: writing it beside the events
-- was another page for each log that grew.
ALTER TABLE inboxes DROP COLUMN head;
