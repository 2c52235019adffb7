//! Content encryption: `A256GCM` (RFC 7518, section 5.3).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// A content encryption key; each message has its own.
pub(crate) type ContentKey = Zeroizing<[u8; 32]>;

/// What a message is encrypted to.
pub(crate) struct Sealed {
    pub(crate) iv: [u8; 12],
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) tag: [u8; 16],
}

/// Encrypts. The key must be fresh; None if the library fails.
pub(crate) fn encrypt(
    key: &ContentKey,
    iv: [u8; 12],
    aad: &[u8],
    plaintext: &[u8],
) -> Option<Sealed> {
    let mut ciphertext = plaintext.to_vec();
    let tag = cipher(key)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(iv),
            Aad::from(aad),
            &mut ciphertext,
        )
        .ok()?;
    Some(Sealed {
        iv,
        ciphertext,
        tag: tag.as_ref().try_into().ok()?,
    })
}

/// Decrypts; None if anything is not as it was made.
pub(crate) fn decrypt(key: &ContentKey, aad: &[u8], sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new([sealed.ciphertext.as_slice(), &sealed.tag].concat());
    let nonce = Nonce::assume_unique_for_key(sealed.iv);
    cipher(key)?
        .open_in_place(nonce, Aad::from(aad), &mut buffer)
        .ok()?;
    buffer.truncate(sealed.ciphertext.len());
    Some(buffer)
}

fn cipher(key: &ContentKey) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key.as_slice())
        .ok()
        .map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::b64;

    #[test]
    fn agrees_with_rfc_7516() {
        // Appendix A.1.
        let key = Zeroizing::new([
            177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7,
            110, 91, 112, 46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
        ]);
        let iv = [227, 197, 117, 252, 2, 219, 233, 68, 180, 225, 77, 219];
        let aad = b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
        let plaintext = b"The true sign of intelligence is not knowledge but imagination.";
        let sealed = encrypt(&key, iv, aad, plaintext).unwrap();
        assert_eq!(
            b64::encode(&sealed.ciphertext),
            "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A"
        );
        assert_eq!(b64::encode(&sealed.tag), "XFBoMYUZodetZdvTiFvSkQ");
        assert_eq!(
            decrypt(&key, aad, &sealed).unwrap().as_slice(),
            plaintext.as_slice()
        );
    }
}
