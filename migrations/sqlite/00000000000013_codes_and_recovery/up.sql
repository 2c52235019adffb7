-- Codes that were mailed and are to be typed in: one for each account and purpose. Their MACs alone.
CREATE TABLE mailed_codes (
    account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    purpose    INTEGER NOT NULL,
    salt       BLOB NOT NULL,
    mac        BLOB NOT NULL,
    target     TEXT,
    target_key TEXT,
    tries_left INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, purpose),
    CHECK (length(salt) = 16),
    CHECK (length(mac) = 32),
    CHECK (tries_left >= 0),
    CHECK ((target IS NULL) = (target_key IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX mailed_codes_by_expiry ON mailed_codes (expires_at);

-- Passwords for one program each, by digest.
CREATE TABLE app_passwords (
    id           BLOB NOT NULL PRIMARY KEY,
    account_id   BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dialect      INTEGER NOT NULL,
    name         TEXT NOT NULL,
    digest       BLOB NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    CHECK (length(id) = 16),
    CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX app_passwords_by_account ON app_passwords (account_id, id);

-- The app password that opened the session, if one did. Without a reference: whoever revokes one ends its sessions, and
-- that has to be told to their sockets.
ALTER TABLE sessions ADD COLUMN app_password_id BLOB CHECK (length(app_password_id) = 16);

-- Forgotten passwords on their way to new ones. Without an account: somebody asked for one that nobody has.
CREATE TABLE recoveries (
    id         BLOB NOT NULL PRIMARY KEY,
    account_id BLOB REFERENCES accounts (id) ON DELETE CASCADE,
    email      TEXT,
    email_key  TEXT,
    salt       BLOB NOT NULL,
    mac        BLOB NOT NULL,
    tries_left INTEGER NOT NULL,
    token      BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(salt) = 16),
    CHECK (length(mac) = 32),
    CHECK (length(token) = 32),
    CHECK (tries_left >= 0),
    CHECK ((email IS NULL) = (email_key IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX recoveries_by_account ON recoveries (account_id);
CREATE INDEX recoveries_by_expiry ON recoveries (expires_at);
