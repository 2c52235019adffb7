//! Has the crate built anew when a migration comes: of a folder the compiler only knows the files that were there.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
