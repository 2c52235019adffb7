DROP TABLE avatars;
ALTER TABLE accounts DROP COLUMN avatar;
DROP TABLE retired_usernames;
ALTER TABLE accounts DROP COLUMN renamed_at;
DROP TABLE key_backups;
