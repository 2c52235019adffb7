-- Codes that make accounts while registration is by invite. The code itself is nowhere: a digest stands for it.
CREATE TABLE invites (
    id         BYTEA NOT NULL PRIMARY KEY,
    digest     BYTEA NOT NULL UNIQUE,
    made_by    BIGINT NOT NULL,
    uses       BIGINT NOT NULL,
    used       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32),
    CHECK (used BETWEEN 0 AND uses)
);

-- An account is made once, so by one invite at most.
CREATE TABLE invite_uses (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    invite_id  BYTEA NOT NULL REFERENCES invites (id) ON DELETE CASCADE,
    used_at    BIGINT NOT NULL
);

CREATE INDEX invite_uses_by_invite ON invite_uses (invite_id, used_at, account_id);
