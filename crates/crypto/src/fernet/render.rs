//! Writes a token as its plaintext comes.

use aws_lc_rs::cipher::StreamingEncryptingKey;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{FernetRenderer, FileCipherError};

use super::IV;

/// The only version there is.
const VERSION: u8 = 0x80;
/// The block of AES.
const BLOCK: usize = 16;

/// Renders one token. Less than a block of plaintext waits in the cipher, and less than three bytes in front of base64.
pub(super) struct Renderer {
    cipher: StreamingEncryptingKey,
    mac: hmac::Context,
    /// Bytes of the token that are not text yet.
    binary: Vec<u8>,
}

impl Renderer {
    pub(super) fn new(
        cipher: StreamingEncryptingKey,
        mut mac: hmac::Context,
        time: Timestamp,
        iv: &[u8; IV],
    ) -> Self {
        let seconds = u64::try_from(time.as_seconds()).unwrap_or(0);
        let binary = [&[VERSION][..], &seconds.to_be_bytes(), iv].concat();
        mac.update(&binary);
        Self {
            cipher,
            mac,
            binary,
        }
    }

    /// Makes text of all bytes that base64 can take without knowing what comes.
    fn write_text(&mut self, token: &mut Vec<u8>) {
        let whole = self.binary.len() - self.binary.len() % 3;
        let (ready, _) = self.binary.split_at(whole);
        append_base64(ready, token);
        self.binary.drain(..whole);
    }
}

/// The bytes are ciphertext: that this takes more or less time tells nothing.
fn append_base64(bytes: &[u8], token: &mut Vec<u8>) {
    let start = token.len();
    token.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // There is as much room as it takes; if there was not, the rest would be zeros, which no decoder takes.
    if let Some(room) = token.get_mut(start..) {
        let _written = URL_SAFE.encode_slice(bytes, room);
    }
}

impl FernetRenderer for Renderer {
    fn push(&mut self, plaintext: &[u8], token: &mut Vec<u8>) -> Result<(), FileCipherError> {
        let start = self.binary.len();
        self.binary.resize(start + plaintext.len() + BLOCK, 0);
        let room = self.binary.get_mut(start..).unwrap_or_default();
        // The library refuses only what is longer than 2 GiB at once.
        let update = self.cipher.update(plaintext, room);
        let update = update.map_err(|_| FileCipherError::TooLong)?;
        let written = update.written().len();
        self.mac.update(update.written());
        self.binary.truncate(start + written);
        self.write_text(token);
        Ok(())
    }

    fn finish(self: Box<Self>, token: &mut Vec<u8>) -> Result<(), FileCipherError> {
        let Self {
            cipher,
            mut mac,
            mut binary,
        } = *self;
        let mut last = [0; BLOCK];
        let (_, update) = cipher
            .finish(&mut last)
            .map_err(|_| FileCipherError::TooLong)?;
        mac.update(update.written());
        binary.extend_from_slice(update.written());
        binary.extend_from_slice(mac.sign().as_ref());
        append_base64(&binary, token);
        Ok(())
    }
}
