//! `/v1/files`: a file of routes each. How files travel is `transfer`'s.

mod delete;
mod download;
mod ids;
mod key;
mod links;
mod list;
mod query;
mod re_encrypt;
mod shares;
mod upload;
mod view;

pub(super) use delete::delete_file;
pub(super) use download::{read_ciphertext, read_content};
pub(super) use ids::reserve_file_id;
pub(super) use key::disclose_key;
pub(crate) use links::parse_proof;
pub(super) use links::{create_link, delete_link, list_links};
pub(super) use list::{list_files, view_file};
pub(super) use re_encrypt::re_encrypt_file;
pub(super) use shares::{list_shares, share_file, unshare_file};
pub(super) use upload::upload_file;
pub(crate) use view::FileView;
