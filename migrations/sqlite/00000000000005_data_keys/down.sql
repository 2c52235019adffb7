DROP TABLE data_key_uses;
DROP TABLE data_keys;
