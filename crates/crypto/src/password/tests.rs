use futures_executor::block_on;
use sealpost_domain::testing::CountingEntropy;

use super::*;

const PEPPER: [u8; 32] = [7; 32];

fn hasher(pepper: [u8; 32], params: Argon2Params) -> Argon2Hasher {
    let size = PoolSize {
        threads: std::num::NonZeroUsize::MIN,
        ..PoolSize::default()
    };
    Argon2Hasher::new(
        &Secret::new(pepper),
        params,
        size,
        Arc::new(CountingEntropy::default()),
    )
    .unwrap()
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn hash(hasher: &Argon2Hasher, text: &str) -> PasswordHash {
    block_on(hasher.hash(password(text))).unwrap()
}

fn verify(hasher: &Argon2Hasher, text: &str, hash: Option<&PasswordHash>) -> Verification {
    block_on(hasher.verify(password(text), hash.cloned())).unwrap()
}

#[test]
fn stored_hashes_stay_valid() {
    // Computed with Python's `hmac` and `cryptography` (OpenSSL's Argon2id) for pepper 07…07 and "correct horse é".
    let known = [
        (
            Argon2Params::cheap(),
            "$argon2id$v=19$m=64,t=1,p=1$wMDAwMDAwMAAAAAAAAAAAA$hww03dA1LClUBZTkUrui+0tT2hdOLb5ZB0qDMRZ9RBI",
        ),
        (
            Argon2Params::DEFAULT,
            "$argon2id$v=19$m=19456,t=2,p=1$wMDAwMDAwMAAAAAAAAAAAA$ItIA/NLQmlUJHpKdFAOWJySNh9sYoqVdbYLKRNCGikM",
        ),
    ];
    for (params, phc) in known {
        let hasher = hasher(PEPPER, params);
        let stored = PasswordHash::new(phc.to_owned());
        assert_eq!(
            verify(&hasher, "correct horse é", Some(&stored)),
            Verification::Right
        );
        assert_eq!(
            verify(&hasher, "correct horse e", Some(&stored)),
            Verification::Wrong
        );
    }
}

#[test]
fn a_new_hash_verifies_and_names_its_parameters() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    let stored = hash(&hasher, "correct horse");
    assert!(stored.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert_eq!(
        verify(&hasher, "correct horse", Some(&stored)),
        Verification::Right
    );
    assert_eq!(
        verify(&hasher, "Correct horse", Some(&stored)),
        Verification::Wrong
    );
}

#[test]
fn each_hash_has_its_own_salt() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    assert_ne!(
        hash(&hasher, "correct horse"),
        hash(&hasher, "correct horse")
    );
}

#[test]
fn without_the_pepper_nothing_matches() {
    let stored = hash(&hasher(PEPPER, Argon2Params::cheap()), "correct horse");
    let other = hasher([8; 32], Argon2Params::cheap());
    assert_eq!(
        verify(&other, "correct horse", Some(&stored)),
        Verification::Wrong
    );
}

#[test]
fn weaker_parameters_are_outdated_and_stronger_ones_are_not() {
    let params = |memory, passes, lanes| Argon2Params::stored(memory, passes, lanes).unwrap();
    let today = hasher(PEPPER, params(64, 2, 2));
    let verdict = |stored| {
        let stored = hash(&hasher(PEPPER, stored), "correct horse");
        (
            verify(&today, "correct horse", Some(&stored)),
            verify(&today, "wrong horse", Some(&stored)).eq(&Verification::Wrong),
        )
    };
    for weaker in [
        params(63, 2, 2),
        params(64, 1, 2),
        params(64, 2, 1),
        params(128, 1, 2),
    ] {
        assert_eq!(
            verdict(weaker),
            (Verification::RightButOutdated, true),
            "{weaker:?}"
        );
    }
    for strong in [params(64, 2, 2), params(128, 3, 4)] {
        assert_eq!(verdict(strong), (Verification::Right, true), "{strong:?}");
    }
}

#[test]
fn an_unknown_account_costs_the_same_and_is_always_wrong() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    assert_eq!(hasher.work.dummy.params(), Argon2Params::cheap());
    assert_eq!(hasher.work.dummy.salt().len(), SALT_LEN);
    assert_eq!(verify(&hasher, "correct horse", None), Verification::Wrong);
}

#[test]
fn an_unknown_account_is_wrong_even_with_the_dummys_password() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    let work = Work {
        argon: Argon::new(&Secret::new(PEPPER), Arc::new(CountingEntropy::default())),
        params: Argon2Params::cheap(),
        dummy: Stored::parse(&hash(&hasher, "correct horse")).unwrap(),
    };
    let verdict = work.verify(&password("correct horse"), None, &mut Scratch::new(64));
    assert_eq!(verdict.unwrap(), Verification::Wrong);
}

#[test]
fn a_damaged_row_is_an_internal_error() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    let damaged = PasswordHash::new("$argon2id$v=19$damaged".to_owned());
    let error = block_on(hasher.verify(password("correct horse"), Some(damaged))).unwrap_err();
    assert!(matches!(error, HashError::Internal(_)));
}

#[test]
fn debug_shows_no_pepper() {
    let shown = format!("{:?}", hasher(PEPPER, Argon2Params::cheap()));
    assert_eq!(
        shown,
        "Argon2Hasher { params: Argon2Params { memory_kib: 64, passes: 1, lanes: 1 }, .. }"
    );
}

#[test]
fn an_account_without_a_password_is_always_wrong_and_costs_the_same() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    for guess in ["correct horse", "!!!!!!!!"] {
        let verdict = verify(&hasher, guess, Some(&PasswordHash::unusable()));
        assert_eq!(verdict, Verification::Wrong);
    }
}

#[test]
fn a_key_comes_again_from_its_password_alone_and_is_not_the_stored_hash() {
    let hasher = hasher(PEPPER, Argon2Params::cheap());
    let (parameters, key) = block_on(hasher.new_key(password("correct horse"))).unwrap();
    let again = |text: &str| block_on(hasher.key(password(text), parameters.clone())).unwrap();
    assert!(
        parameters
            .as_str()
            .starts_with("$argon2id$v=19$m=64,t=1,p=1$")
    );
    assert_eq!(again("correct horse"), key);
    assert_ne!(again("correct horsf"), key);
    let (other, _) = block_on(hasher.new_key(password("correct horse"))).unwrap();
    assert_ne!(other, parameters);
    let stored = hash(&hasher, "correct horse");
    let stored = KeyParameters::new(stored.as_str().to_owned());
    assert!(block_on(hasher.key(password("correct horse"), stored)).is_err());
}
