//! What is said to the person at the terminal. Everything else goes to the log.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one place that prints: answers of commands, and refusals before there is a log"
)]

use std::error::Error;
use std::fmt::Display;

/// Prints an answer, which ends its own lines, to standard output.
pub(crate) fn say(text: &str) {
    print!("{text}");
}

/// Prints something worth a word to standard error.
pub(crate) fn warn(warning: &dyn Display) {
    eprintln!("sealpost: warning: {warning}");
}

/// Prints why the program gives up to standard error.
pub(crate) fn complain(error: &dyn Error) {
    eprintln!("sealpost: {error}");
}
