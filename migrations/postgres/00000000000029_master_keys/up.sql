-- The master keys that have ever sealed. "kid" names a key and tells nothing else about it (ADR 0005).
CREATE TABLE master_keys (
    kid          BIGINT NOT NULL PRIMARY KEY CHECK (kid BETWEEN 0 AND 4294967295),
    sealed_from  BIGINT NOT NULL,
    sealed_until BIGINT
);

-- How far sealing everything anew has come: one row, or none.
CREATE TABLE rewraps (
    id                SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    kid               BIGINT NOT NULL CHECK (kid BETWEEN 0 AND 4294967295),
    -- Which process is at it, and until when no other may be.
    holder            BYTEA CHECK (length(holder) = 16),
    lease_until       BIGINT NOT NULL,
    -- Which column, and the key of the last row of it that was looked at.
    place             SMALLINT NOT NULL,
    after_key         BYTEA NOT NULL,
    rewrapped         BIGINT NOT NULL,
    rewrapped_in_pass BIGINT NOT NULL,
    unopened          BIGINT NOT NULL,
    started_at        BIGINT NOT NULL,
    finished_at       BIGINT
);

CREATE INDEX custodial_key_openers_by_opener_id ON custodial_key_openers (opener_id);
