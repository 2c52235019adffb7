-- A shredded file outlives its owner until its blob is gone. One that still has its key does not: no account can be
-- deleted before the keys of its files.
ALTER TABLE files ALTER COLUMN owner_id DROP NOT NULL;
ALTER TABLE files DROP CONSTRAINT files_owner_id_fkey;
ALTER TABLE files ADD CONSTRAINT files_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE files ADD CONSTRAINT files_owned_check CHECK (deleted_at IS NOT NULL OR owner_id IS NOT NULL);
