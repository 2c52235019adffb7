DROP TABLE inbox_events;
DROP TABLE inboxes;
DROP TABLE messages;
DROP TABLE members;
DROP TABLE conversations;
