DROP INDEX custodial_key_openers_by_opener_id;
DROP TABLE rewraps;
DROP TABLE master_keys;
