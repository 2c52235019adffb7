//! The HTTP face of Sealpost: the native API under `/v1`, its OpenAPI description, health, and the frame around every
//! answer (request ids, problem bodies, limits, logs).
//!
//! A handler parses, calls one use case of the domain and renders what came out; a rule does not belong here. This
//! crate must never know which database, hash or mail server stands behind the domain's ports: it gets the finished
//! services in [`Services`].
//!
//! Where to start reading:
//! - `app.rs`: the routes and the order of the middleware;
//! - `v1/accounts.rs`: a handler, its wire types and its documentation in one place;
//! - [`problem`]: how every failure becomes an `application/problem+json`;
//! - [`serve`]: the listening server and its limits.
//!
//! A new folder of routes needs one line in `app.rs`. Its handlers carry `#[utoipa::path]`: a route without its
//! documentation does not compile.

mod app;
mod assembly;
mod custodial_key;
mod dialects;
mod docs;
pub mod extract;
mod health;
mod idempotency;
mod limits;
mod live;
mod media;
mod metrics;
mod middleware;
mod openapi;
mod own_origin;
pub mod problem;
mod readiness;
mod registration;
mod routes;
mod server;
mod settings;
mod state;
#[cfg(test)]
mod testing;
mod transfer;
mod v1;
mod web;
mod well_known;
mod wire;

pub use app::{AppState, app};
pub use assembly::{Adapters, Facts};
pub use limits::RateClock;
pub use live::{Hub, Readers, event_document};
pub use metrics::{Scrape, describe_metrics, serve_metrics};
pub use openapi::document;
pub use readiness::{BlobsCheck, DataKeyCheck, ReadinessCheck, StoreCheck};
pub use server::serve;
pub use settings::{Dialects, Settings, SocketTimes, TrustedProxies};
pub use state::{ServerInfo, Services};
pub use web::{WebAsset, WebClient};
