DROP TABLE file_audit;
DROP TABLE files;
