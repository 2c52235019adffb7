//! The calls of somebody who is logged in, a file for each resource.

mod conversations;
mod events;
mod files;
mod keys;
mod messages;
#[cfg(test)]
mod tests;

pub use files::Download;
pub use keys::KeyMaterial;
pub(crate) use messages::random_client_id;
pub use messages::{Order, Outgoing};
