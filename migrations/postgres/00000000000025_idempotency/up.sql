-- Requests by the key that their client gave them, so that a repeat does nothing twice.
CREATE TABLE idempotency_keys (
    -- A MAC of the key and of whose it is.
    digest        BYTEA NOT NULL PRIMARY KEY,
    account_id    BYTEA REFERENCES accounts (id) ON DELETE CASCADE,
    -- Which of the requests with this key holds it, and a MAC of what it said.
    holder        BYTEA NOT NULL,
    request       BYTEA NOT NULL,
    -- Whether something was stored for it.
    is_marked     BOOLEAN NOT NULL,
    sealed_answer BYTEA,
    renewed_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    CHECK (length(digest) = 32),
    CHECK (length(holder) = 16),
    CHECK (length(request) = 32)
);

CREATE INDEX idempotency_keys_by_account ON idempotency_keys (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
