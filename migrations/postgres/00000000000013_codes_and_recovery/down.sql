DROP TABLE recoveries;
ALTER TABLE sessions DROP COLUMN app_password_id;
DROP TABLE app_passwords;
DROP TABLE mailed_codes;
