-- Codes that make accounts while registration is by invite. The code itself is nowhere: a digest stands for it.
CREATE TABLE invites (
    id         BLOB NOT NULL PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE,
    made_by    INTEGER NOT NULL,
    uses       INTEGER NOT NULL,
    used       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32),
    CHECK (used BETWEEN 0 AND uses)
) STRICT, WITHOUT ROWID;

-- An account is made once, so by one invite at most.
CREATE TABLE invite_uses (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    invite_id  BLOB NOT NULL REFERENCES invites (id) ON DELETE CASCADE,
    used_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invite_uses_by_invite ON invite_uses (invite_id, used_at, account_id);
