//! The middle of the hexagon depends on nothing that belongs to an adapter.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot read the tree must fail"
)]

use std::collections::BTreeSet;
use std::process::Command;

/// What `docs/architecture.md` lets the domain use, by name. Their own dependencies follow from them.
const DIRECT: [&str; 11] = [
    "async-trait",
    "bytes",
    "caseless",
    "futures-core",
    "subtle",
    "thiserror",
    "time",
    "unicode-normalization",
    "unicode-security",
    "uuid",
    "zeroize",
];

/// What may not appear at any depth.
const FORBIDDEN: [&str; 10] = [
    "tokio",
    "diesel",
    "actix",
    "lettre",
    "rsa",
    "serde_json",
    "reqwest",
    "aws-lc",
    "jsonwebtoken",
    "argon2",
];

fn tree(depth: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package",
            "sealpost-domain",
            "--edges",
            "normal",
        ])
        .args(["--prefix", "none", "--format", "{p}", "--depth", depth])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is what runs this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("names are ASCII")
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "sealpost-domain")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_domain_uses_what_the_architecture_names() {
    let allowed: BTreeSet<String> = DIRECT.map(str::to_owned).into();
    let surplus: Vec<_> = tree("1").difference(&allowed).cloned().collect();
    assert!(
        surplus.is_empty(),
        "not in docs/architecture.md: {surplus:?}"
    );
}

#[test]
fn no_adapter_hides_at_any_depth() {
    let all = tree("99");
    assert!(all.contains("uuid"), "the tree was read");
    let found: Vec<_> = all
        .iter()
        .filter(|name| FORBIDDEN.iter().any(|adapter| name.starts_with(adapter)))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}
