-- Sealed messages without a conversation, until their receiver's client has taken them. Kept in the order of arrival, so that
-- bodies are appended and never move.
CREATE TABLE envelopes (
    id           BLOB NOT NULL PRIMARY KEY,
    recipient_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- The order in which they came into the mailbox.
    seq          INTEGER NOT NULL,
    sender_id    BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    format       INTEGER NOT NULL,
    body         TEXT NOT NULL,
    size         INTEGER NOT NULL,
    sender_clock TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    lease_id     BLOB,
    leased_until INTEGER,
    UNIQUE (recipient_id, seq),
    CHECK (length(id) = 16),
    CHECK ((lease_id IS NULL) = (leased_until IS NULL))
) STRICT;

CREATE INDEX envelopes_by_sender ON envelopes (sender_id);
-- What waits is counted without a look at the bodies.
CREATE INDEX envelopes_by_size ON envelopes (recipient_id, size);
CREATE INDEX envelopes_by_lease ON envelopes (lease_id) WHERE lease_id IS NOT NULL;

-- What an account declares to be its public key in dialect "mailbox". Only what passes the rules for keys is in "keys" as well,
-- under the same id.
CREATE TABLE mailbox_keys (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    key_id     BLOB NOT NULL UNIQUE,
    text       TEXT NOT NULL,
    thumbprint BLOB,
    in_ring    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (length(key_id) = 16),
    CHECK (length(thumbprint) = 32)
) STRICT;
