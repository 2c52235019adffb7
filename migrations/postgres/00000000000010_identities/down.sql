DROP TABLE federation_transactions;
DROP TABLE identities;
