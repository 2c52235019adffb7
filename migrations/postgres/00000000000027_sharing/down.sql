-- The older schema knows neither sharing nor its events: they stay as events about something that is no longer there, so that
-- no log gets a hole.
UPDATE inbox_events SET kind = 2 WHERE kind IN (41, 42);
DELETE FROM audit_events WHERE kind IN (67, 68);
DROP TABLE link_downloads;
DROP TABLE file_links;
DROP TABLE file_grants;
DROP TABLE file_ids;

-- What the server cannot open, the older schema has no place for: the sweep takes the rest.
UPDATE files SET sealed_key = NULL, sealed_name = NULL, sealed_type = NULL, deleted_at = created_at
WHERE protection = 2 AND deleted_at IS NULL;
ALTER TABLE files DROP COLUMN key_disclosed_at;
ALTER TABLE files DROP COLUMN protection;
