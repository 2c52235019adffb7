-- The private key that the server keeps for an account (dialect channel), sealed under a wrapping key.
CREATE TABLE custodial_keys (
    account_id     BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    key_id         BYTEA NOT NULL,
    sealed_private BYTEA NOT NULL,
    created_at     BIGINT NOT NULL,
    CHECK (length(key_id) = 16)
);

-- The wrapping key, sealed for each that opens it: the account's password (1), an app password (2).
CREATE TABLE custodial_key_openers (
    account_id      BYTEA NOT NULL REFERENCES custodial_keys (account_id) ON DELETE CASCADE,
    opener          SMALLINT NOT NULL,
    opener_id       BYTEA NOT NULL,
    app_password_id BYTEA REFERENCES app_passwords (id) ON DELETE CASCADE,
    key_id          BYTEA NOT NULL,
    parameters      TEXT,
    sealed          BYTEA NOT NULL,
    PRIMARY KEY (account_id, opener, opener_id),
    CHECK (length(opener_id) = 16),
    CHECK (length(key_id) = 16),
    CHECK ((opener = 2) = (app_password_id IS NOT NULL))
);

CREATE INDEX custodial_key_openers_by_app_password ON custodial_key_openers (app_password_id);

-- Secure channels. What is sealed opens only with the session key, of which nothing but digests is here.
CREATE TABLE channels (
    id           BYTEA NOT NULL PRIMARY KEY,
    handle       BYTEA NOT NULL UNIQUE,
    secret       BYTEA NOT NULL,
    suite        SMALLINT NOT NULL,
    sealed_key   BYTEA NOT NULL,
    recovery_id  BYTEA,
    sealed_token BYTEA,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(handle) = 32),
    CHECK (length(secret) = 32),
    CHECK (length(recovery_id) = 16),
    CHECK (sealed_token IS NULL OR recovery_id IS NOT NULL)
);

CREATE INDEX channels_by_expiry ON channels (expires_at);

-- Who is logged in to a channel. It ends with the session, and with it what opened the custodial key there.
CREATE TABLE channel_logins (
    channel_id      BYTEA NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
    session_id      BYTEA NOT NULL UNIQUE REFERENCES sessions (id) ON DELETE CASCADE,
    wrong_passwords SMALLINT NOT NULL,
    key_id          BYTEA,
    sealed_wrapping BYTEA,
    CHECK (wrong_passwords >= 0),
    CHECK (length(key_id) = 16),
    CHECK ((key_id IS NULL) = (sealed_wrapping IS NULL))
);

-- Logins of the dialect that were tried since the last right password.
CREATE TABLE channel_tries (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    tries      SMALLINT NOT NULL,
    CHECK (tries >= 0)
);
