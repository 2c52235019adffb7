//! The store's contract, on PostgreSQL.

use sealpost_store::testing::postgres;

sealpost_domain::store_conformance!(postgres);
