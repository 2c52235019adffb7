-- A group is a conversation, too: its "pair" is NULL.
ALTER TABLE conversations ALTER COLUMN pair DROP NOT NULL;
ALTER TABLE conversations ADD COLUMN kind SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE conversations ADD COLUMN sealed_title BYTEA;
ALTER TABLE conversations ADD COLUMN shows_history BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE conversations ADD COLUMN member_count BIGINT NOT NULL DEFAULT 2;
-- Counts changes of the title and of what joining members see.
ALTER TABLE conversations ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE conversations ADD CONSTRAINT conversations_kind_check CHECK ((kind = 1) = (pair IS NOT NULL));
ALTER TABLE conversations ADD CONSTRAINT conversations_title_check CHECK (kind = 2 OR sealed_title IS NULL);

ALTER TABLE members ADD COLUMN role SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE members ADD COLUMN joined_at BIGINT NOT NULL DEFAULT 0;
-- The first message that the member may read.
ALTER TABLE members ADD COLUMN first_seq BIGINT NOT NULL DEFAULT 1;

UPDATE members SET joined_at = (SELECT created_at FROM conversations WHERE conversations.id = members.conversation_id);

CREATE INDEX members_by_joining ON members (conversation_id, joined_at, account_id);
CREATE UNIQUE INDEX members_owner ON members (conversation_id) WHERE role = 3;

-- Who came into a group, left it, or has another role there. A line outlives the accounts that it names.
CREATE TABLE member_changes (
    id              BYTEA NOT NULL PRIMARY KEY,
    conversation_id BYTEA NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    kind            SMALLINT NOT NULL,
    actor_id        BYTEA NOT NULL,
    account_id      BYTEA NOT NULL,
    role            SMALLINT NOT NULL,
    created_at      BIGINT NOT NULL,
    CHECK (length(id) = 16),
    CHECK (length(actor_id) = 16),
    CHECK (length(account_id) = 16)
);

CREATE INDEX member_changes_by_conversation ON member_changes (conversation_id, id);
