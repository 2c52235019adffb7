DROP VIEW inbox_events;
INSERT INTO older_inbox_events (account_id, event_offset, kind, subject, created_at)
    SELECT account_id, event_offset, kind, subject, created_at FROM recent_inbox_events;
DROP TABLE recent_inbox_events;
ALTER TABLE older_inbox_events RENAME TO inbox_events;
