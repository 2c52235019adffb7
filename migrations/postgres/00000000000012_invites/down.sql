DROP TABLE invite_uses;
DROP TABLE invites;
