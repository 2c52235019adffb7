CREATE TABLE keys (
    id         BYTEA NOT NULL PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key_use    SMALLINT NOT NULL,
    algorithm  SMALLINT NOT NULL,
    custody    SMALLINT NOT NULL,
    jwk        TEXT NOT NULL,
    thumbprint BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CHECK (length(id) = 16),
    CHECK (length(thumbprint) = 32),
    UNIQUE (account_id, thumbprint, key_use)
);

CREATE INDEX keys_by_account ON keys (account_id, created_at);

-- Every change of an account's keys, written once and never changed: what a signed chain will be made over.
CREATE TABLE key_events (
    account_id  BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    seq         BIGINT NOT NULL,
    operation   SMALLINT NOT NULL,
    key_id      BYTEA NOT NULL,
    replaced_id BYTEA,
    asserted_by SMALLINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, seq),
    CHECK (length(key_id) = 16)
);
