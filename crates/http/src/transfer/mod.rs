//! How files travel, whatever the API: bodies that come, and downloads in whole or in part.

mod digests;
mod download;
mod faces;
mod names;
mod range;
mod receive;
mod send;

pub(crate) use digests::{checksum, content_digest, refuse_mismatch};
pub(crate) use download::Download;
pub(crate) use faces::{NeedsKey, RangeRefusals};
pub(crate) use names::disposition;
pub(crate) use receive::{Incoming, feed, receive};
pub(crate) use send::send;
