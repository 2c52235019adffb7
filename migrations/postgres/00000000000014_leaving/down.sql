-- The sweep of blobs without a row removes those of files that nobody owns any more.
DELETE FROM files WHERE owner_id IS NULL;
ALTER TABLE files DROP CONSTRAINT files_owned_check;
ALTER TABLE files DROP CONSTRAINT files_owner_id_fkey;
ALTER TABLE files ADD CONSTRAINT files_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES accounts (id) ON DELETE CASCADE;
ALTER TABLE files ALTER COLUMN owner_id SET NOT NULL;
