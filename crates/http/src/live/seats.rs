//! How many WebSockets there may be.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::{DomainError, ErrorKind};
use thiserror::Error;

use super::Hub;

/// The most sockets of this instance, unless its connections are fewer.
const IN_ALL: u32 = 20_000;

/// What a socket is for. An account has so many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Room {
    /// The inbox, or a chat.
    Inbox,
    /// The notifications of dialect `messenger`.
    Notifications,
}

impl Room {
    /// The most sockets of one account.
    pub(crate) const fn per_account(self) -> u32 {
        match self {
            Self::Inbox => 20,
            Self::Notifications => 5,
        }
    }
}

/// Who sits.
#[derive(Debug)]
pub(super) struct Seats {
    most: u32,
    taken: u32,
    by_account: HashMap<(AccountId, Room), u32>,
}

/// The place of one socket; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    hub: Arc<Hub>,
    place: (AccountId, Room),
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum NoSeat {
    /// The account has as many sockets as one may have.
    #[error("this account has {0} sockets already: close one first")]
    TooMany(u32),
    /// The instance has as many as it takes.
    #[error("this server has no room for another socket")]
    Full,
}

impl Default for Seats {
    fn default() -> Self {
        Self {
            most: IN_ALL,
            taken: 0,
            by_account: HashMap::new(),
        }
    }
}

impl Seats {
    fn take(&mut self, place: (AccountId, Room)) -> Result<(), NoSeat> {
        if self.taken >= self.most {
            return Err(NoSeat::Full);
        }
        let most = place.1.per_account();
        let own = self.by_account.entry(place).or_default();
        if *own >= most {
            return Err(NoSeat::TooMany(most));
        }
        *own += 1;
        self.taken += 1;
        Ok(())
    }

    fn free(&mut self, place: (AccountId, Room)) {
        self.taken = self.taken.saturating_sub(1);
        if let Some(own) = self.by_account.get_mut(&place) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                self.by_account.remove(&place);
            }
        }
    }
}

impl Hub {
    /// Leaves room for others: of so many connections at most four fifths are sockets.
    pub(crate) fn fit_into(&self, connections: usize) {
        let most = connections.saturating_mul(4) / 5;
        self.seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .most = u32::try_from(most).unwrap_or(u32::MAX);
    }

    /// How many sockets are open here.
    #[must_use]
    pub fn sockets(&self) -> u32 {
        self.seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .taken
    }

    /// A place for one more socket of the account, for its inbox or a chat.
    pub(crate) fn take_seat(self: &Arc<Self>, account: AccountId) -> Result<Seat, NoSeat> {
        self.take_seat_in(account, Room::Inbox)
    }

    /// The same for any purpose.
    pub(crate) fn take_seat_in(
        self: &Arc<Self>,
        account: AccountId,
        room: Room,
    ) -> Result<Seat, NoSeat> {
        let place = (account, room);
        self.seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(place)?;
        Ok(Seat {
            hub: Arc::clone(self),
            place,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub
            .seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .free(self.place);
    }
}

impl DomainError for NoSeat {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany(_) => ErrorKind::RateLimited,
            Self::Full => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooMany(_) => "too-many-sockets",
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
    use crate::Settings;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const BOB: AccountId = AccountId::from_bytes([2; 16]);

    #[test]
    fn an_account_has_its_share_and_gets_it_back() {
        let hub = Arc::new(Hub::default());
        let mut seats = Vec::new();
        for (room, most) in [(Room::Inbox, 20), (Room::Notifications, 5)] {
            let mut own: Vec<Seat> = (0..most)
                .map(|_| hub.take_seat_in(ALICE, room).unwrap())
                .collect();
            let refused = hub.take_seat_in(ALICE, room).unwrap_err();
            assert_eq!(refused, NoSeat::TooMany(most));
            let bobs = hub.take_seat_in(BOB, room);
            assert!(bobs.is_ok());
            own.pop();
            assert!(hub.take_seat_in(ALICE, room).is_ok());
            seats.push((own, bobs));
        }
        drop(seats);
        let left = hub.seats.lock().unwrap();
        assert_eq!((left.taken, left.by_account.len()), (0, 0));
    }

    #[test]
    fn sockets_leave_room_for_requests() {
        let hub = Arc::new(Hub::default());
        hub.fit_into(5);
        let seats = [(); 4].map(|()| hub.take_seat(ALICE));
        assert!(seats.iter().all(Result::is_ok));
        assert_eq!(hub.take_seat(BOB).unwrap_err(), NoSeat::Full);
    }

    #[test]
    fn a_full_house_takes_nobody() {
        let mut seats = Seats {
            taken: IN_ALL - 1,
            ..Seats::default()
        };
        assert_eq!(Settings::default().max_connections / 5 * 4, 20_000);
        assert_eq!(seats.take((ALICE, Room::Inbox)), Ok(()));
        assert_eq!(seats.take((BOB, Room::Inbox)), Err(NoSeat::Full));
        assert_eq!(seats.by_account.len(), 1);
    }
}
