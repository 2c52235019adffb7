DROP TABLE channel_tries;
DROP TABLE channel_logins;
DROP TABLE channels;
DROP TABLE custodial_key_openers;
DROP TABLE custodial_keys;
