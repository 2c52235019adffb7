//! The directory: how people find each other. Nobody is found here by whom they block, nor by strangers if they do not want
//! to be; mail addresses are never part of it.

mod prefix;
mod profile;
mod search;
mod service;
mod view;

pub use prefix::{PrefixError, UsernamePrefix};
pub use profile::Profile;
pub use search::ProfilePage;
pub use service::Directory;
pub use view::ViewProfileError;
