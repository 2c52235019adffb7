//! Judges points. One point has one encoding here: an encoding that is not reduced names the same key by a second
//! thumbprint, and no honest generator makes one.

use aws_lc_rs::agreement::{self, ParsedPublicKey, UnparsedPublicKey};
use curve25519_dalek::edwards::CompressedEdwardsY;
use sealpost_domain::ports::KeyRefused;

use super::public::uncompressed;

/// 2²⁵⁵ − 19, little-endian.
const FIELD: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// X25519: a reduced coordinate with which an agreement succeeds. The points of small order give everyone the same
/// all-zero secret (RFC 7748, section 6.1).
pub(super) fn judge_x25519(u: &[u8; 32]) -> Result<(), KeyRefused> {
    let reduced = u.iter().rev().lt(FIELD.iter().rev());
    if reduced && agrees(u).is_some() {
        Ok(())
    } else {
        Err(KeyRefused::Weak)
    }
}

/// Tries an agreement. Any private key will do: each is a multiple of the cofactor, which takes a point of small order
/// to zero, and the library refuses that.
fn agrees(u: &[u8; 32]) -> Option<()> {
    let anyone = agreement::PrivateKey::from_private_key(&agreement::X25519, &[0x40; 32]).ok()?;
    let theirs = UnparsedPublicKey::new(&agreement::X25519, u);
    agreement::agree(&anyone, theirs, (), |_| Ok(())).ok()
}

/// Ed25519: a point, in its one encoding, that is not of small order. A key of small order accepts one signature for
/// many messages.
pub(super) fn judge_ed25519(encoded: &[u8; 32]) -> Result<(), KeyRefused> {
    CompressedEdwardsY(*encoded)
        .decompress()
        .filter(|point| point.compress().as_bytes() == encoded && !point.is_small_order())
        .map(|_| ())
        .ok_or(KeyRefused::Weak)
}

/// P-256: on the curve (SP 800-56A revision 3, section 5.6.2.3.4). Its cofactor is 1: there is no small order.
pub(super) fn judge_p256(x: &[u8; 32], y: &[u8; 32]) -> Result<(), KeyRefused> {
    let point = UnparsedPublicKey::new(&agreement::ECDH_P256, uncompressed(x, y));
    ParsedPublicKey::try_from(point)
        .map(|_| ())
        .map_err(|_| KeyRefused::Weak)
}
