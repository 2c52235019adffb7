use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sealpost_domain::testing::CountingEntropy;

use super::*;
use crate::OsEntropy;

/// The bytes 0, 1, … 31.
const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const NEW: &str = "__________________________________________8";

fn sealer(file: &str) -> MasterSealer {
    MasterSealer::new(&Keyring::parse(file).unwrap(), Arc::new(OsEntropy))
}

const PEPPER: Binding<'static> = Binding {
    purpose: SealPurpose::Server,
    table: "installation_secrets",
    column: "sealed",
    row: b"pepper",
    owner: b"",
};

#[test]
fn the_format_is_pinned() {
    // Computed with Python (HChaCha20 by hand, the rest with `cryptography`): a change orphans what is stored.
    let sealer = MasterSealer::new(
        &Keyring::parse(OLD).unwrap(),
        Arc::new(CountingEntropy::default()),
    );
    let sealed = sealer.seal(&PEPPER, b"plaintext");
    let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "0101ad116a26c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c00000000000000000\
         bd60586aa709f7367dceda48159d35581cc7c727af34f4a1c9"
    );
}

#[test]
fn an_older_key_still_opens_and_the_newest_seals() {
    let before = sealer(OLD).seal(&PEPPER, b"secret");
    let both = sealer(&format!("{OLD}\n{NEW}"));
    assert_eq!(*both.open(&PEPPER, &before).unwrap(), b"secret");
    let after = both.seal(&PEPPER, b"secret");
    assert_eq!(*sealer(NEW).open(&PEPPER, &after).unwrap(), b"secret");
}

#[test]
fn an_unknown_key_is_told_apart_from_damage() {
    let sealed = sealer(OLD).seal(&PEPPER, b"secret");
    assert_eq!(
        sealer(NEW).open(&PEPPER, &sealed),
        Err(SealError::UnknownKey)
    );
}

#[test]
fn an_adopted_keyring_seals_at_once_and_is_named_in_the_record() {
    let sealer = sealer(OLD);
    let before = sealer.seal(&PEPPER, b"secret");
    sealer.adopt(&Keyring::parse(&format!("{OLD}\n{NEW}")).unwrap());
    let after = sealer.seal(&PEPPER, b"secret");
    let kid = |file| Some(Keyring::parse(file).unwrap().sealing_kid());
    assert_eq!(sealing_kid_of(&before[..6]), kid(OLD));
    assert_eq!(sealing_kid_of(&after[..6]), kid(NEW));
    assert_eq!(sealing_kid_of(&after[..5]), None);
    assert_eq!(sealing_kid_of(&[2, 1, 0, 0, 0, 0]), None);
    assert_eq!(*sealer.open(&PEPPER, &before).unwrap(), b"secret");
    sealer.adopt(&Keyring::parse(NEW).unwrap());
    assert_eq!(sealer.open(&PEPPER, &before), Err(SealError::UnknownKey));
    assert_eq!(*sealer.open(&PEPPER, &after).unwrap(), b"secret");
}

#[test]
fn the_same_value_never_looks_the_same() {
    let sealer = sealer(OLD);
    assert_ne!(
        sealer.seal(&PEPPER, b"secret"),
        sealer.seal(&PEPPER, b"secret")
    );
}

#[test]
fn debug_shows_no_key() {
    assert_eq!(
        format!("{:?}", sealer(OLD)),
        "MasterSealer { kid: 2903599654, .. }"
    );
}

/// A binding that owns its parts.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    purpose: SealPurpose,
    table: &'static str,
    column: &'static str,
    row: Vec<u8>,
    owner: Vec<u8>,
}

impl Place {
    fn binding(&self) -> Binding<'_> {
        Binding {
            purpose: self.purpose,
            table: self.table,
            column: self.column,
            row: &self.row,
            owner: &self.owner,
        }
    }
}

