use sealpost_domain::testing::CountingEntropy;

use super::*;

/// The bytes 0, 1, … 31.
const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const SECOND: &str = "__________________________________________8";

#[test]
fn kid_is_pinned() {
    // sha256("sealpost/kid/v1" ‖ key), computed with Python: a change orphans every sealed record.
    assert_eq!(Keyring::parse(FIRST).unwrap().sealing_kid(), 0xad11_6a26);
}

#[test]
fn the_last_line_seals_and_comments_say_nothing() {
    let file = format!("# old\r\n  {FIRST}\r\n\r\n\t# new\n{SECOND}  ");
    let ring = Keyring::parse(&file).unwrap();
    assert_eq!(
        ring.sealing_kid(),
        Keyring::parse(SECOND).unwrap().sealing_kid()
    );
    assert_eq!(
        ring.kids().collect::<Vec<_>>(),
        [0xad11_6a26, ring.sealing_kid()]
    );
}

#[test]
fn errors_name_the_line_and_never_the_key() {
    let short = &FIRST[..42];
    let padded = format!("{FIRST}=");
    let standard = SECOND.replace('_', "/");
    let loose_bits = format!("{}9", &SECOND[..42]);
    for bad in [
        short,
        &padded,
        &standard,
        &loose_bits,
        "key: abc",
        &"ff".repeat(32),
    ] {
        let error = Keyring::parse(&format!("#\n{FIRST}\n{bad}\n")).unwrap_err();
        assert_eq!(error, KeyringError::Malformed { line: 3 }, "{bad}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(bad), "{shown}");
    }
    assert_eq!(
        Keyring::parse("# only\n\n").unwrap_err(),
        KeyringError::Empty
    );
    let twice = Keyring::parse(&format!("{FIRST}\n{SECOND}\n{FIRST}")).unwrap_err();
    assert_eq!(twice, KeyringError::Repeated { line: 3 });
}

#[test]
fn debug_shows_ids_only() {
    let shown = format!("{:?}", Keyring::parse(FIRST).unwrap());
    assert!(shown.contains("kid: 2903599654, key: Secret(…)"), "{shown}");
}

#[test]
fn a_variable_may_be_hex() {
    let hex: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    for value in [FIRST, &hex, &hex.to_uppercase(), &format!(" {FIRST}\n")] {
        assert_eq!(
            Keyring::from_variable(value).unwrap().sealing_kid(),
            0xad11_6a26
        );
    }
    for bad in [
        "",
        "short",
        &hex[..62],
        &hex.replace('1', "g"),
        &"é".repeat(32),
    ] {
        assert_eq!(
            Keyring::from_variable(bad).unwrap_err(),
            KeyringError::MalformedVariable
        );
    }
}

#[test]
fn a_generated_file_reads_back() {
    let entropy = CountingEntropy::default();
    let (ring, file) = Keyring::generate(&entropy);
    assert_eq!(
        Keyring::parse(file.expose()).unwrap().sealing_kid(),
        ring.sealing_kid()
    );
    assert_ne!(
        Keyring::generate(&entropy).0.sealing_kid(),
        ring.sealing_kid()
    );
}
