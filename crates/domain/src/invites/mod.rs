//! Invites: codes that the operator hands out, each good for a number of accounts while registration is by invite.
//!
//! A code is stored as its digest. It is redeemed in the unit of work that makes the account ([`redeem`]), so that it
//! makes exactly as many accounts as it has uses.

mod code;
mod create;
mod invite;
mod list;
mod redeem;
mod revoke;
mod service;
mod sweep;

pub use code::InviteCode;
pub use create::{CreateInvite, CreateInviteError};
pub use invite::{Invite, InviteId, InviteUse};
pub use list::{InvitePage, ViewInviteError};
pub(crate) use redeem::{Redeemed, redeem};
pub use revoke::RevokeInviteError;
pub use service::Invites;
