DROP INDEX sessions_by_opaque_digest;

ALTER TABLE sessions DROP COLUMN opaque_digest;
