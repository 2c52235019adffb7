-- How "digest" was computed: SHA-256 (1) or BLAKE3 (2).
ALTER TABLE files ADD COLUMN digest_kind INTEGER NOT NULL DEFAULT 1 CHECK (digest_kind IN (1, 2));
