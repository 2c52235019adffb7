//! Has the linker put the functions that a start needs beside each other, where the program is built to be used
//! (`docs/adr/0029-what-a-start-needs-lies-together.md`). The script names functions by patterns; one that is not found is passed over.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=start.ld");
    for setting in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_LINKER"] {
        println!("cargo::rerun-if-env-changed={setting}");
    }
    let (Some(folder), true) = (
        env::var_os("CARGO_MANIFEST_DIR"),
        is_optimised() && has_usual_linker(),
    ) else {
        return;
    };
    let script = Path::new(&folder).join("start.ld");
    println!("cargo::rustc-link-arg-bin=sealpost=-T{}", script.display());
}

fn is_optimised() -> bool {
    is("PROFILE", "release")
}

/// GNU's linker or LLVM's, which both know `INSERT`. Whoever has chosen another one gets the functions as they come.
fn has_usual_linker() -> bool {
    let chosen = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    is("CARGO_CFG_TARGET_OS", "linux")
        && env::var_os("RUSTC_LINKER").is_none()
        && !["linker", "link-arg", "fuse-ld"]
            .iter()
            .any(|word| chosen.contains(word))
}

fn is(setting: &str, value: &str) -> bool {
    env::var(setting).is_ok_and(|set| set == value)
}
