//! What is said to the person at the terminal. Everything else goes to the log.
#![expect(
    clippy::print_stderr,
    reason = "the one place that prints: answers of commands, and refusals before there is a log"
)]

use std::error::Error;
use std::fmt::Display;
use std::io::Write;

/// Prints an answer, which ends its own lines, to standard output.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever reads may have heard enough (`… | head`): no reason to fail.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Asks the person at the terminal, beside what standard output is used for.
pub(crate) fn ask(prompt: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(prompt.as_bytes()).and_then(|()| err.flush());
}

/// Prints something worth a word to standard error.
pub(crate) fn warn(warning: &dyn Display) {
    eprintln!("sealpost: warning: {warning}");
}

/// Prints why the program gives up to standard error.
pub(crate) fn complain(error: &dyn Error) {
    eprintln!("sealpost: {error}");
}
