//! An outbox of one row and a mailer that always answers the same.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_executor::block_on;
use zeroize::Zeroizing;

use super::super::*;
use crate::accounts::Email;
use crate::ports::{
    LeasedMail, MailError, Mailer, MockSealer, OutgoingMail, Store, StoreError, Unit,
};
use crate::testing::{CountingEntropy, FixedClock, MockTx};
use crate::{Environment, Timestamp};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
pub(super) const HOUR: Duration = Duration::from_secs(3_600);

pub(super) fn mail(message: MailMessage) -> Mail {
    Mail {
        to: Email::parse("Alice@mail.example").unwrap(),
        username: "alice".to_owned(),
        message,
        not_after: NOW + HOUR,
    }
}

/// The one row of an outbox, and what was done with it.
#[derive(Clone, Default)]
pub(super) struct Row {
    leased: Arc<Mutex<Option<LeasedMail>>>,
    deeds: Arc<Mutex<Vec<String>>>,
    /// Whether another worker has taken it meanwhile.
    pub(super) lost: bool,
}

impl Row {
    fn tx(&self) -> MockTx {
        let mut tx = MockTx::default();
        let row = self.clone();
        tx.outbox
            .expect_lease_next()
            .withf(|now, until| *until == *now + Outbox::LEASE)
            .returning(move |_, _| Ok(row.leased.lock().unwrap().take()));
        let row = self.clone();
        tx.outbox.expect_delete().returning(move |_| {
            row.note("deleted".to_owned());
            Ok(true)
        });
        let row = self.clone();
        tx.outbox
            .expect_defer()
            .returning(move |_, attempts, next_at, reason| {
                row.note(format!(
                    "{attempts} deferred by {:?}: {reason}",
                    next_at.since(NOW)
                ));
                Ok(!row.lost)
            });
        let row = self.clone();
        tx.outbox
            .expect_bury()
            .returning(move |_, attempts, _, reason| {
                row.note(format!("{attempts} buried: {reason}"));
                Ok(!row.lost)
            });
        tx
    }

    fn note(&self, deed: String) {
        self.deeds.lock().unwrap().push(deed);
    }

    pub(super) fn deeds(&self) -> Vec<String> {
        self.deeds.lock().unwrap().clone()
    }
}

#[async_trait]
impl Store for Row {
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        unit(&mut self.tx());
        Ok(())
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.run_write(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Answers the same to every mail, after a while.
pub(super) struct Answering {
    answer: Result<(), MailError>,
    clock: Arc<FixedClock>,
    takes: Duration,
    sent: Arc<Mutex<Vec<OutgoingMail>>>,
}

#[async_trait]
impl Mailer for Answering {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        self.clock.advance(self.takes);
        self.sent.lock().unwrap().push(mail.clone());
        self.answer.clone()
    }
}

pub(super) struct Scene {
    pub(super) row: Row,
    pub(super) outbox: Outbox,
    pub(super) sent: Arc<Mutex<Vec<OutgoingMail>>>,
}

pub(super) fn scene(answer: Result<(), MailError>, takes: Duration) -> Scene {
    let clock = Arc::new(FixedClock::at(NOW));
    let (row, sent) = (Row::default(), Arc::new(Mutex::new(Vec::new())));
    let mut sealer = MockSealer::new();
    sealer.expect_seal().returning(|_, plain| plain.to_vec());
    sealer
        .expect_open()
        .returning(|_, sealed| Ok(Zeroizing::new(sealed.to_vec())));
    let env = Environment {
        store: Arc::new(row.clone()),
        clock: clock.clone(),
        entropy: Arc::new(CountingEntropy::default()),
    };
    let mailer = Answering {
        answer,
        clock,
        takes,
        sent: sent.clone(),
    };
    Scene {
        outbox: Outbox::new(env, Arc::new(sealer), Arc::new(mailer)),
        row,
        sent,
    }
}

impl Scene {
    /// Delivers one mail that expires after `left`, in its try number `attempts`.
    pub(super) fn deliver(&self, left: Duration, attempts: u32) -> Delivered {
        let sealed = self.outbox.seal(&Mail {
            not_after: NOW + left,
            ..mail(MailMessage::Test)
        });
        self.deliver_leased(LeasedMail {
            id: sealed.id,
            template: sealed.template,
            payload: sealed.payload,
            created_at: sealed.created_at,
            not_after: sealed.not_after,
            attempts,
        })
    }

    pub(super) fn deliver_leased(&self, leased: LeasedMail) -> Delivered {
        *self.row.leased.lock().unwrap() = Some(leased);
        let delivery = block_on(self.outbox.deliver_next()).unwrap();
        assert!(block_on(self.outbox.deliver_next()).unwrap().is_none());
        delivery.unwrap().outcome
    }
}
