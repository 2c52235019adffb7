-- Sealed messages without a conversation, until their receiver's client has taken them. Kept in the order of arrival, so that
-- bodies are appended and never move.
CREATE TABLE envelopes (
    id           BYTEA NOT NULL PRIMARY KEY,
    recipient_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- The order in which they came into the mailbox.
    seq          BIGINT NOT NULL,
    sender_id    BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    format       SMALLINT NOT NULL,
    body         TEXT NOT NULL,
    size         BIGINT NOT NULL,
    sender_clock TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    lease_id     BYTEA,
    leased_until BIGINT,
    UNIQUE (recipient_id, seq),
    CHECK (length(id) = 16),
    CHECK ((lease_id IS NULL) = (leased_until IS NULL))
);

CREATE INDEX envelopes_by_sender ON envelopes (sender_id);
-- What waits is counted without a look at the bodies.
CREATE INDEX envelopes_by_size ON envelopes (recipient_id, size);
CREATE INDEX envelopes_by_lease ON envelopes (lease_id) WHERE lease_id IS NOT NULL;

-- What an account declares to be its public key in dialect "mailbox". Only what passes the rules for keys is in "keys" as well,
-- under the same id.
CREATE TABLE mailbox_keys (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    key_id     BYTEA NOT NULL UNIQUE,
    text       TEXT NOT NULL,
    thumbprint BYTEA,
    in_ring    BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (length(key_id) = 16),
    CHECK (length(thumbprint) = 32)
);
