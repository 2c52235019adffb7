//! Known answers: keys that OpenSSL encrypted (`testdata/private_pem/make`).

use base64ct::{Base64, Encoding};
use futures_executor::block_on;

use super::*;

const PASSWORD: &str = "Your_secure_pa$$w0rd";
const PUBLIC: &str = include_str!("../../testdata/rsa-2048-public.pem");
const CLEAR: &str = include_str!("../../testdata/rsa-2048.pem");
const LEGACY_256: &str = include_str!("../../testdata/private_pem/legacy-aes-256-cbc.pem");
const SCRYPT: &str = include_str!("../../testdata/private_pem/scrypt.pem");
const GOOD: [&str; 8] = [
    LEGACY_256,
    SCRYPT,
    include_str!("../../testdata/private_pem/legacy-aes-192-cbc.pem"),
    include_str!("../../testdata/private_pem/legacy-aes-128-cbc.pem"),
    include_str!("../../testdata/private_pem/pbkdf2-hmacWithSHA1.pem"),
    include_str!("../../testdata/private_pem/pbkdf2-hmacWithSHA256.pem"),
    include_str!("../../testdata/private_pem/pbkdf2-hmacWithSHA512.pem"),
    include_str!("../../testdata/private_pem/pbkdf2-aes-128-cbc.pem"),
];

fn refusal(pem: &str) -> String {
    format!("{:?}", public_half(pem, PASSWORD.as_bytes()).unwrap_err())
}

#[test]
fn every_form_gives_the_public_half() {
    for pem in GOOD {
        assert_eq!(public_half(pem, PASSWORD.as_bytes()).unwrap(), PUBLIC);
        let dressed = pem.replace('\n', "\r\n");
        let dressed = format!("a key\n\n{dressed}\n\n");
        assert_eq!(public_half(&dressed, PASSWORD.as_bytes()).unwrap(), PUBLIC);
    }
}

#[test]
fn another_password_opens_none() {
    for pem in GOOD {
        for password in ["", "your_secure_pa$$w0rd"] {
            let refused = public_half(pem, password.as_bytes());
            assert!(matches!(refused, Err(PrivatePemError::Rejected)));
        }
    }
}

#[test]
fn what_is_not_read_is_named() {
    let des3 = include_str!("../../testdata/private_pem/legacy-des-ede3-cbc.pem");
    assert_eq!(refusal(des3), r#"Unsupported("DES-EDE3-CBC")"#);
    let des3 = include_str!("../../testdata/private_pem/pbkdf2-des3.pem");
    assert_eq!(refusal(des3), r#"Unsupported("an unknown scheme")"#);
    let odd = LEGACY_256.replace("AES-256-CBC", "<script>");
    assert_eq!(refusal(&odd), r#"Unsupported("another cipher")"#);
    assert_eq!(refusal(CLEAR), "NotEncrypted");
    let ed25519 = include_str!("../../testdata/private_pem/not-rsa.pem");
    assert_eq!(refusal(ed25519), "Rejected");
}

#[test]
fn what_costs_too_much_is_refused_at_once() {
    let many = include_str!("../../testdata/private_pem/pbkdf2-too-costly.pem");
    assert_eq!(refusal(many), "TooCostly");
    // N = 16384, r = 8, p = 1: eight blocks become 127.
    let found = [2, 2, 0x40, 0, 2, 1, 8, 2, 1, 1];
    let body: String = SCRYPT
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let mut der = Base64::decode_vec(&body).unwrap();
    let at = der.windows(10).position(|part| part == found).unwrap();
    for (offset, value) in [(6, 127), (9, 5)] {
        let before = std::mem::replace(&mut der[at + offset], value);
        let body = Base64::encode_string(&der);
        let pem = format!(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}\n-----END ENCRYPTED PRIVATE KEY-----"
        );
        assert_eq!(refusal(&pem), "TooCostly");
        der[at + offset] = before;
    }
}

#[test]
fn damaged_text_is_unreadable() {
    let twice = format!("{LEGACY_256}{LEGACY_256}");
    let other_end = LEGACY_256.replace("END RSA", "END DSA");
    let no_iv = LEGACY_256.replace("AES-256-CBC,", "AES-256-CBC,00");
    let no_comma = LEGACY_256.replace("AES-256-CBC,", "AES-256-CBC");
    let long = format!("{LEGACY_256}{}", " ".repeat(MAX_BYTES));
    for pem in [
        "", "nothing", PUBLIC, &twice, &other_end, &no_iv, &no_comma, &long,
    ] {
        assert_eq!(refusal(pem), "Unreadable", "{pem}");
    }
    let cut = LEGACY_256.replacen("\n\n", "\n\nAAAA", 1);
    assert_eq!(refusal(&cut), "Rejected");
}

#[test]
fn the_adapter_reads_on_its_thread() {
    let reader = RsaPemReader::new().unwrap();
    let pem = Secret::new(LEGACY_256.to_owned());
    let public = block_on(reader.public_half(pem, Password::attempt(PASSWORD))).unwrap();
    assert_eq!(public, PUBLIC);
    assert_eq!(reader.of_jwk("{}"), None);
}
