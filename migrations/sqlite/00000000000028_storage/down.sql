DROP TABLE storage_reservations;
DROP TABLE storage;
