-- Who may log in to which account by another provider's word. (issuer, subject) is the one thing they are known by.
CREATE TABLE identities (
    id         BYTEA NOT NULL PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    issuer     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    username   TEXT,
    picture    TEXT,
    linked_at  BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    CHECK (length(id) = 16),
    UNIQUE (issuer, subject)
);

CREATE INDEX identities_by_account ON identities (account_id, id);

-- Logins that have begun here and have not come back from the provider. Digests only: nobody can finish one with them.
CREATE TABLE federation_transactions (
    state      BYTEA NOT NULL PRIMARY KEY,
    secret     BYTEA NOT NULL,
    provider   TEXT NOT NULL,
    dialect    SMALLINT NOT NULL,
    account_id BYTEA REFERENCES accounts (id) ON DELETE CASCADE,
    session_id BYTEA,
    origin     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (length(state) = 32),
    CHECK (length(secret) = 32),
    CHECK (length(session_id) = 16),
    CHECK (length(origin) = 32),
    CHECK ((account_id IS NULL) = (session_id IS NULL))
);

CREATE INDEX federation_transactions_by_origin ON federation_transactions (origin, created_at);
CREATE INDEX federation_transactions_by_age ON federation_transactions (created_at);
CREATE INDEX federation_transactions_by_account ON federation_transactions (account_id);
