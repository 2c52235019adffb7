//! People as the dialect `social` shows them to each other: with their picture, their friends and whether they are there.
//! Unlike elsewhere, everybody sees who is there, except of those who do not show it.

mod friends;
mod list;
mod load;
mod person;
mod service;
mod update;

pub use friends::UnfriendError;
pub use list::People;
pub(crate) use load::{is_there, load};
pub use person::Person;
pub use service::Profiles;
pub use update::{NewAvatar, UpdateProfile, UpdateProfileError};
