DROP TABLE key_backups;
