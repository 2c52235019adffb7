//! What handlers take as arguments: bodies, ids, queries, the caller and where they call from. Each refuses what it
//! cannot read with a [`Problem`](crate::problem::Problem).

mod auth;
mod body;
mod client_address;
mod etags;
mod forwarded;
mod invite;
mod json;
mod json_error;
mod nul;
mod origin;
mod path;
mod query;
mod upload;
mod user_agent;

pub use auth::Authenticated;
pub(crate) use auth::{LONGEST_TOKEN, Presented, bearer_token, known, split_bearer};
pub use body::Body;
pub use client_address::ClientAddress;
pub(crate) use etags::{EntityTags, etag, expected, if_match, if_none_match, is_known};
pub use invite::InviteHeader;
pub use json::{Json, MaybeJson};
pub use origin::LoginOrigin;
pub use path::{PathId, PathIds, PathProvider, PathUsername};
pub use query::Query;
pub use upload::{Pump, Upload};
pub use user_agent::UserAgent;
