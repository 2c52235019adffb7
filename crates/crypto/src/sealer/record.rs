//! The format of a sealed value, and what is authenticated with it.
//!
//! ```text
//! 0x01 | algorithm | kid (u32, big-endian) | nonce (24) | ciphertext | tag (16)
//! ```

use sealpost_domain::ports::{Binding, SealPurpose};

pub(super) const NONCE_LEN: usize = 24;
pub(super) const TAG_LEN: usize = 16;
const FORMAT: u8 = 1;
const XCHACHA20_POLY1305: u8 = 1;
/// The version of what a binding consists of. It is authenticated and not stored: raise it together with [`FORMAT`].
const BINDING_VERSION: u8 = 1;

/// What stands before the nonce. It is authenticated too, so that no byte of a record can be exchanged.
#[derive(Clone, Copy)]
pub(super) struct Header {
    kid: u32,
}

impl Header {
    pub(super) const fn new(kid: u32) -> Self {
        Self { kid }
    }

    pub(super) const fn kid(self) -> u32 {
        self.kid
    }

    const fn to_bytes(self) -> [u8; 6] {
        let [a, b, c, d] = self.kid.to_be_bytes();
        [FORMAT, XCHACHA20_POLY1305, a, b, c, d]
    }

    /// The whole record.
    pub(super) fn assemble(self, nonce: &[u8; NONCE_LEN], body: &[u8]) -> Vec<u8> {
        [self.to_bytes().as_slice(), nonce, body].concat()
    }

    /// The header that a record begins with; None if it is of no known format.
    pub(super) fn parse(sealed: &[u8]) -> Option<Self> {
        match *sealed.first_chunk()? {
            [FORMAT, XCHACHA20_POLY1305, a, b, c, d] => {
                Some(Self::new(u32::from_be_bytes([a, b, c, d])))
            }
            _ => None,
        }
    }

    /// Header, nonce, and ciphertext with its tag; None if this is no record of a known format.
    pub(super) fn split(sealed: &[u8]) -> Option<(Self, &[u8; NONCE_LEN], &[u8])> {
        let header = Self::parse(sealed)?;
        let (_, rest) = sealed.split_first_chunk::<6>()?;
        let (nonce, body) = rest.split_first_chunk()?;
        (body.len() >= TAG_LEN).then_some((header, nonce, body))
    }
}

/// The tuple `("sealpost", purpose, table, column, row, owner, version)`, each member behind its length so that no
/// byte can move from one to the next, and the record's header.
pub(super) fn associated_data(binding: &Binding<'_>, header: Header) -> Vec<u8> {
    let members: [&[u8]; 7] = [
        b"sealpost",
        label(binding.purpose).as_bytes(),
        binding.table.as_bytes(),
        binding.column.as_bytes(),
        binding.row,
        binding.owner,
        &[BINDING_VERSION],
    ];
    let mut data = Vec::with_capacity(192);
    for member in members {
        // Lossless: no platform has a usize of more than 64 bits.
        let length = u64::try_from(member.len()).unwrap_or(u64::MAX);
        data.extend_from_slice(&length.to_be_bytes());
        data.extend_from_slice(member);
    }
    data.extend_from_slice(&header.to_bytes());
    data
}

/// The purpose as it is spelled in key derivation and in the associated data; never change one.
pub(super) const fn label(purpose: SealPurpose) -> &'static str {
    match purpose {
        SealPurpose::Server => "server",
        SealPurpose::File => "file",
        SealPurpose::KeyBackup => "key-backup",
        SealPurpose::Conversation => "conversation",
        SealPurpose::Outbox => "outbox",
        SealPurpose::Totp => "totp",
        SealPurpose::UserKey => "userkey",
        SealPurpose::Answer => "answer",
    }
}