fn places() -> impl Strategy<Value = Place> {
    let purpose = select(vec![
        SealPurpose::Server,
        SealPurpose::File,
        SealPurpose::KeyBackup,
        SealPurpose::Conversation,
        SealPurpose::Outbox,
        SealPurpose::Totp,
        SealPurpose::UserKey,
        SealPurpose::Answer,
    ]);
    // Few and overlapping values, so that near misses come up: "a"+"ab" beside "aa"+"b".
    let name = || select(vec!["", "a", "b", "aa", "ab", "file"]);
    let bytes = || vec(select(vec![0_u8, b'a', b'b']), 0..4);
    (purpose, name(), name(), bytes(), bytes()).prop_map(|(purpose, table, column, row, owner)| {
        Place {
            purpose,
            table,
            column,
            row,
            owner,
        }
    })
}

/// All places that differ from `here` in one member, taken from `there`, and the two with neighbours swapped.
fn near_misses(here: &Place, there: &Place) -> Vec<Place> {
    let mut all = vec![
        Place {
            purpose: there.purpose,
            ..here.clone()
        },
        Place {
            table: there.table,
            ..here.clone()
        },
        Place {
            column: there.column,
            ..here.clone()
        },
        Place {
            row: there.row.clone(),
            ..here.clone()
        },
        Place {
            owner: there.owner.clone(),
            ..here.clone()
        },
        Place {
            table: here.column,
            column: here.table,
            ..here.clone()
        },
        Place {
            row: here.owner.clone(),
            owner: here.row.clone(),
            ..here.clone()
        },
        there.clone(),
    ];
    all.retain(|place| place != here);
    all
}

proptest! {
    #[test]
    fn opens_where_it_was_sealed_and_nowhere_else(
        here in places(), there in places(), plaintext in vec(any::<u8>(), 0..200),
    ) {
        let sealer = sealer(OLD);
        let sealed = sealer.seal(&here.binding(), &plaintext);
        prop_assert_eq!(sealer.open(&here.binding(), &sealed), Ok(Zeroizing::new(plaintext)));
        for elsewhere in near_misses(&here, &there) {
            prop_assert_eq!(sealer.open(&elsewhere.binding(), &sealed), Err(SealError::Rejected));
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed(
        here in places(), plaintext in vec(any::<u8>(), 0..40), at in any::<Index>(), bit in 0..8_u32,
    ) {
        let sealer = sealer(OLD);
        let mut sealed = sealer.seal(&here.binding(), &plaintext);
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        let expected = if (2..6).contains(&at) { SealError::UnknownKey } else { SealError::Rejected };
        prop_assert_eq!(sealer.open(&here.binding(), &sealed), Err(expected));
    }

    #[test]
    fn cut_and_longer_records_are_noticed(
        here in places(), plaintext in vec(any::<u8>(), 0..40), at in any::<Index>(), more in vec(any::<u8>(), 1..20),
    ) {
        let sealer = sealer(OLD);
        let sealed = sealer.seal(&here.binding(), &plaintext);
        let cut = &sealed[..at.index(sealed.len())];
        prop_assert_eq!(sealer.open(&here.binding(), cut), Err(SealError::Rejected));
        let longer = [sealed.as_slice(), &more].concat();
        prop_assert_eq!(sealer.open(&here.binding(), &longer), Err(SealError::Rejected));
    }
}

#[test]
fn under_a_given_key_only_that_key_and_place_open() {
    let sealer = sealer(OLD);
    let (key, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
    let sealed = sealer.seal_under(&key, &PEPPER, b"hello");
    assert_eq!(
        *sealer.open_under(&key, &PEPPER, &sealed).unwrap(),
        b"hello"
    );
    let elsewhere = Binding {
        row: b"other",
        ..PEPPER
    };
    assert_eq!(
        sealer.open_under(&other, &PEPPER, &sealed),
        Err(SealError::Rejected)
    );
    assert_eq!(
        sealer.open_under(&key, &elsewhere, &sealed),
        Err(SealError::Rejected)
    );
    assert_eq!(sealer.open(&PEPPER, &sealed), Err(SealError::UnknownKey));
}
