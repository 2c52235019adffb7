//! Sign, then encrypt.

use sealpost_domain::ports::Entropy;

use super::content::{self, ContentKey};
use super::{CannotSeal, Draft, MAX_RECIPIENTS, RecipientKey, SigningKeyPair, jwe, jws, payload};

/// Signs a message and seals it to each of the keys: the body of a message in format `jose`. Whoever wants to read it
/// again among one's own messages is a recipient too.
///
/// A content of n bytes makes about 1.8 n + 650 bytes, and each recipient adds 250 (X25519) to 450 (RSA-2048): the caller
/// minds the longest body that the server takes.
///
/// # Errors
/// [`CannotSeal`].
pub fn seal(
    draft: &Draft<'_>,
    sender: &SigningKeyPair,
    recipients: &[RecipientKey],
    entropy: &dyn Entropy,
) -> Result<String, CannotSeal> {
    seal_payload(&payload::write(draft)?, sender, recipients, entropy)
}

/// Signs any payload and seals it to each of the keys.
pub(super) fn seal_payload(
    payload: &[u8],
    sender: &SigningKeyPair,
    recipients: &[RecipientKey],
    entropy: &dyn Entropy,
) -> Result<String, CannotSeal> {
    if !(1..=MAX_RECIPIENTS).contains(&recipients.len()) {
        return Err(CannotSeal::Recipients);
    }
    let signed = jws::sign(payload, sender)?;

    // The key is used once, so any nonce would do (RFC 7518, section 8.4 asks for one nonce per key).
    let (mut key, mut iv) = (ContentKey::default(), [0; 12]);
    entropy.fill(key.as_mut_slice());
    entropy.fill(&mut iv);
    let entries = recipients
        .iter()
        .map(|recipient| recipient.wrap(&key, entropy))
        .collect::<Result<_, _>>()?;
    let protected = jwe::protected_header();
    let sealed = content::encrypt(&key, iv, protected.as_bytes(), signed.as_bytes())
        .ok_or(CannotSeal::Failed)?;
    jwe::write(&protected, entries, &sealed).ok_or(CannotSeal::Failed)
}
