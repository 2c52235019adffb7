//! `/v1/files`: a file of routes each. How files travel is `transfer`'s.

mod delete;
mod download;
mod ids;
mod key;
mod list;
mod query;
mod upload;
mod view;

pub(super) use delete::delete_file;
pub(super) use download::{read_ciphertext, read_content};
pub(super) use ids::reserve_file_id;
pub(super) use key::disclose_key;
pub(super) use list::{list_files, view_file};
pub(super) use upload::upload_file;
pub(super) use view::FileView;
