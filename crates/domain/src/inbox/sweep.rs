//! Events that nobody needs any more go from the front of each log. Whoever comes back for one of them is told of the gap.

use std::sync::PoisonError;
use std::time::Duration;

use super::{HeldLog, Inbox, Offset};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{StoreError, StoreExt, Tx};

/// How long an event stays that every device has acknowledged: for one that loses what it had just stored.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);
/// How many logs one sweep looks at.
const LOGS: u32 = 200;
/// How many events of one log go at once; the rest of a longer one at the next sweep that comes by.
const EVENTS: u32 = 500;

impl Inbox {
    /// Deletes what is older than the retention, and what every session that follows the log has acknowledged a day ago,
    /// from some of the logs: each sweep goes on where the last one ended. To be called now and then; says how many events
    /// went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let (now, retention) = (self.env.now(), self.retention);
        let after = *self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let looked_at = self
            .env
            .store
            .read(move |tx| {
                let held = tx.inbox().list_held(after, LOGS)?;
                let mut looked_at = Vec::with_capacity(held.len());
                for log in held {
                    looked_at.push((log.account, due_through(tx, &log, now, retention)?));
                }
                Ok::<_, StoreError>(looked_at)
            })
            .await?;
        let mut swept = 0;
        for (account, through) in &looked_at {
            let (account, Some(through)) = (*account, *through) else {
                continue;
            };
            swept += self
                .env
                .store
                .write(move |tx| trim(tx, account, through))
                .await?;
        }
        // Past the last log it begins anew.
        let more = u32::try_from(looked_at.len()).unwrap_or(u32::MAX) >= LOGS;
        let last = looked_at.last().filter(|_| more);
        let last = last.map(|(account, _)| *account);
        *self.swept.lock().unwrap_or_else(PoisonError::into_inner) = last;
        Ok(swept)
    }
}

/// Up to where the log is due to go; None if nothing is. Where the oldest event stays, all do, and no other is read.
fn due_through(
    tx: &mut dyn Tx,
    log: &HeldLog,
    now: Timestamp,
    retention: Duration,
) -> Result<Option<Offset>, StoreError> {
    if now.since(log.oldest_at) < retention.min(GRACE) {
        return Ok(None);
    }
    let acknowledged = tx.inbox().lowest_mark(log.account, now)?.unwrap_or(0);
    let is_due = |offset: Offset, created_at: Timestamp| {
        let age = now.since(created_at);
        age >= retention || (offset <= acknowledged && age >= GRACE)
    };
    if !is_due(log.oldest, log.oldest_at) {
        return Ok(None);
    }
    let events = tx.inbox().page(log.account, log.oldest - 1, EVENTS)?;
    let due = events
        .iter()
        .take_while(|event| is_due(event.offset, event.created_at));
    Ok(due.last().map(|event| event.offset))
}

fn trim(tx: &mut dyn Tx, account: AccountId, through: Offset) -> Result<u64, StoreError> {
    let Some(window) = tx.inbox().window(account)? else {
        return Ok(0);
    };
    tx.inbox().trim(account, through)?;
    Ok((through + 1).saturating_sub(window.earliest))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::inbox::{EventKind, InboxEvent, Window};
    use crate::testing::{MockTx, account};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const NOW: Timestamp = Timestamp::from_seconds(100 * 24 * 60 * 60);

    /// A log of events 5, 6, … with these ages in days, of which the slowest device has acknowledged so many; and how many
    /// times its events were read.
    fn look(ages: &[u64], acknowledged: Option<Offset>) -> (Option<Offset>, usize) {
        let mut tx = MockTx::default();
        let made = |age: u64| NOW - DAY * u32::try_from(age).unwrap();
        let log = HeldLog {
            account: account("alice").id,
            oldest: 5,
            oldest_at: made(ages[0]),
        };
        let reads = Arc::new(AtomicUsize::new(0));
        let (ages, counted) = (ages.to_vec(), reads.clone());
        tx.inbox.expect_page().returning(move |_, after, _| {
            assert_eq!(after, 4);
            counted.fetch_add(1, Ordering::SeqCst);
            let events = (5..).zip(&ages).map(|(offset, age)| InboxEvent {
                offset,
                kind: EventKind::MessageCreated,
                subject: [1; 16],
                created_at: made(*age),
            });
            Ok(events.collect())
        });
        tx.inbox
            .expect_lowest_mark()
            .returning(move |_, _| Ok(acknowledged));
        let due = due_through(&mut tx, &log, NOW, 30 * DAY).unwrap();
        (due, reads.load(Ordering::SeqCst))
    }

    fn due(ages: &[u64], acknowledged: Option<Offset>) -> Option<Offset> {
        look(ages, acknowledged).0
    }

    #[test]
    fn where_nothing_is_due_no_events_are_read() {
        for (ages, acknowledged) in [(&[0, 0][..], Some(9)), (&[29, 2], Some(4)), (&[2], None)] {
            assert_eq!(look(ages, acknowledged), (None, 0), "{ages:?}");
        }
        assert_eq!(look(&[31], None), (Some(5), 1));
    }

    #[test]
    fn what_is_too_old_goes_whoever_has_read_it() {
        assert_eq!(due(&[40, 30, 29, 1], None), Some(6));
        assert_eq!(due(&[29, 40], Some(0)), None, "only from the front");
    }

    #[test]
    fn what_every_device_has_acknowledged_goes_after_a_day() {
        assert_eq!(due(&[3, 2, 2], Some(6)), Some(6));
        assert_eq!(due(&[3, 0, 0], Some(7)), Some(5));
        assert_eq!(due(&[3, 2], Some(0)), None, "one device has read nothing");
        assert_eq!(due(&[3, 2], None), None, "nobody reads at the moment");
    }

    #[test]
    fn what_goes_is_counted() {
        let mut tx = MockTx::default();
        tx.inbox.expect_window().returning(|_| {
            Ok(Some(Window {
                earliest: 5,
                latest: 9,
            }))
        });
        tx.inbox
            .expect_trim()
            .withf(|_, through| *through == 7)
            .once()
            .returning(|_, _| Ok(()));
        assert_eq!(trim(&mut tx, account("alice").id, 7).unwrap(), 3);
    }
}
