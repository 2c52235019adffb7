ALTER TABLE accounts ADD COLUMN email_verified_at INTEGER;
ALTER TABLE accounts ADD COLUMN disabled_at INTEGER;

-- What happened to an account's security. Ids only, no secrets. A line outlives the session and the thing it is about.
CREATE TABLE audit_events (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    session_id BLOB,
    dialect    INTEGER,
    subject    BLOB,
    CHECK (length(id) = 16),
    CHECK (length(session_id) = 16),
    CHECK (length(subject) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_events_by_account ON audit_events (account_id, id);
CREATE INDEX audit_events_by_age ON audit_events (created_at);

-- The one kind of line there was so far.
INSERT INTO audit_events (id, account_id, kind, created_at, session_id, dialect, subject)
SELECT id, account_id, 64, created_at, session_id, 0, file_id FROM file_audit;

DROP TABLE file_audit;
