//! `/v1/uploads`: tus 1.0.0 (<https://tus.io/protocols/resumable-upload>), with the extensions creation,
//! creation-with-upload, termination, checksum and expiration.

mod append;
mod cancel;
mod checksum;
mod create;
mod discover;
mod metadata;
mod tus;
mod view;

pub(super) use append::append_to_upload;
pub(super) use cancel::cancel_upload;
pub(super) use create::create_upload;
pub(super) use discover::describe_uploads;
pub(super) use view::view_upload;
