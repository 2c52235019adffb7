//! The calls of somebody who is logged in, a file for each resource.

mod conversations;
mod events;
mod file_links;
mod file_shares;
mod files;
mod groups;
mod key_backup;
mod keys;
mod mailbox;
mod messages;
#[cfg(test)]
mod tests;
mod uploads;
mod users;

pub use file_links::{LinkTerms, NewFileLink, SealedLink};
pub use files::Download;
pub use groups::NewGroup;
pub use keys::KeyMaterial;
pub use messages::{Order, Outgoing};
pub(crate) use messages::{check_size, new_client_id, random_uuid};
pub use uploads::{NewUpload, SealedUpload};
