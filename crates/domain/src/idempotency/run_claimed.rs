//! What a request stores, it stores under its claim.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ports::{Claim, Store, StoreError, Unit, Verdict};

/// As [`Store::run_write`], and in the same transaction the claim is marked: something was stored for it. If the claim is not
/// the request's own any more, since it was taken for dead, nothing is stored.
///
/// # Errors
/// [`StoreError`].
pub async fn run_claimed(
    store: &dyn Store,
    claim: Claim,
    mut unit: Unit,
) -> Result<(), StoreError> {
    let lost = Arc::new(AtomicBool::new(false));
    let is_lost = Arc::clone(&lost);
    let marked: Unit = Box::new(move |tx| {
        is_lost.store(false, Ordering::SeqCst);
        if unit(tx) == Verdict::RollBack {
            return Verdict::RollBack;
        }
        match tx.idempotency().mark(&claim) {
            Ok(true) => Verdict::Commit,
            // A failure of the store ends the unit by itself.
            Err(_) => Verdict::RollBack,
            Ok(false) => {
                is_lost.store(true, Ordering::SeqCst);
                Verdict::RollBack
            }
        }
    });
    store.run_write(marked).await?;
    if lost.load(Ordering::SeqCst) {
        return Err(StoreError::Unavailable(None));
    }
    Ok(())
}
