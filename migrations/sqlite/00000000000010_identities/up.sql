-- Who may log in to which account by another provider's word. (issuer, subject) is the one thing they are known by.
CREATE TABLE identities (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    username   TEXT,
    picture    TEXT,
    linked_at  INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    CHECK (length(id) = 16),
    UNIQUE (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_account ON identities (account_id, id);

-- Logins that have begun here and have not come back from the provider. Digests only: nobody can finish one with them.
CREATE TABLE federation_transactions (
    state      BLOB NOT NULL PRIMARY KEY,
    secret     BLOB NOT NULL,
    provider   TEXT NOT NULL,
    dialect    INTEGER NOT NULL,
    account_id BLOB REFERENCES accounts (id) ON DELETE CASCADE,
    session_id BLOB,
    origin     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (length(state) = 32),
    CHECK (length(secret) = 32),
    CHECK (length(session_id) = 16),
    CHECK (length(origin) = 32),
    CHECK ((account_id IS NULL) = (session_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX federation_transactions_by_origin ON federation_transactions (origin, created_at);
CREATE INDEX federation_transactions_by_age ON federation_transactions (created_at);
CREATE INDEX federation_transactions_by_account ON federation_transactions (account_id);
