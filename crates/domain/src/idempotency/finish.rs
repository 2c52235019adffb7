//! How a claim ends.

use super::Idempotency;
use super::claim::binding;
use crate::ports::{Claim, StoreError, StoreExt};

impl Idempotency {
    /// The request still runs. False if the claim is not its own any more: it must not go on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew(&self, claim: Claim) -> Result<bool, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.idempotency().renew(&claim, now))
            .await
    }

    /// Keeps the answer (at most [`Idempotency::MAX_ANSWER`] bytes), sealed, for those who repeat the request.
    ///
    /// # Errors
    /// [`StoreError`]; then a repeat is told that the answer is lost.
    pub async fn keep(&self, claim: Claim, answer: &[u8]) -> Result<(), StoreError> {
        let sealed = self.sealer.seal(&binding(&claim.key), answer);
        self.env
            .store
            .write(move |tx| tx.idempotency().keep(&claim, &sealed))
            .await
    }

    /// The request was refused, and changed nothing: the key is free again.
    ///
    /// # Errors
    /// [`StoreError`]; then the key is free after [`Idempotency::DEAD_AFTER`], or after [`Idempotency::REMEMBERED`] if
    /// something was counted for the request.
    pub async fn release(&self, claim: Claim) -> Result<(), StoreError> {
        self.env
            .store
            .write(move |tx| tx.idempotency().release(&claim))
            .await
    }

    /// Nobody knows how far the request came: the key is free again if nothing was stored for it.
    ///
    /// # Errors
    /// [`StoreError`]; as for [`Idempotency::release`].
    pub async fn abandon(&self, claim: Claim) -> Result<(), StoreError> {
        self.env
            .store
            .write(move |tx| tx.idempotency().abandon(&claim))
            .await
    }
}
