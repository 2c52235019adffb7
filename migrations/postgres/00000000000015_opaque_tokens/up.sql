-- The digest of the token that says nothing and lives as long as its session, in the dialects that have one.
ALTER TABLE sessions ADD COLUMN opaque_digest BYTEA CHECK (length(opaque_digest) = 32);

CREATE UNIQUE INDEX sessions_by_opaque_digest ON sessions (opaque_digest) WHERE opaque_digest IS NOT NULL;
