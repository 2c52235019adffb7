DROP TABLE presence;
DROP TABLE relations;
DROP INDEX accounts_by_discoverability;
ALTER TABLE accounts DROP COLUMN messages_from;
ALTER TABLE accounts DROP COLUMN show_presence;
ALTER TABLE accounts DROP COLUMN discoverable;
