//! The worker takes the next mail that is due and has it sent.

use std::time::Duration;

use super::outbox::Unreadable;
use super::{MailId, MailTemplate, Outbox};
use crate::Timestamp;
use crate::ports::{LeasedMail, MailError, OutgoingMail, StoreError, StoreExt};

/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait, apart from chance.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How much of a reason is kept, in characters.
const MAX_REASON: usize = 200;

/// What became of a mail that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub id: MailId,
    /// Which text it has.
    pub template: MailTemplate,
    /// How many tries were begun, with this one.
    pub attempts: u32,
    /// How it went.
    pub outcome: Delivered,
}

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The mail server has it.
    Sent,
    /// It will be tried again.
    Deferred {
        /// Why it failed.
        reason: String,
        /// When, at the earliest.
        next_at: Timestamp,
    },
    /// It was given up: a dead letter.
    Dead {
        /// Why.
        reason: String,
    },
    /// The try took so long that another worker has the mail now. That one decides.
    Overtaken,
}

impl Outbox {
    /// How long one worker has a mail to itself.
    pub const LEASE: Duration = Duration::from_secs(60);
    /// How long the mailer may take: the rest of the lease is for the store.
    const PATIENCE: Duration = Duration::from_secs(50);

    /// Takes the mail that has been due for longest, and has it sent. Exactly one worker gets it, also of many on many
    /// instances; if that one dies, the mail is due again when [`Outbox::LEASE`] is over, so it may be sent twice, under
    /// one `Message-ID`. None if nothing is due (or others were faster with all that was).
    ///
    /// One mail at a time and not a batch: a slow mail server then never makes a lease run out under a mail that nobody
    /// has touched yet. Whoever wants more at once calls it from several tasks.
    ///
    /// # Errors
    /// [`StoreError`]; the mail is then due again when its lease is over.
    pub async fn deliver_next(&self) -> Result<Option<Delivery>, StoreError> {
        let now = self.env.now();
        let until = now + Self::LEASE;
        let leased = self
            .env
            .store
            .write(move |tx| tx.outbox().lease_next(now, until))
            .await?;
        let Some(leased) = leased else {
            return Ok(None);
        };
        let tried = self.try_once(&leased).await;
        let outcome = self.settle(&leased, tried).await?;
        Ok(Some(Delivery {
            id: leased.id,
            template: leased.template,
            attempts: leased.attempts,
            outcome,
        }))
    }

    /// Delivers until nothing is due. Returns how many mails were taken.
    ///
    /// # Errors
    /// [`StoreError`], as [`Outbox::deliver_next`].
    pub async fn deliver_due(&self) -> Result<u64, StoreError> {
        let mut taken = 0;
        while self.deliver_next().await?.is_some() {
            taken += 1;
        }
        Ok(taken)
    }

    async fn try_once(&self, leased: &LeasedMail) -> Result<(), MailError> {
        let mail =
            self.open(&leased.id, &leased.payload)
                .map_err(|unreadable| match unreadable {
                    Unreadable::Here => MailError::Temporary(
                        "this server has not the master key or the template for it".to_owned(),
                    ),
                    Unreadable::Anywhere => {
                        MailError::Permanent("the stored mail is damaged".to_owned())
                    }
                })?;
        // What was sealed counts, not what the row says: a row can be edited.
        let left = mail.not_after.min(leased.not_after).since(self.env.now());
        if left.is_zero() {
            return Err(too_late());
        }
        let outgoing = OutgoingMail {
            id: leased.id,
            written_at: leased.created_at,
            within: left.min(Self::PATIENCE),
            mail,
        };
        self.mailer.send(&outgoing).await
    }

    async fn settle(
        &self,
        leased: &LeasedMail,
        tried: Result<(), MailError>,
    ) -> Result<Delivered, StoreError> {
        let (id, attempts, not_after) = (leased.id, leased.attempts, leased.not_after);
        let now = self.env.now();
        let (reason, next_at) = match tried {
            Ok(()) => {
                // Also if the lease has run out: sent is sent.
                self.env
                    .store
                    .write(move |tx| tx.outbox().delete(id))
                    .await?;
                return Ok(Delivered::Sent);
            }
            Err(MailError::Temporary(reason)) if now < not_after => {
                // At its end it is due once more, and becomes a dead letter without delay.
                (reason, Some((now + self.wait(attempts)).min(not_after)))
            }
            Err(MailError::Temporary(reason) | MailError::Permanent(reason)) => (reason, None),
        };
        let reason = presentable(&reason);
        let noted = reason.clone();
        let held = self
            .env
            .store
            .write(move |tx| match next_at {
                Some(next_at) => tx.outbox().defer(id, attempts, next_at, &noted),
                None => tx.outbox().bury(id, attempts, now, &noted),
            })
            .await?;
        Ok(match next_at {
            _ if !held => Delivered::Overtaken,
            Some(next_at) => Delivered::Deferred { reason, next_at },
            None => Delivered::Dead { reason },
        })
    }

    /// 5 s, 10 s, 20 s, … 15 min, each a fifth more or less by chance, so that mails that failed together do not come
    /// back together.
    pub(super) fn wait(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(16);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        let chance = u32::from(u16::from_be_bytes(self.env.random()));
        // From 80 % to 120 %.
        let share = 800 + chance * 400 / u32::from(u16::MAX);
        wait * share / 1000
    }
}

fn too_late() -> MailError {
    MailError::Permanent("it was too late to send it".to_owned())
}

/// A reason as it is stored and logged. A mailer names no address; if one does by mistake, it is cut out here.
pub(super) fn presentable(reason: &str) -> String {
    let words = reason
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| if word.contains('@') { "…" } else { word });
    let text = words.collect::<Vec<_>>().join(" ");
    text.chars().take(MAX_REASON).collect()
}
