//! The story of all five dialects together, as clients in another language live it: `across/play.py`.

use crate::support::{databases, has_python, play};

const MODULES: &[&str] = &["requests", "websockets", "cryptography", "pyotp"];

#[test]
fn whoever_comes_in_by_one_door_is_known_at_all_of_them() {
    if !has_python(MODULES) {
        return;
    }
    for database in databases() {
        if let Err(failed) = play("across/play.py", &database, "everyone reached everyone") {
            panic!("{failed}");
        }
    }
}
