-- Mails that wait to be sent (state 1), that a worker is sending until "next_at" (2), and dead letters (3), whose
-- payload is destroyed. A lease is named by the number of attempts: each new one raises it.
CREATE TABLE mail_outbox (
    id         BLOB NOT NULL PRIMARY KEY,
    template   INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    payload    BLOB,
    created_at INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    next_at    INTEGER,
    died_at    INTEGER,
    reason     TEXT,
    CHECK (length(id) = 16),
    CHECK (state IN (1, 2, 3)),
    CHECK (attempts >= 0),
    CHECK ((state = 3) = (payload IS NULL)),
    CHECK ((state = 3) = (next_at IS NULL)),
    CHECK ((state = 3) = (died_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_outbox_due ON mail_outbox (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX mail_outbox_dead ON mail_outbox (died_at) WHERE died_at IS NOT NULL;
