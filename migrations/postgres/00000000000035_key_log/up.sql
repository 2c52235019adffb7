-- Every link of every account's chain. Until it has a leaf, "text", "digest" and "opening" are empty. There is no reference to
-- "accounts": the link that tells of a deletion outlives its account until it has a leaf; the others are deleted by name.
CREATE TABLE key_log_links (
    account_id BYTEA NOT NULL,
    seq        BIGINT NOT NULL,
    operation  SMALLINT NOT NULL,
    username   TEXT NOT NULL,
    keys       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    leaf_index BIGINT,
    text       TEXT,
    digest     BYTEA,
    opening    BYTEA,
    PRIMARY KEY (account_id, seq),
    CHECK (length(account_id) = 16),
    CHECK ((leaf_index IS NULL) = (text IS NULL)),
    CHECK ((leaf_index IS NULL) = (digest IS NULL)),
    CHECK ((leaf_index IS NULL) = (opening IS NULL))
);

CREATE UNIQUE INDEX key_log_links_by_leaf ON key_log_links (leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX key_log_links_pending ON key_log_links (seq, account_id) WHERE leaf_index IS NULL;

-- What the tree is made over: written once, never changed, and nothing that tells who anybody is.
CREATE TABLE key_log_leaves (
    leaf_index BIGINT NOT NULL PRIMARY KEY,
    label      BYTEA NOT NULL CHECK (length(label) = 32),
    commitment BYTEA NOT NULL CHECK (length(commitment) = 32)
);

-- The complete subtrees: the level in the highest byte of "position", the number within the level in the others.
CREATE TABLE key_log_nodes (
    position BIGINT NOT NULL PRIMARY KEY,
    hash     BYTEA NOT NULL CHECK (length(hash) = 32)
);

-- The tree as it was last signed: one row.
CREATE TABLE key_log (
    id         SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size       BIGINT NOT NULL,
    checkpoint TEXT
);

INSERT INTO key_log (id, size) VALUES (1, 0);
