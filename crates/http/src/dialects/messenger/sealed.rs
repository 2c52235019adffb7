//! Passwords on the wire: `base64(RSA-OAEP(data key; SHA-512, MGF1-SHA-512, no label))`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::data_keys::{DataKeys, OpenedPassword};
use sealpost_domain::ports::StoreError;

/// The length of the data key's ciphertexts.
const CIPHERTEXT: usize = 512;

/// Opens a password. What is no base64 or has another length takes the road of a ciphertext that does not open.
pub(super) async fn open(data_keys: &DataKeys, text: &str) -> Result<OpenedPassword, StoreError> {
    let bytes = STANDARD.decode(text).ok();
    let ciphertext = bytes.filter(|bytes| bytes.len() == CIPHERTEXT);
    data_keys
        .open(&ciphertext.unwrap_or_else(|| vec![0; CIPHERTEXT]))
        .await
}
