//! Contacts and blocks: how accounts stand to each other, and what follows from it. Who may know of whom is decided in
//! `acquaintance.rs`, who may write to whom in `relation.rs`, for every door alike.

mod acquaintance;
mod ask;
mod befriend;
mod block;
mod end;
mod list;
mod relation;
mod service;

pub use acquaintance::Acquaintance;
pub(crate) use acquaintance::{find_partner, find_reader, find_visible, is_visible};
pub use ask::AskError;
pub use block::BlockError;
pub(crate) use end::end;
pub(crate) use list::cut;
pub use list::{BlockPage, BlockedUser, Contact, ContactPage};
pub use relation::{ContactState, Correspondent, Relation, Tally, WritingRefused};
pub use service::Contacts;
