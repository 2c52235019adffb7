//! How the play looks at a terminal.

use std::fmt::Display;

use crate::console;

/// So wide are the lines of what a row holds.
const WIDTH: usize = 92;
/// So many of them are shown.
const LINES: usize = 14;

/// A new step.
pub(super) fn step(number: u32, title: &str) {
    console::say(&format!("\n{number}. {title}\n"));
}

/// Something that belongs to the step.
pub(super) fn line(text: impl Display) {
    console::say(&format!("   {text}\n"));
}

/// Something that a person says or reads.
pub(super) fn quote(text: &str) {
    console::say(&format!("      “{text}”\n"));
}

/// The beginning of something long, as it is.
pub(super) fn excerpt(bytes: &[u8]) {
    console::say(&wrapped(bytes));
}

/// The last word.
pub(super) fn done() {
    console::say("\nThat is all: the server has ended and its folder is removed.\n");
}

fn wrapped(bytes: &[u8]) -> String {
    let shown = bytes.get(..WIDTH * LINES).unwrap_or(bytes);
    let mut text = String::new();
    for line in shown.chunks(WIDTH) {
        let line = line.escape_ascii().to_string().replace("\\\"", "\"");
        text.push_str(&format!("      │ {line}\n"));
    }
    if bytes.len() > shown.len() {
        let rest = bytes.len() - shown.len();
        text.push_str(&format!("      │ … and {rest} more bytes\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_and_what_is_no_text_is_shown_all_the_same() {
        assert_eq!(wrapped(b"{\"a\"}\x00"), "      │ {\"a\"}\\x00\n");
        let long = wrapped(&[b'x'; WIDTH * LINES + 5]);
        assert_eq!(long.lines().count(), LINES + 1);
        assert!(long.ends_with("… and 5 more bytes\n"));
    }
}
