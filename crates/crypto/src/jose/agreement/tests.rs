//! Published vectors.

use super::*;
use crate::b64;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn public(jwk: &str) -> Public {
    Public::from_jwk(jwk).unwrap()
}

#[test]
fn agrees_with_rfc_7518() {
    // Appendix C: from Alice's ephemeral key to the derived 128 bits.
    let alice = b64::decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo").unwrap();
    let alice = private_key(KeyAlgorithm::P256, &alice).unwrap();
    assert_eq!(
        public_key(&alice).unwrap().jwk(),
        r#"{"crv":"P-256","kty":"EC","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}"#
    );
    let bob = public(
        r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"}"#,
    );
    let parties = Parties {
        apu: b"Alice".to_vec(),
        apv: b"Bob".to_vec(),
    };
    let derived = agree(&alice, &bob, |secret| {
        concat_kdf(secret, "A128GCM", &parties, 128)
    });
    assert_eq!(
        b64::encode(&derived.unwrap()[..16]),
        "VqqN6vgjbSBcIijNcacQGg"
    );
}

#[test]
fn agrees_with_rfc_8037() {
    // Appendix A.6.
    let ephemeral = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let ephemeral = private_key(KeyAlgorithm::X25519, &ephemeral).unwrap();
    assert_eq!(
        public_key(&ephemeral).unwrap().jwk(),
        r#"{"crv":"X25519","kty":"OKP","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#
    );
    let bob =
        public(r#"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#);
    assert_eq!(
        agree(&ephemeral, &bob, <[u8]>::to_vec).unwrap(),
        hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
    );
}

#[test]
fn agrees_with_rfc_3394() {
    // Section 4.6: 256 bits of key data under a 256-bit key.
    let kek: Vec<u8> = (0..32).collect();
    let data = hex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    let mut wrapped = [0; WRAPPED_LEN];
    let kek = || AesKek::new(&AES_256, &kek).unwrap();
    kek().wrap(&data, &mut wrapped).unwrap();
    assert_eq!(
        wrapped.to_vec(),
        hex("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")
    );
    let mut unwrapped = [0; 32];
    kek().unwrap(&wrapped, &mut unwrapped).unwrap();
    assert_eq!(unwrapped.to_vec(), data);
    wrapped[0] ^= 1;
    assert!(kek().unwrap(&wrapped, &mut unwrapped).is_err());
}

#[test]
fn keys_on_different_curves_agree_on_nothing() {
    let x25519 = private_key(KeyAlgorithm::X25519, &[7; 32]).unwrap();
    let p256 = private_key(KeyAlgorithm::P256, &[7; 32]).unwrap();
    let theirs = public_key(&p256).unwrap();
    let key = ContentKey::default();
    assert!(wrap(&x25519, &theirs, &Parties::default(), &key).is_none());
}
