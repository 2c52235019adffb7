-- The older schema has no place for them: they are given up, and count no more.
UPDATE storage SET used = used - (
    SELECT CAST(SUM(length - 56 - 16 * ((length - 56) / 16400 + 1)) AS INTEGER) FROM uploads
    WHERE owner_id = account_id AND protection = 2
)
WHERE account_id IN (SELECT owner_id FROM uploads WHERE protection = 2);
DELETE FROM uploads WHERE protection = 2;
ALTER TABLE uploads DROP COLUMN protection;
