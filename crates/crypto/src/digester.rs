//! Digests and message authentication codes.

use std::fmt;

use hmac::Mac;
use sealpost_domain::Secret;
use sealpost_domain::ports::{Digest, Digester, MacPurpose};
use sha2::Sha256;

use crate::derive::{HmacSha256, keyed, purpose_key};

/// SHA-256 (FIPS 180-4), and HMAC-SHA-256 (RFC 2104) under keys derived from the installation's MAC root.
///
/// The root is a secret of its own, made at the first start and sealed under the master key. Were the keys derived
/// from the master key itself, every rotation of it would void all refresh tokens and codes.
#[derive(Clone)]
pub struct ServerDigester {
    token: HmacSha256,
    code: HmacSha256,
    throttle: HmacSha256,
    cursor: HmacSha256,
    federation: HmacSha256,
    repeat: HmacSha256,
    challenge: HmacSha256,
}

impl ServerDigester {
    /// Derives one key for each purpose (HKDF-SHA-256, label `sealpost/<purpose>/v1`).
    #[must_use]
    pub fn new(root: &Secret<[u8; 32]>) -> Self {
        let mac = |purpose| keyed(&purpose_key(root.expose(), purpose));
        Self {
            token: mac("token"),
            code: mac("code"),
            throttle: mac("throttle"),
            cursor: mac("cursor"),
            federation: mac("federation"),
            repeat: mac("repeat"),
            challenge: mac("challenge"),
        }
    }

    const fn keyed_for(&self, purpose: MacPurpose) -> &HmacSha256 {
        match purpose {
            MacPurpose::Token => &self.token,
            MacPurpose::Code => &self.code,
            MacPurpose::Throttle => &self.throttle,
            MacPurpose::Cursor => &self.cursor,
            MacPurpose::Federation => &self.federation,
            MacPurpose::Repeat => &self.repeat,
            MacPurpose::Challenge => &self.challenge,
        }
    }
}

/// SHA-256 (FIPS 180-4), for whoever needs no key.
#[must_use]
pub fn sha256(data: &[u8]) -> Digest {
    <Sha256 as sha2::Digest>::digest(data).into()
}

impl Digester for ServerDigester {
    fn digest(&self, data: &[u8]) -> Digest {
        sha256(data)
    }

    fn mac(&self, purpose: MacPurpose, data: &[u8]) -> Digest {
        let mac = self.keyed_for(purpose).clone();
        mac.chain_update(data).finalize().into_bytes().into()
    }
}

impl fmt::Debug for ServerDigester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerDigester").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digest: Digest) -> String {
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_as_fips_180_4_says() {
        let digester = ServerDigester::new(&Secret::new([9; 32]));
        assert_eq!(
            hex(digester.digest(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn stored_macs_stay_comparable() {
        // Computed with Python's `hmac` and `cryptography`: a change here voids what the database holds.
        let digester = ServerDigester::new(&Secret::new([9; 32]));
        let mac = |purpose| hex(digester.mac(purpose, b"what is signed"));
        assert_eq!(
            mac(MacPurpose::Token),
            "d5c5d800ecad95fec065e1a54d81159ebb6177fc201bd632f0168a88180b38ab"
        );
        assert_eq!(
            mac(MacPurpose::Code),
            "fa4f611fde4832eaf15335774437207f23730ed5050bd68c30fd318862d6ca3b"
        );
        assert_eq!(
            mac(MacPurpose::Cursor),
            "4ea3417fc2d3c5fd80b322a9a6a9712a7f516e089c3714f9a02c22c88fb83b74"
        );
    }

    #[test]
    fn another_root_gives_other_macs() {
        let macs = [1, 2].map(|byte| {
            ServerDigester::new(&Secret::new([byte; 32])).mac(MacPurpose::Token, b"data")
        });
        assert_ne!(macs[0], macs[1]);
    }
}
