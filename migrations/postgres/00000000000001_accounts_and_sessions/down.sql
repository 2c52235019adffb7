DROP TABLE sessions;
DROP TABLE accounts;
DROP TABLE installation_secrets;
