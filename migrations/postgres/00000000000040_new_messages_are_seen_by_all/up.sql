-- What is unread is counted in an index, without a look at the messages where VACUUM has noted that everybody sees all of a page.
-- Unasked it comes once a fifth of the table is new: the larger the table, the more messages are looked at. Now after so many,
-- however large it is; it passes over the pages that it has noted.
ALTER TABLE messages SET (
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 20000
);
