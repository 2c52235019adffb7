//! What this instance knows of ended sessions: access tokens are checked against it without a database read.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use super::{EndedSession, SessionId, Sessions};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};

/// Without a reading for so long this instance no longer vouches for any token.
const TRUSTED_FOR: Duration = Duration::from_secs(5);
/// How far back each reading looks beyond the newest note seen: an instance with a slower clock, or a transaction that
/// committed late, must not slip through.
const OVERLAP: Duration = Duration::from_secs(30);
/// How many notes one reading takes at most; a further one follows at once.
const PAGE: u32 = 500;

/// The ended sessions whose tokens might still be alive.
#[derive(Debug, Default)]
pub(super) struct Revocations(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    ended: HashMap<SessionId, Timestamp>,
    newest: Option<Timestamp>,
    read_at: Option<Timestamp>,
    /// One has come since somebody last asked.
    has_grown: bool,
}

impl Known {
    fn add(&mut self, note: &EndedSession) {
        let known = self.ended.insert(note.id, note.forget_at);
        self.has_grown |= known.is_none();
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.read_at
            .is_some_and(|read_at| now.since(read_at) <= TRUSTED_FOR)
    }
}

/// What the list says of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not ended, as far as anybody can know.
    Alive,
    /// Ended before its time.
    Ended,
    /// The list is too old to tell.
    Unknown,
}

impl Revocations {
    pub(super) fn standing(&self, session: SessionId, now: Timestamp) -> Standing {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.ended.contains_key(&session) {
            Standing::Ended
        } else if known.is_fresh(now) {
            Standing::Alive
        } else {
            Standing::Unknown
        }
    }

    /// Whether the last reading is recent enough to go by.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.is_fresh(now)
    }

    /// Adds what this instance has ended itself: known at once.
    pub(super) fn add(&self, ended: &EndedSession) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.add(ended);
    }

    /// Whether an ended session has become known since this was last called.
    pub(super) fn have_grown(&self) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut known.has_grown)
    }

    /// From where on the next reading has to look.
    fn since(&self) -> Timestamp {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known
            .newest
            .map_or(Timestamp::from_micros(i64::MIN), |newest| newest - OVERLAP)
    }

    /// Takes a whole reading, begun at `read_at`, and forgets what no longer matters.
    fn take(&self, notes: &[EndedSession], read_at: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for note in notes {
            known.add(note);
        }
        known.ended.retain(|_, forget_at| *forget_at > read_at);
        known.newest = notes
            .iter()
            .map(|note| note.ended_at)
            .max()
            .max(known.newest);
        known.read_at = Some(read_at);
    }
}

impl Sessions {
    /// Reads what other instances have ended. To be called before the first request and every second from then on;
    /// after five seconds without, every access token is answered [`super::AccessError::Unavailable`].
    ///
    /// # Errors
    /// [`StoreError`]; what was known stays known.
    pub async fn sync_revocations(&self) -> Result<(), StoreError> {
        let began = self.env.now();
        let mut since = self.revocations.since();
        let mut notes: Vec<EndedSession> = Vec::new();
        loop {
            let page = self
                .env
                .store
                .ask(move |tx| tx.sessions().list_ended(since, PAGE))
                .await?;
            let full = u32::try_from(page.len()).unwrap_or(u32::MAX) >= PAGE;
            let last = page.last().map(|note| note.ended_at);
            notes.extend(page);
            match last {
                // More than a page of sessions ended in one microsecond cannot be paged by time; step over it.
                Some(last) if full && last > since => since = last,
                Some(last) if full => since = last + Duration::from_micros(1),
                _ => break,
            }
        }
        self.revocations.take(&notes, began);
        Ok(())
    }

    /// Deletes expired sessions and notes that can be forgotten. To be called now and then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.sessions().sweep(now, 500))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn note(byte: u8, ended_at: Timestamp) -> EndedSession {
        EndedSession {
            id: SessionId::from_bytes([byte; 16]),
            ended_at,
            forget_at: ended_at + Duration::from_secs(600),
        }
    }

    #[test]
    fn nobody_is_vouched_for_before_the_first_reading_or_long_after_the_last() {
        let list = Revocations::default();
        let session = SessionId::from_bytes([1; 16]);
        assert_eq!(list.standing(session, NOW), Standing::Unknown);
        list.take(&[], NOW);
        assert_eq!(
            list.standing(session, NOW + Duration::from_secs(5)),
            Standing::Alive
        );
        assert_eq!(
            list.standing(session, NOW + Duration::from_secs(6)),
            Standing::Unknown
        );
    }

    #[test]
    fn an_ended_session_stays_ended_until_its_tokens_are_dead() {
        let list = Revocations::default();
        let ended = note(1, NOW);
        list.add(&ended);
        assert_eq!(list.standing(ended.id, NOW), Standing::Ended);
        list.take(&[], NOW + Duration::from_secs(599));
        assert_eq!(
            list.standing(ended.id, NOW + Duration::from_secs(599)),
            Standing::Ended
        );
        let later = NOW + Duration::from_secs(600);
        list.take(&[], later);
        assert_eq!(list.standing(ended.id, later), Standing::Alive);
    }

    #[test]
    fn each_ended_session_is_news_once() {
        let list = Revocations::default();
        list.take(&[], NOW);
        assert!(!list.have_grown());
        list.add(&note(1, NOW));
        assert!(list.have_grown() && !list.have_grown());
        list.take(&[note(1, NOW)], NOW);
        assert!(!list.have_grown(), "known already");
        list.take(&[note(1, NOW), note(2, NOW)], NOW);
        assert!(list.have_grown());
    }

    #[test]
    fn the_next_reading_overlaps_the_last() {
        let list = Revocations::default();
        list.take(&[note(1, NOW), note(2, NOW - Duration::from_secs(1))], NOW);
        assert_eq!(list.since(), NOW - OVERLAP);
        list.take(&[], NOW);
        assert_eq!(list.since(), NOW - OVERLAP);
    }
}
