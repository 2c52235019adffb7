//! `/v1/links`: what whoever has a link does with it.

mod download;
mod look;
mod open;

pub(super) use download::{read_linked_ciphertext, read_linked_content};
pub(super) use look::look_at_link;
pub(super) use open::open_link;
