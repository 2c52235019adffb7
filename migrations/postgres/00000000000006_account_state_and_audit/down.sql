-- What left the server, and to whom. A line outlives the file and the session it is about.
CREATE TABLE file_audit (
    id         BYTEA NOT NULL PRIMARY KEY,
    file_id    BYTEA NOT NULL,
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    session_id BYTEA NOT NULL,
    action     SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(file_id) = 16),
    CHECK (length(session_id) = 16)
);

CREATE INDEX file_audit_by_file ON file_audit (file_id, id);
CREATE INDEX file_audit_by_account ON file_audit (account_id, id);

INSERT INTO file_audit (id, file_id, account_id, session_id, action, created_at)
SELECT id, subject, account_id, session_id, 1, created_at FROM audit_events WHERE kind = 64;

DROP TABLE audit_events;
ALTER TABLE accounts DROP COLUMN disabled_at;
ALTER TABLE accounts DROP COLUMN email_verified_at;
