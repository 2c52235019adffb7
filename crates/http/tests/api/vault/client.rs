//! The least client of the dialect.

use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use crate::support::{Answer, TestServer};

/// Everybody's password here: that of the document.
pub(super) const PASSWORD: &str = "Password";
/// A file that nobody has.
pub(super) const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";

impl TestServer {
    /// Registers as the document's example does; the answer.
    pub(super) fn sign_up(&self, name: &str, password: &str) -> Answer {
        let headers = [("New_User_Name", name), ("New_User_Password", password)];
        self.send("POST", "/registration", &headers, "")
    }

    /// Logs in as the document's example does; the answer.
    pub(super) fn sign_in(&self, name: &str, password: &str) -> Answer {
        let headers = [
            ("User_Name", name),
            ("User_Password", password),
            ("x-request-id", "same"),
        ];
        self.send("GET", "/login", &headers, "")
    }

    /// Makes an account and logs it in; the token.
    pub(super) fn keeper(&self, name: &str) -> String {
        let made = self.sign_up(name, PASSWORD);
        assert_eq!(made.status, 200, "{made:?}");
        let entered = self.sign_in(name, PASSWORD);
        assert_eq!(entered.status, 200, "{entered:?}");
        entered.body
    }

    /// Asks with a token.
    pub(super) fn fetch(&self, token: &str, path: &str) -> Answer {
        let headers = [("x-access-tokens", token), ("x-request-id", "same")];
        self.send("GET", path, &headers, "")
    }

    /// Stores a file; its id.
    pub(super) fn load(&self, token: &str, content: &[u8]) -> String {
        let headers = [("x-access-tokens", token)];
        let loaded = self.send_bytes("POST", "/load", &headers, content);
        assert_said(&loaded, 200, &loaded.body);
        assert_eq!(loaded.body.len(), 36);
        loaded.body
    }
}

/// The answer is this text, and no cache keeps it.
#[track_caller]
pub(super) fn assert_said(answer: &Answer, status: u16, text: &str) {
    assert_eq!((answer.status, answer.body.as_str()), (status, text));
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.header("x-request-id").is_some());
}

/// What `Fernet(key).decrypt(token)` of Python gives; None where it fails.
pub(super) fn decrypt(key: &str, token: &str) -> Option<Vec<u8>> {
    let key = URL_SAFE.decode(key).ok()?;
    let (signing, encryption) = key.split_at_checked(16)?;
    let token = URL_SAFE.decode(token).ok()?;
    let (signed, mac) = token.split_at_checked(token.len().checked_sub(32)?)?;
    let signing = hmac::Key::new(hmac::HMAC_SHA256, signing);
    hmac::verify(&signing, signed, mac).ok()?;
    let iv: [u8; 16] = signed[9..25].try_into().ok()?;
    let key = UnboundCipherKey::new(&AES_128, encryption).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let mut ciphertext = signed[25..].to_vec();
    let context = DecryptionContext::Iv128((&iv).into());
    let opened = key.decrypt(&mut ciphertext, context).ok()?;
    Some(opened.to_vec())
}
