-- The last events of all logs lie together in a small table, and are moved to where each log lies many at a time: a log that grows by
-- one event is not a page written for itself. Whoever reads sees both as one. Those of a log that are older have lower offsets.
ALTER TABLE inbox_events RENAME TO older_inbox_events;

CREATE TABLE recent_inbox_events (
    account_id   BLOB NOT NULL REFERENCES inboxes (account_id) ON DELETE CASCADE,
    event_offset INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    subject      BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, event_offset),
    CHECK (length(subject) = 16)
) STRICT, WITHOUT ROWID;

CREATE VIEW inbox_events AS
    SELECT account_id, event_offset, kind, subject, created_at FROM older_inbox_events
    UNION ALL
    SELECT account_id, event_offset, kind, subject, created_at FROM recent_inbox_events;

CREATE TRIGGER inbox_events_are_deleted INSTEAD OF DELETE ON inbox_events
BEGIN
    DELETE FROM older_inbox_events WHERE account_id = OLD.account_id AND event_offset = OLD.event_offset;
    DELETE FROM recent_inbox_events WHERE account_id = OLD.account_id AND event_offset = OLD.event_offset;
END;
