//! How much everybody stores, and how much they may: quotas of accounts, one for all, and room that stays free on the disk.
//!
//! What counts is the length of the plaintext ([`File::size`](crate::files::File::size)): the number that people see. It counts
//! from the moment an upload says how long it will be, and no more from the moment its file is deleted.
//!
//! - **An account's quota** is a row's compare-and-set in the unit of work that stores the file: it holds exactly.
//! - **The quota of all** is a sum that is read every few seconds ([`Storage::admit`]), so that no row is everybody's: it can be
//!   passed by what other instances take in that time.
//! - **The floor of free space** is asked of where the blobs rest, before an upload and while it goes.

mod admit;
mod charge;
mod choose_quota;
mod quota;
mod reservation;
mod reserve;
mod service;
mod sweep;
#[cfg(test)]
mod tests;
mod view;

pub use charge::StorageRefused;
pub(crate) use charge::release;
pub use choose_quota::ChosenQuota;
pub use quota::{AccountStorage, QuotaChoice, StorageUse};
pub use reservation::{ReservationId, StorageReservation};
pub use reserve::Reservation;
pub(crate) use reserve::{Claim, settle};
pub use service::{Storage, StorageRules};
pub use view::OwnerView;
