-- Counts of guesses and requests. Keys are MACs: the table tells neither names nor addresses.
CREATE TABLE throttles (
    counter     BYTEA NOT NULL PRIMARY KEY,
    recent      INTEGER NOT NULL,
    consecutive INTEGER NOT NULL,
    last_at     BIGINT NOT NULL,
    until_at    BIGINT NOT NULL,
    forget_at   BIGINT NOT NULL,
    CHECK (length(counter) = 32)
);

CREATE INDEX throttles_by_forgetting ON throttles (forget_at);

-- Authenticators. One that is not confirmed is no factor yet. Codes of steps up to "last_step" are used up.
CREATE TABLE totp_factors (
    account_id    BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    sealed_secret BYTEA NOT NULL,
    created_at    BIGINT NOT NULL,
    confirmed_at  BIGINT,
    last_step     BIGINT NOT NULL DEFAULT 0
);

-- Whose logins want a code by mail.
CREATE TABLE email_code_factors (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mac        BYTEA NOT NULL,
    PRIMARY KEY (account_id, mac),
    CHECK (length(mac) = 32)
);

-- Logins that wait for their second factor.
CREATE TABLE login_tickets (
    digest     BYTEA NOT NULL PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect    SMALLINT NOT NULL,
    checked    BYTEA,
    tries_left SMALLINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK (length(digest) = 32),
    CHECK (length(checked) = 32)
);

CREATE INDEX login_tickets_by_account ON login_tickets (account_id);
CREATE INDEX login_tickets_by_expiry ON login_tickets (expires_at);
