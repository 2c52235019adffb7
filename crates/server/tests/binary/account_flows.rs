//! Every flow of an account as a client in another language goes through it: `account_flows/play.py` starts the built server,
//! reads its mails from a mail server that is not ours and makes codes with a TOTP library that is not ours.

use crate::support::{databases, has_python, play};

const MODULES: &[&str] = &["requests", "cryptography", "pyotp", "aiosmtpd"];

#[test]
fn every_flow_of_an_account_goes_as_it_should() {
    if !has_python(MODULES) {
        return;
    }
    // At once: one of the flows waits for a minute.
    let failed: Vec<String> = std::thread::scope(|scope| {
        let runs = databases().into_iter();
        let runs: Vec<_> = runs
            .map(|database| {
                scope.spawn(move || play("account_flows/play.py", &database, "all flows played"))
            })
            .collect();
        let ended = runs.into_iter().map(|run| run.join().unwrap());
        ended.filter_map(Result::err).collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
