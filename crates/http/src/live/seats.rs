//! How many WebSockets there may be.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::{DomainError, ErrorKind};
use thiserror::Error;

use super::Hub;

/// The most sockets of one account.
pub(crate) const PER_ACCOUNT: u32 = 20;
/// The most sockets of this instance.
pub(crate) const IN_ALL: u32 = 20_000;

/// Who sits.
#[derive(Debug, Default)]
pub(super) struct Seats {
    taken: u32,
    by_account: HashMap<AccountId, u32>,
}

/// The place of one socket; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    hub: Arc<Hub>,
    account: AccountId,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum NoSeat {
    /// The account has as many sockets as one may have.
    #[error("this account has {PER_ACCOUNT} sockets already: close one first")]
    TooMany,
    /// The instance has as many as it takes.
    #[error("this server has no room for another socket")]
    Full,
}

impl Seats {
    fn take(&mut self, account: AccountId) -> Result<(), NoSeat> {
        if self.taken >= IN_ALL {
            return Err(NoSeat::Full);
        }
        let own = self.by_account.entry(account).or_default();
        if *own >= PER_ACCOUNT {
            return Err(NoSeat::TooMany);
        }
        *own += 1;
        self.taken += 1;
        Ok(())
    }

    fn free(&mut self, account: AccountId) {
        self.taken = self.taken.saturating_sub(1);
        if let Some(own) = self.by_account.get_mut(&account) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                self.by_account.remove(&account);
            }
        }
    }
}

impl Hub {
    /// A place for one more socket of the account.
    pub(crate) fn take_seat(self: &Arc<Self>, account: AccountId) -> Result<Seat, NoSeat> {
        self.seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(account)?;
        Ok(Seat {
            hub: Arc::clone(self),
            account,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub
            .seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .free(self.account);
    }
}

impl DomainError for NoSeat {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany => ErrorKind::RateLimited,
            Self::Full => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "too-many-sockets",
            Self::Full => "overloaded",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const BOB: AccountId = AccountId::from_bytes([2; 16]);

    #[test]
    fn an_account_has_its_share_and_gets_it_back() {
        let hub = Arc::new(Hub::default());
        let mut seats: Vec<Seat> = (0..PER_ACCOUNT)
            .map(|_| hub.take_seat(ALICE).unwrap())
            .collect();
        assert_eq!(hub.take_seat(ALICE).unwrap_err(), NoSeat::TooMany);
        let bobs = hub.take_seat(BOB);
        assert!(bobs.is_ok());
        seats.pop();
        assert!(hub.take_seat(ALICE).is_ok());
        drop((seats, bobs));
        let left = hub.seats.lock().unwrap();
        assert_eq!((left.taken, left.by_account.len()), (0, 0));
    }

    #[test]
    fn a_full_house_takes_nobody() {
        let mut seats = Seats {
            taken: IN_ALL - 1,
            ..Seats::default()
        };
        assert_eq!(seats.take(ALICE), Ok(()));
        assert_eq!(seats.take(BOB), Err(NoSeat::Full));
        assert!(!seats.by_account.contains_key(&BOB));
    }
}
