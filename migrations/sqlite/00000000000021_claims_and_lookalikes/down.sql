DROP INDEX retired_usernames_by_skeleton;
DROP INDEX accounts_by_skeleton;
ALTER TABLE retired_usernames DROP COLUMN skeleton;
ALTER TABLE accounts DROP COLUMN skeleton;

-- An address is one account's again: of those that claim one that nobody has proved, the oldest's.
UPDATE accounts
SET email = claimed_email, email_key = claimed_email_key
WHERE email_key IS NULL AND claimed_email_key IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM accounts AS proved WHERE proved.email_key = accounts.claimed_email_key)
  AND id = (
    SELECT first.id FROM accounts AS first
    WHERE first.claimed_email_key = accounts.claimed_email_key
    ORDER BY first.created_at, first.id LIMIT 1
  );

DROP INDEX accounts_by_claimed_email;
ALTER TABLE accounts DROP COLUMN claimed_email_key;
ALTER TABLE accounts DROP COLUMN claimed_email;
