ALTER TABLE accounts ADD COLUMN discoverable INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN show_presence INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN messages_from INTEGER NOT NULL DEFAULT 1;

CREATE INDEX accounts_by_discoverability ON accounts (discoverable, username_key);

-- How one account stands to another. A pair has two rows, one seen from each side, which are always written together
-- (the one of the lower account first: its lock is the pair's). Contact: 0 none, 1 asked by this account, 2 asked by the
-- other, 3 mutual.
CREATE TABLE relations (
    account_id    BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    other_id      BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    contact       INTEGER NOT NULL DEFAULT 0,
    contact_since INTEGER,
    blocked_at    INTEGER,
    blocked_by_at INTEGER,
    PRIMARY KEY (account_id, other_id),
    CHECK (account_id <> other_id),
    CHECK ((contact = 0) = (contact_since IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX relations_by_contact ON relations (account_id, contact);
CREATE INDEX relations_by_other ON relations (other_id);

-- Until when an account counts as there. Shared by all instances; rows that have run out are deleted.
CREATE TABLE presence (
    account_id  BLOB    NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX presence_by_end ON presence (lease_until);
