//! `sealpost demo` runs to its end and leaves nothing behind.

use crate::support::{Database, Site};

/// 49 bytes, so that nothing ends where a chunk does.
const CONTENT: &str = "The quick brown fox jumps over 13 lazy old dogs.\n";

#[test]
fn the_demo_plays_the_main_job_and_cleans_up() {
    let site = Site::new(Database::Sqlite);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("the plans.txt");
    std::fs::write(&file, CONTENT.repeat(3_000)).unwrap();
    let output = site
        .command(&["demo", file.to_str().unwrap()])
        .env("TMPDIR", place.path())
        .output()
        .unwrap();
    let (said, log) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(output.status.success(), "{said}\n{log}");
    for words in [
        "http://127.0.0.1:",
        "“Meet me at the old lighthouse at noon. Tell nobody.”",
        "│ {\"",
        "which is a key of alice",
        "which is a key of bob",
        "are in none of the",
        "the plans.txt",
        "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM",
        "byte for byte",
    ] {
        assert!(said.contains(words), "{words:?} is not in:\n{said}");
    }
    assert_eq!(log, "");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    // Not even the configured data folder.
    assert!(!site.data_dir().exists());
}
