ALTER TABLE inboxes ADD COLUMN head INTEGER NOT NULL DEFAULT 0;
UPDATE inboxes SET head = coalesce(
    (SELECT max(event_offset) FROM inbox_events WHERE inbox_events.account_id = inboxes.account_id), trimmed
);
