//! What this crate does to bytes, each beside the bare primitive: `cargo bench -p sealpost-crypto`.
//!
//! The pairs have one group each, so that the second line of a group says what the first one could cost at least.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run must stop")]

use std::hint::black_box;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sealpost_crypto::jose::{self, Draft, RecipientKey, SealingKeyPair, SigningKeyPair};
use sealpost_crypto::{
    ChunkedCipher, JwtSigner, Keyring, MasterSealer, OsEntropy, PublicKeyInspector, SystemClock,
};
use sealpost_domain::Secret;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::files::FileId;
use sealpost_domain::messages::ClientId;
use sealpost_domain::ports::{
    AccessClaims, Binding, Clock as _, FileCipher as _, KeyInspector as _, SealPurpose,
    Sealer as _, TokenSigner as _,
};
use sealpost_domain::sessions::SessionId;

/// A message.
const MESSAGE: usize = 512;
/// What an upload hands on at once.
const PIECE: usize = 64 * 1024;
const FILE: usize = 1024 * 1024;

fn sealed_columns(criterion: &mut Criterion) {
    let (keyring, _) = Keyring::generate(&OsEntropy);
    let sealer = MasterSealer::new(&keyring, Arc::new(OsEntropy));
    let binding = Binding {
        purpose: SealPurpose::Conversation,
        table: "messages",
        column: "body",
        row: &[1; 16],
        owner: &[2; 16],
    };
    let plaintext = vec![b'x'; MESSAGE];
    let sealed = sealer.seal(&binding, &plaintext);
    let bare = XChaCha20Poly1305::new(&[3; 32].into());
    let mut buffer = plaintext.clone();
    let mut group = criterion.benchmark_group("sealed column, 512 bytes");
    group.bench_function("seal", |bencher| {
        bencher.iter(|| sealer.seal(&binding, black_box(&plaintext)));
    });
    group.bench_function("open", |bencher| {
        bencher.iter(|| sealer.open(&binding, black_box(&sealed)).unwrap());
    });
    group.bench_function("bare XChaCha20-Poly1305", |bencher| {
        bencher.iter(|| {
            bare.encrypt_inout_detached(&[4; 24].into(), &[], buffer.as_mut_slice().into())
                .unwrap()
        });
    });
    group.finish();
}

fn chunked_files(criterion: &mut Criterion) {
    let cipher = ChunkedCipher::new(Arc::new(OsEntropy));
    let (id, key) = (FileId::from_bytes([1; 16]), Secret::new([2; 32]));
    let piece = vec![b'x'; PIECE];
    let mut sealed = Vec::with_capacity(2 * PIECE);
    let bare = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[3; 32]).unwrap());
    let mut buffer = piece.clone();
    let mut group = criterion.benchmark_group("file, 1 MiB");
    group.throughput(Throughput::Bytes(FILE.try_into().unwrap()));
    group.bench_function("seal, with its SHA-256", |bencher| {
        bencher.iter(|| {
            let mut sealer = cipher.seal(&id, &key);
            for _ in 0..FILE / PIECE {
                sealed.clear();
                sealer.push(black_box(&piece), &mut sealed).unwrap();
            }
            sealer.finish(&mut sealed).unwrap()
        });
    });
    group.bench_function("bare AES-256-GCM", |bencher| {
        bencher.iter(|| {
            for _ in 0..FILE / PIECE {
                let nonce = Nonce::assume_unique_for_key([4; 12]);
                let sealed = bare.seal_in_place_separate_tag(nonce, Aad::empty(), &mut buffer);
                let _ = black_box(sealed.unwrap());
            }
        });
    });
    group.bench_function("bare SHA-256", |bencher| {
        bencher.iter(|| {
            let mut context = digest::Context::new(&digest::SHA256);
            for _ in 0..FILE / PIECE {
                context.update(black_box(&piece));
            }
            context.finish()
        });
    });
    group.finish();
}

fn tokens(criterion: &mut Criterion) {
    let signer = JwtSigner::new(&Secret::new([5; 32])).unwrap();
    let now = SystemClock.now();
    let claims = AccessClaims {
        issuer: "https://chat.example".to_owned(),
        audience: "native".to_owned(),
        account: AccountId::from_bytes([1; 16]),
        username: None,
        token_id: None,
        session: SessionId::from_bytes([2; 16]),
        issued_at: now,
        expires_at: now,
        authenticated_at: now,
    };
    let token = signer.sign(&claims).unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let signature = pair.sign(signed.as_bytes());
    let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref());
    let mut group = criterion.benchmark_group("access token");
    group.bench_function("check", |bencher| {
        bencher.iter(|| signer.verify(black_box(&token)).unwrap());
    });
    group.bench_function("bare Ed25519", |bencher| {
        bencher.iter(|| {
            let signed = black_box(signed).as_bytes();
            public.verify(signed, signature.as_ref()).unwrap();
        });
    });
    group.finish();
}

fn envelopes(criterion: &mut Criterion) {
    let sender = SigningKeyPair::generate(&OsEntropy);
    let client_id = ClientId::parse("one-of-many").unwrap();
    let content = "x".repeat(MESSAGE);
    let draft = Draft {
        conversation: ConversationId::from_bytes([1; 16]),
        client_id: &client_id,
        sent_at: SystemClock.now(),
        content: &content,
    };
    let recipients: Vec<_> = std::iter::repeat_with(|| SealingKeyPair::generate(&OsEntropy))
        .take(10)
        .map(|pair| RecipientKey::from_jwk(&pair.public_jwk()).unwrap())
        .collect();
    let body = jose::seal(&draft, &sender, &recipients, &OsEntropy).unwrap();
    let mut group = criterion.benchmark_group("jose body, 512 bytes, 10 recipients");
    group.bench_function("whom it is sealed to, as the server asks", |bencher| {
        bencher.iter(|| PublicKeyInspector.recipients(black_box(&body)).unwrap());
    });
    group.bench_function("bare JSON", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&body)).unwrap());
    });
    group.bench_function("seal, as a client does", |bencher| {
        bencher.iter(|| jose::seal(black_box(&draft), &sender, &recipients, &OsEntropy).unwrap());
    });
    group.finish();
}

criterion_group!(all, sealed_columns, chunked_files, tokens, envelopes);
criterion_main!(all);
