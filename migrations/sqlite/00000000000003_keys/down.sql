DROP TABLE key_events;
DROP TABLE keys;
