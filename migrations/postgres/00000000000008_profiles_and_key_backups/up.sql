-- The accounts' own keys, encrypted by their owners' clients, in generations; sealed once more here.
CREATE TABLE key_backups (
    id             BYTEA NOT NULL PRIMARY KEY,
    account_id     BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    generation     BIGINT NOT NULL,
    sealed_content BYTEA NOT NULL,
    created_at     BIGINT NOT NULL,
    UNIQUE (account_id, generation),
    CHECK (length(id) = 16),
    CHECK (generation > 0)
);
