-- Challenges of people who signed up, which were answered and make no second account. An answer is good for ten minutes.
CREATE TABLE spent_challenges (
    id         BYTEA NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    CHECK (length(id) = 16)
);
CREATE INDEX spent_challenges_by_expiry ON spent_challenges (expires_at);
