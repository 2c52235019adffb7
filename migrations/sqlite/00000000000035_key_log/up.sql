-- Every link of every account's chain. Until it has a leaf, "text", "digest" and "opening" are empty. There is no reference to
-- "accounts": the link that tells of a deletion outlives its account until it has a leaf; the others are deleted by name.
CREATE TABLE key_log_links (
    account_id BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    operation  INTEGER NOT NULL,
    username   TEXT NOT NULL,
    keys       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    leaf_index INTEGER,
    text       TEXT,
    digest     BLOB,
    opening    BLOB,
    PRIMARY KEY (account_id, seq),
    CHECK (length(account_id) = 16),
    CHECK ((leaf_index IS NULL) = (text IS NULL)),
    CHECK ((leaf_index IS NULL) = (digest IS NULL)),
    CHECK ((leaf_index IS NULL) = (opening IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX key_log_links_by_leaf ON key_log_links (leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX key_log_links_pending ON key_log_links (seq, account_id) WHERE leaf_index IS NULL;

-- What the tree is made over: written once, never changed, and nothing that tells who anybody is.
CREATE TABLE key_log_leaves (
    leaf_index INTEGER NOT NULL PRIMARY KEY,
    label      BLOB NOT NULL CHECK (length(label) = 32),
    commitment BLOB NOT NULL CHECK (length(commitment) = 32)
) STRICT;

-- The complete subtrees: the level in the highest byte of "position", the number within the level in the others.
CREATE TABLE key_log_nodes (
    position INTEGER NOT NULL PRIMARY KEY,
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- The tree as it was last signed: one row.
CREATE TABLE key_log (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size       INTEGER NOT NULL,
    checkpoint TEXT
) STRICT;

INSERT INTO key_log (id, size) VALUES (1, 0);
