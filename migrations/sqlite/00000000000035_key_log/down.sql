DROP TABLE key_log;
DROP TABLE key_log_nodes;
DROP TABLE key_log_leaves;
DROP TABLE key_log_links;
