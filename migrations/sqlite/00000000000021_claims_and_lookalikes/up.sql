-- Any number of accounts may name an address; one at most has proved it, and only that one stands in `email`.
ALTER TABLE accounts ADD COLUMN claimed_email TEXT;
ALTER TABLE accounts ADD COLUMN claimed_email_key TEXT CHECK ((claimed_email IS NULL) = (claimed_email_key IS NULL));

UPDATE accounts
SET claimed_email = email, claimed_email_key = email_key, email = NULL, email_key = NULL
WHERE email_verified_at IS NULL AND email IS NOT NULL;

CREATE INDEX accounts_by_claimed_email ON accounts (claimed_email_key, created_at, id)
WHERE claimed_email_key IS NOT NULL;

-- What a name looks like (UTS #39), null until it has been computed.
ALTER TABLE accounts ADD COLUMN skeleton TEXT;
ALTER TABLE retired_usernames ADD COLUMN skeleton TEXT;

CREATE INDEX accounts_by_skeleton ON accounts (skeleton);
CREATE INDEX retired_usernames_by_skeleton ON retired_usernames (skeleton);
