-- Counts of guesses and requests. Keys are MACs: the table tells neither names nor addresses.
CREATE TABLE throttles (
    counter     BLOB NOT NULL PRIMARY KEY,
    recent      INTEGER NOT NULL,
    consecutive INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    until_at    INTEGER NOT NULL,
    forget_at   INTEGER NOT NULL,
    CHECK (length(counter) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX throttles_by_forgetting ON throttles (forget_at);

-- Authenticators. One that is not confirmed is no factor yet. Codes of steps up to "last_step" are used up.
CREATE TABLE totp_factors (
    account_id    BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    sealed_secret BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    confirmed_at  INTEGER,
    last_step     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Whose logins want a code by mail.
CREATE TABLE email_code_factors (
    account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mac        BLOB NOT NULL,
    PRIMARY KEY (account_id, mac),
    CHECK (length(mac) = 32)
) STRICT, WITHOUT ROWID;

-- Logins that wait for their second factor.
CREATE TABLE login_tickets (
    digest     BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect    INTEGER NOT NULL,
    checked    BLOB,
    tries_left INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK (length(digest) = 32),
    CHECK (length(checked) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX login_tickets_by_account ON login_tickets (account_id);
CREATE INDEX login_tickets_by_expiry ON login_tickets (expires_at);
