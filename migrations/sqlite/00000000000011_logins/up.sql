-- Counts of guesses and requests. Keys are MACs: the table tells neither names nor addresses.
CREATE TABLE throttles (
    counter     BLOB NOT NULL PRIMARY KEY,
    recent      INTEGER NOT NULL,
    consecutive INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    until_at    INTEGER NOT NULL,
    forget_at   INTEGER NOT NULL,
    CHECK (length(counter) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX throttles_by_forgetting ON throttles (forget_at);
