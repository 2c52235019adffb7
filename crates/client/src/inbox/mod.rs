//! The inbox over a WebSocket.

mod cursor;
mod follower;
mod frames;
mod position;
mod socket;

pub use cursor::Cursor;
pub use follower::{Follower, Update};
pub use position::Gap;
