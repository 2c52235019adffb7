DROP TABLE mailbox_keys;
DROP TABLE envelopes;
