-- The accounts' own keys, encrypted by their owners' clients, in generations; sealed once more here.
CREATE TABLE key_backups (
    id             BYTEA NOT NULL PRIMARY KEY,
    account_id     BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    generation     BIGINT NOT NULL,
    sealed_content BYTEA NOT NULL,
    created_at     BIGINT NOT NULL,
    UNIQUE (account_id, generation),
    CHECK (length(id) = 16),
    CHECK (generation > 0)
);

ALTER TABLE accounts ADD COLUMN renamed_at BIGINT;

-- Names that accounts had before. Until then, a name is nobody's but its former owner's to take.
CREATE TABLE retired_usernames (
    username_key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id   BYTEA REFERENCES accounts (id) ON DELETE SET NULL,
    free_at      BIGINT NOT NULL
);

CREATE INDEX retired_usernames_by_account ON retired_usernames (account_id);
CREATE INDEX retired_usernames_by_end ON retired_usernames (free_at);

-- What an account shows of itself: nothing for the default picture, else the name of a file.
ALTER TABLE accounts ADD COLUMN avatar TEXT;

-- Pictures that were uploaded and drawn anew. Public to whoever knows the name.
CREATE TABLE avatars (
    name       BYTEA NOT NULL PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    picture    BYTEA NOT NULL,
    CHECK (length(name) = 16)
);

CREATE INDEX avatars_by_account ON avatars (account_id);
