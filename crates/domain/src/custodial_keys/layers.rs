//! Sealed under two keys, one inside the other: what opens it needs both. Two layers and not one mixed key, so that a
//! new master key can be put around everything without the owners' help (ADR 0011).

use zeroize::Zeroizing;

use crate::Secret;
use crate::ports::{Binding, SealError, Sealer};

/// Seals under `key`, and that under the server's.
pub(crate) fn seal_twice(
    sealer: &dyn Sealer,
    key: &Secret<[u8; 32]>,
    binding: &Binding<'_>,
    plaintext: &[u8],
) -> Vec<u8> {
    sealer.seal(binding, &sealer.seal_under(key, binding, plaintext))
}

/// Opens what [`seal_twice`] made; None if `key` is another.
///
/// # Errors
/// [`SealError`] if the server's own layer does not open.
pub(crate) fn open_twice(
    sealer: &dyn Sealer,
    key: &Secret<[u8; 32]>,
    binding: &Binding<'_>,
    sealed: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
    let inner = sealer.open(binding, sealed)?;
    Ok(sealer.open_under(key, binding, &inner).ok())
}
