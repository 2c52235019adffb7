//! Avatars: the picture an account shows of itself. Uploads are decoded and drawn anew before anybody else sees them.

mod avatar;
mod choose;
mod find;
mod service;
mod upload;

pub use avatar::{Avatar, AvatarName};
pub use choose::ChooseAvatarError;
pub(crate) use choose::choose;
pub use service::Avatars;
pub use upload::UploadAvatarError;
pub(crate) use upload::show;
