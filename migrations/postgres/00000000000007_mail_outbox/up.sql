-- Mails that wait to be sent (state 1), that a worker is sending until "next_at" (2), and dead letters (3), whose
-- payload is destroyed. A lease is named by the number of attempts: each new one raises it.
CREATE TABLE mail_outbox (
    id         BYTEA NOT NULL PRIMARY KEY,
    template   SMALLINT NOT NULL,
    state      SMALLINT NOT NULL,
    payload    BYTEA,
    created_at BIGINT NOT NULL,
    not_after  BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT,
    died_at    BIGINT,
    reason     TEXT,
    CHECK (length(id) = 16),
    CHECK (state IN (1, 2, 3)),
    CHECK (attempts >= 0),
    CHECK ((state = 3) = (payload IS NULL)),
    CHECK ((state = 3) = (next_at IS NULL)),
    CHECK ((state = 3) = (died_at IS NOT NULL))
);

CREATE INDEX mail_outbox_due ON mail_outbox (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX mail_outbox_dead ON mail_outbox (died_at) WHERE died_at IS NOT NULL;
