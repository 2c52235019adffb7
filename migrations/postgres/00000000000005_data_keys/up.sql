-- The pairs under whose public half passwords travel. Of two instances that make the next one, the first decides.
CREATE TABLE data_keys (
    generation     BIGINT NOT NULL PRIMARY KEY,
    public_pem     TEXT NOT NULL,
    sealed_private BYTEA NOT NULL,
    serves_from    BIGINT NOT NULL,
    serves_until   BIGINT NOT NULL,
    retires_at     BIGINT NOT NULL,
    CHECK (generation > 0)
);

-- What was accepted under a pair: nothing is accepted twice.
CREATE TABLE data_key_uses (
    digest     BYTEA NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL REFERENCES data_keys (generation) ON DELETE CASCADE,
    CHECK (length(digest) = 32)
);

CREATE INDEX data_key_uses_by_key ON data_key_uses (generation);
