-- Uploads that their clients have sealed (2): "length" and "received" count sealed bytes then, "sealed_key" is the key as the client has
-- wrapped it, and "salt" stands for nothing.
ALTER TABLE uploads ADD COLUMN protection INTEGER NOT NULL DEFAULT 1 CHECK (protection IN (1, 2));
