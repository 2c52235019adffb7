-- A group is a conversation, too. SQLite cannot make a column nullable, so the table is made anew. Foreign keys are off while
-- migrations run: with them, dropping a table deletes whatever refers to its rows.
CREATE TABLE conversations_of_any_kind (
    id            BLOB NOT NULL PRIMARY KEY,
    -- The two account ids of a pair, the lower one first; NULL for a group.
    pair          BLOB UNIQUE,
    sealed_key    BLOB NOT NULL,
    last_seq      INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    kind          INTEGER NOT NULL DEFAULT 1,
    sealed_title  BLOB,
    shows_history INTEGER NOT NULL DEFAULT 1,
    member_count  INTEGER NOT NULL DEFAULT 2,
    -- Counts changes of the title and of what joining members see.
    version       INTEGER NOT NULL DEFAULT 1,
    CHECK (length(id) = 16),
    CHECK (length(pair) = 32),
    CHECK ((kind = 1) = (pair IS NOT NULL)),
    CHECK (kind = 2 OR sealed_title IS NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO conversations_of_any_kind (id, pair, sealed_key, last_seq, created_at)
SELECT id, pair, sealed_key, last_seq, created_at FROM conversations;

DROP TABLE conversations;
ALTER TABLE conversations_of_any_kind RENAME TO conversations;

ALTER TABLE members ADD COLUMN role INTEGER NOT NULL DEFAULT 1;
ALTER TABLE members ADD COLUMN joined_at INTEGER NOT NULL DEFAULT 0;
-- The first message that the member may read.
ALTER TABLE members ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 1;

UPDATE members SET joined_at = (SELECT created_at FROM conversations WHERE conversations.id = members.conversation_id);

CREATE INDEX members_by_joining ON members (conversation_id, joined_at, account_id);
CREATE UNIQUE INDEX members_owner ON members (conversation_id) WHERE role = 3;

-- Who came into a group, left it, or has another role there. A line outlives the accounts that it names.
CREATE TABLE member_changes (
    id              BLOB NOT NULL PRIMARY KEY,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    kind            INTEGER NOT NULL,
    actor_id        BLOB NOT NULL,
    account_id      BLOB NOT NULL,
    role            INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(actor_id) = 16),
    CHECK (length(account_id) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_changes_by_conversation ON member_changes (conversation_id, id);
