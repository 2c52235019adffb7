//! Links: whoever has one opens one file, without an account. What opens it is a secret in the link's fragment, which no
//! browser sends; the server knows it by a proof that is derived from it (ADR 0015).

mod create;
mod download;
mod link;
mod look;
mod manage;
mod open;
mod proof;
mod seal;
mod service;

pub use create::{CreateLink, CreateLinkError, MadeLink, SealedByClient};
pub use download::OpenDownloadError;
pub use link::{Link, LinkId, LinkLifetime, LinkLifetimeError, MaxDownloads, MaxDownloadsError};
pub use look::LinkNotice;
pub use manage::LinkError;
pub use open::{OpenLinkError, OpenedLink};
pub use proof::{DownloadToken, InvalidLinkProof, LinkProof, LinkSecret};
pub use service::{FileLinks, LinkPorts};
