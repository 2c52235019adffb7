-- Counts of guesses and requests. Keys are MACs: the table tells neither names nor addresses.
CREATE TABLE throttles (
    counter     BYTEA NOT NULL PRIMARY KEY,
    recent      INTEGER NOT NULL,
    consecutive INTEGER NOT NULL,
    last_at     BIGINT NOT NULL,
    until_at    BIGINT NOT NULL,
    forget_at   BIGINT NOT NULL,
    CHECK (length(counter) = 32)
);

CREATE INDEX throttles_by_forgetting ON throttles (forget_at);
