-- The accounts' own keys, encrypted by their owners' clients, in generations; sealed once more here.
CREATE TABLE key_backups (
    id             BLOB NOT NULL PRIMARY KEY,
    account_id     BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    generation     INTEGER NOT NULL,
    sealed_content BLOB NOT NULL,
    created_at     INTEGER NOT NULL,
    UNIQUE (account_id, generation),
    CHECK (length(id) = 16),
    CHECK (generation > 0)
) STRICT;
