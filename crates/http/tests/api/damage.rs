//! A thousand ways to damage what is stored: each is found, and none gives a wrong byte.

use std::path::{Path, PathBuf};

use crate::files::store;
use crate::support::{Answer, TestServer};

/// Always the same "random" numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Letters in no order, so that no stretch is like another.
fn letters(dice: &mut Dice, size: usize) -> String {
    (0..size)
        .map(|_| char::from(b'a' + u8::try_from(dice.below(26)).unwrap()))
        .collect()
}

struct Stored {
    id: String,
    content: String,
    blob: PathBuf,
    sound: Vec<u8>,
}

/// What was done to a blob, and from which of its bytes on it is another.
fn damage(dice: &mut Dice, blob: &Path, sound: &[u8]) -> String {
    let mut bytes = sound.to_vec();
    let told = match dice.below(10) {
        0..=5 => {
            let (at, bit) = (dice.below(bytes.len()), dice.below(8));
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at}")
        }
        6..=7 => {
            let length = dice.below(bytes.len());
            bytes.truncate(length);
            format!("cut to {length}")
        }
        8 => {
            let more = 1 + dice.below(20_000);
            bytes.extend((0..more).map(|at| at.to_le_bytes()[0]));
            format!("{more} bytes more")
        }
        _ => {
            // Two chunks, or the bytes of one, in the other order.
            let half = bytes.len() / 2;
            bytes[..2 * half].rotate_left(half);
            "turned round".to_owned()
        }
    };
    std::fs::write(blob, bytes).unwrap();
    told
}

/// Whatever came is the beginning of what was asked for; all of it only if `may_be_whole`.
fn assert_no_wrong_byte(answer: &Answer, asked: &str, may_be_whole: bool, told: &str) {
    match answer.status {
        // What is wrong at the beginning is said before the head has left.
        500 => assert_eq!(answer.problem()["code"], "internal-error", "{told}"),
        // A later chunk, before the head had left.
        0 => assert!(answer.bytes.is_empty(), "{told}"),
        status => {
            assert!(matches!(status, 200 | 206), "{told}: {status}");
            assert!(asked.starts_with(&answer.body), "{told}: wrong bytes");
            assert!(
                may_be_whole || answer.body.len() < asked.len(),
                "{told}: whole"
            );
        }
    }
}

#[test]
fn a_thousand_damages_are_all_found_and_no_wrong_byte_is_given() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    let mut dice = Dice(6);
    let mut seen: Vec<PathBuf> = Vec::new();
    let files: Vec<Stored> = [0, 1, 16_383, 16_384, 16_385, 100_000]
        .into_iter()
        .map(|size| {
            let content = letters(&mut dice, size);
            let id = store(&server, &alice, &content);
            let now = server.blob_files();
            let blob = now.iter().find(|blob| !seen.contains(blob)).unwrap();
            seen.push(blob.clone());
            Stored {
                id,
                content,
                blob: blob.clone(),
                sound: std::fs::read(blob).unwrap(),
            }
        })
        .collect();
    assert_eq!(server.damaged(), []);
    for round in 0..1_000 {
        let file = &files[dice.below(files.len())];
        let told = damage(&mut dice, &file.blob, &file.sound);
        let told = format!("round {round}, {} bytes, {told}", file.content.len());
        let damaged = server.damaged();
        assert!(
            matches!(&*damaged, [(id, _)] if *id == file.id),
            "{told}: {damaged:?}"
        );
        let place = format!("/v1/files/{}/content", file.id);
        let may_be_whole = told.ends_with("more") || file.content.is_empty();
        let all = server.get_as(&alice, &place);
        // What comes after the last byte is nobody's: the file itself is whole. Of an empty one nothing can be wrong.
        assert_no_wrong_byte(&all, &file.content, may_be_whole, &told);
        if !file.content.is_empty() {
            let (one, other) = (
                dice.below(file.content.len()),
                dice.below(file.content.len()),
            );
            let (from, to) = (one.min(other), one.max(other));
            let token = format!("Bearer {alice}");
            let range = format!("bytes={from}-{to}");
            let headers = [("authorization", token.as_str()), ("range", &range)];
            let part = server.send("GET", &place, &headers, "");
            // The damage may be elsewhere.
            assert_no_wrong_byte(&part, &file.content[from..=to], true, &told);
        }
        std::fs::write(&file.blob, &file.sound).unwrap();
    }
    assert_eq!(server.damaged(), []);
    for file in &files {
        let place = format!("/v1/files/{}/content", file.id);
        assert!(server.get_as(&alice, &place).body == file.content);
    }
}

#[test]
fn a_file_without_a_blob_is_told_and_stays() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store(&server, &alice, "content");
    let [blob] = &*server.blob_files() else {
        panic!("one blob")
    };
    let sound = std::fs::read(blob).unwrap();
    std::fs::remove_file(blob).unwrap();
    assert_eq!(server.damaged(), [(id.clone(), "missing")]);
    assert_eq!(server.sweep_files(), (0, vec![id.clone()]));
    let listed = server.get_as(&alice, "/v1/files").json();
    assert_eq!(listed["data"][0]["id"], *id, "it stays");
    std::fs::write(blob, sound).unwrap();
    assert_eq!(server.damaged(), []);
    assert_eq!(server.sweep_files(), (0, vec![]));
    let place = format!("/v1/files/{id}/content");
    assert_eq!(server.get_as(&alice, &place).body, "content");
}

#[test]
fn a_key_of_another_file_is_found() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store(&server, &alice, "content");
    let other = store(&server, &alice, "other");
    let owner = server.get_as(&alice, "/v1/me").json()["id"].clone();
    let owner = owner.as_str().unwrap().parse().unwrap();
    let (from, to) = (other.parse().unwrap(), id.parse().unwrap());
    server.change(move |tx| {
        let (row, key) = (
            tx.files().find(owner, to)?.unwrap(),
            tx.files().find(owner, from)?.unwrap().sealed_key,
        );
        tx.files()
            .shred(owner, to, sealpost_domain::Timestamp::from_seconds(1))?;
        tx.files().remove(to)?;
        tx.files().insert(&sealpost_domain::ports::StoredFile {
            sealed_key: key,
            ..row
        })
    });
    assert_eq!(server.damaged(), [(id, "key-does-not-open")]);
}
