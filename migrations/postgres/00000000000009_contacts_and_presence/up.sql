ALTER TABLE accounts ADD COLUMN discoverable BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE accounts ADD COLUMN show_presence BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE accounts ADD COLUMN messages_from SMALLINT NOT NULL DEFAULT 1;

CREATE INDEX accounts_by_discoverability ON accounts (discoverable, username_key);

-- How one account stands to another. A pair has two rows, one seen from each side, which are always written together
-- (the one of the lower account first: its lock is the pair's). Contact: 0 none, 1 asked by this account, 2 asked by the
-- other, 3 mutual.
CREATE TABLE relations (
    account_id    BYTEA   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    other_id      BYTEA   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    contact       SMALLINT NOT NULL DEFAULT 0,
    contact_since BIGINT,
    blocked_at    BIGINT,
    blocked_by_at BIGINT,
    PRIMARY KEY (account_id, other_id),
    CHECK (account_id <> other_id),
    CHECK ((contact = 0) = (contact_since IS NULL))
);

CREATE INDEX relations_by_contact ON relations (account_id, contact);
CREATE INDEX relations_by_other ON relations (other_id);

-- Until when an account counts as there. Shared by all instances; rows that have run out are deleted.
CREATE TABLE presence (
    account_id  BYTEA   NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    lease_until BIGINT  NOT NULL
);

CREATE INDEX presence_by_end ON presence (lease_until);
