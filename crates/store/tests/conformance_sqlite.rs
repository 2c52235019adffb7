//! The store's contract, on SQLite.

use sealpost_store::testing::sqlite;

sealpost_domain::store_conformance!(sqlite);
