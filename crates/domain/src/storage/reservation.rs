use crate::Timestamp;
use crate::accounts::AccountId;

define_id! {
    /// Names the reservation of an upload that runs.
    ReservationId
}

/// Bytes that an account's use counts already, for an upload that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageReservation {
    /// Its id.
    pub id: ReservationId,
    /// Whose upload it is.
    pub account: AccountId,
    /// How many bytes.
    pub bytes: u64,
    /// When it is given back if nobody says that the upload goes on.
    pub expires_at: Timestamp,
}
