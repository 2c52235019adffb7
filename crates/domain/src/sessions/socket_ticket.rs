//! Browsers cannot send a header when they open a WebSocket: somebody who is logged in fetches a ticket first.

use std::time::Duration;

use thiserror::Error;

use super::{AccessError, Actor, Session, Sessions};
use crate::ports::{Digest, Digester, StoreError, StoreExt, Tx};
use crate::text::{hex, is_lower_hex};
use crate::{Environment, Secret, Timestamp};

/// Opens one WebSocket in place of a token: `spw_` and 256 bits in hexadecimal. Only its digest is stored.
#[derive(Debug, Clone)]
pub struct SocketTicket(Secret<String>);

/// Why there is no ticket.
#[derive(Debug, Error)]
pub enum IssueSocketTicketError {
    /// The session has ended.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The session has as many as one can have.
    #[error(
        "this session has {} tickets that were not used: wait until they expire",
        SocketTicket::MAX_PER_SESSION
    )]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a ticket opens nothing.
#[derive(Debug, Error)]
pub enum RedeemSocketTicketError {
    /// Unknown, used, expired, or of a session that has ended: never says which.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SocketTicket {
    const PREFIX: &'static str = "spw_";
    /// The length of every ticket in bytes.
    pub const LENGTH: usize = 4 + 64;
    /// How long it is good.
    pub const LIFETIME: Duration = Duration::from_secs(30);
    /// How many a session may have at once.
    pub const MAX_PER_SESSION: u64 = 100;

    fn draw(env: &Environment) -> Self {
        let digits = hex(&env.random::<32>());
        Self(Secret::new(format!("{}{digits}", Self::PREFIX)))
    }

    /// Takes what a client sent; None if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?;
        let right = text.len() == Self::LENGTH && is_lower_hex(digits);
        right.then(|| Self(Secret::new(text.to_owned())))
    }

    /// The ticket to hand out.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What is stored in its place.
    fn digest(&self, digester: &dyn Digester) -> Digest {
        digester.digest(self.expose().as_bytes())
    }
}

impl Sessions {
    /// A ticket of the caller's session, good once within [`SocketTicket::LIFETIME`].
    ///
    /// # Errors
    /// [`IssueSocketTicketError`].
    pub async fn issue_socket_ticket(
        &self,
        actor: &Actor,
    ) -> Result<SocketTicket, IssueSocketTicketError> {
        let ticket = SocketTicket::draw(&self.env);
        let digest = ticket.digest(&*self.ports.digester);
        let (actor, now) = (*actor, self.env.now());
        self.env
            .store
            .write(move |tx| issue(tx, &actor, &digest, now))
            .await?;
        Ok(ticket)
    }

    /// Whoever the ticket is of, and the session behind it. The ticket is used up.
    ///
    /// # Errors
    /// [`RedeemSocketTicketError`].
    pub async fn redeem_socket_ticket(
        &self,
        ticket: &SocketTicket,
    ) -> Result<(Actor, Session), RedeemSocketTicketError> {
        let digest = ticket.digest(&*self.ports.digester);
        let now = self.env.now();
        let taken: Result<_, StoreError> = self
            .env
            .store
            .write(move |tx| tx.socket_tickets().take(&digest, now))
            .await;
        let session = taken?
            .filter(|session| session.expires_at > now && !self.has_ended(session.id))
            .ok_or(AccessError::Invalid)?;
        let actor = Actor::new(
            session.account,
            session.id,
            session.dialect,
            session.authenticated_at,
        );
        Ok((actor, session))
    }

    /// Deletes tickets that have expired. To be called now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_socket_tickets(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.socket_tickets().sweep(now, 500))
            .await
    }
}

fn issue(
    tx: &mut dyn Tx,
    actor: &Actor,
    digest: &Digest,
    now: Timestamp,
) -> Result<(), IssueSocketTicketError> {
    if tx.socket_tickets().count(actor.session())? >= SocketTicket::MAX_PER_SESSION {
        return Err(IssueSocketTicketError::TooMany);
    }
    let until = now + SocketTicket::LIFETIME;
    if tx.socket_tickets().insert(digest, actor.session(), until)? {
        Ok(())
    } else {
        Err(AccessError::Ended.into())
    }
}

domain_error!(IssueSocketTicketError {
    TooMany: RateLimited, "too-many-tickets";
} else { Access, Store });

domain_error!(RedeemSocketTicketError {} else { Access, Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, session};

    fn actor() -> Actor {
        let row = session(account("alice").id);
        Actor::for_tests(row.account, row.id, row.created_at)
    }

    #[test]
    fn what_is_no_ticket_is_not_looked_up() {
        let digits = "a7".repeat(32);
        assert!(SocketTicket::parse(&format!("spw_{digits}")).is_some());
        for text in [
            "",
            "spw_",
            &digits,
            &format!("spt_{digits}"),
            &format!("spw_{digits}0"),
        ] {
            assert!(SocketTicket::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_session_that_has_ended_gets_none() {
        let now = session(account("alice").id).created_at;
        let mut tx = MockTx::default();
        tx.socket_tickets.expect_count().returning(|_| Ok(0));
        tx.socket_tickets
            .expect_insert()
            .withf(move |_, _, until| until.since(now) == SocketTicket::LIFETIME)
            .returning(|_, _, _| Ok(false));
        let refused = issue(&mut tx, &actor(), &[1; 32], now);
        assert!(matches!(
            refused,
            Err(IssueSocketTicketError::Access(AccessError::Ended))
        ));
    }

    #[test]
    fn tickets_that_nobody_uses_do_not_pile_up() {
        let now = session(account("alice").id).created_at;
        let mut tx = MockTx::default();
        tx.socket_tickets
            .expect_count()
            .returning(|_| Ok(SocketTicket::MAX_PER_SESSION));
        let refused = issue(&mut tx, &actor(), &[1; 32], now);
        assert!(matches!(refused, Err(IssueSocketTicketError::TooMany)));
    }
}
