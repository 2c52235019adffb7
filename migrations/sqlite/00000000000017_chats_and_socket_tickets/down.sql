DROP TABLE socket_tickets;
DROP TABLE attachments;
DROP TABLE chat_counter;
DROP TABLE chat_numbers;
