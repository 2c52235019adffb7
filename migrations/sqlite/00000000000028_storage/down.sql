DROP TABLE file_scrub;
ALTER TABLE files DROP COLUMN delete_after;
ALTER TABLE files DROP COLUMN delete_attempts;
DROP TABLE storage_reservations;
DROP TABLE storage;
