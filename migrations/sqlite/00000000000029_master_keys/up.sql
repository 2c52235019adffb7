-- The master keys that have ever sealed. "kid" names a key and tells nothing else about it (ADR 0005).
CREATE TABLE master_keys (
    kid          INTEGER NOT NULL PRIMARY KEY CHECK (kid BETWEEN 0 AND 4294967295),
    sealed_from  INTEGER NOT NULL,
    sealed_until INTEGER
) STRICT;

-- How far sealing everything anew has come: one row, or none.
CREATE TABLE rewraps (
    id                INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    kid               INTEGER NOT NULL CHECK (kid BETWEEN 0 AND 4294967295),
    -- Which process is at it, and until when no other may be.
    holder            BLOB CHECK (length(holder) = 16),
    lease_until       INTEGER NOT NULL,
    -- Which column, and the key of the last row of it that was looked at.
    place             INTEGER NOT NULL,
    after_key         BLOB NOT NULL,
    rewrapped         INTEGER NOT NULL,
    rewrapped_in_pass INTEGER NOT NULL,
    unopened          INTEGER NOT NULL,
    started_at        INTEGER NOT NULL,
    finished_at       INTEGER
) STRICT;

CREATE INDEX custodial_key_openers_by_opener_id ON custodial_key_openers (opener_id);
