//! Groups: conversations of many, who come and go.

mod access;
mod add;
mod appoint;
mod candidates;
mod change;
mod create;
mod depart;
mod edit;
mod remove;
mod service;
#[cfg(test)]
mod testing;

pub use access::GroupAccessError;
pub use add::{AddMember, AddMemberError, AddedMember};
pub use appoint::{AppointMember, AppointMemberError};
pub use candidates::NotAddable;
pub use change::{MemberChange, MemberChangeId, MemberChangeKind, NamedAccount, NewMemberChange};
pub use create::{CreateGroup, CreateGroupError};
pub(crate) use depart::depart;
pub use edit::{EditGroup, EditGroupError};
pub use remove::RemoveMemberError;
pub use service::Groups;
