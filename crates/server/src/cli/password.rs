//! Where a password comes from: never from the command line.

use std::io::{self, BufRead, IsTerminal, Read};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use sealpost_crypto::OsEntropy;
use sealpost_domain::Secret;
use sealpost_domain::ports::Entropy;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::console;

/// More than any password has bytes.
const MOST_BYTES: u64 = 4096;
/// Thirty-two letters and digits of which none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Why there is no password.
#[derive(Debug, Error)]
pub(crate) enum PasswordFailure {
    /// Nobody can be asked, and nothing else was said.
    #[error(
        "nobody is at a terminal to type the password: name a file with --password-file (- for standard input), or have one \
         made up with --generate"
    )]
    NoSource,
    /// Nobody can be asked for a password that there is.
    #[error(
        "nobody is at a terminal to type the password: name a file with --password-file (- for standard input)"
    )]
    NotAsked,
    /// It cannot be read.
    #[error("cannot read the password: {0}")]
    Unreadable(#[from] io::Error),
    /// It was typed differently the second time.
    #[error("the two passwords differ: nothing was done")]
    Differ,
}

/// A new password, from wherever the options say.
pub(super) fn new(file: Option<&Path>, generate: bool) -> Result<Secret<String>, PasswordFailure> {
    match file {
        _ if generate => Ok(made_up(&OsEntropy)),
        Some(path) => Ok(from(path)?),
        None if io::stdin().is_terminal() => {
            let (first, second) = (ask("Password: ")?, ask("Once more: ")?);
            if first == second {
                Ok(first)
            } else {
                Err(PasswordFailure::Differ)
            }
        }
        None => Err(PasswordFailure::NoSource),
    }
}

/// The password that somebody has, or another secret of theirs: from a file, or as it is typed.
pub(super) fn existing(file: Option<&Path>) -> Result<Secret<String>, PasswordFailure> {
    match file {
        Some(path) => Ok(from(path)?),
        None if io::stdin().is_terminal() => Ok(ask("Password: ")?),
        None => Err(PasswordFailure::NotAsked),
    }
}

/// From a file, or from standard input.
fn from(path: &Path) -> io::Result<Secret<String>> {
    if path == Path::new("-") {
        line_of(io::stdin().lock())
    } else {
        line_of(std::fs::File::open(path)?)
    }
}

/// Five groups of five characters: 125 bits.
fn made_up(entropy: &dyn Entropy) -> Secret<String> {
    let mut random = Zeroizing::new([0_u8; 25]);
    entropy.fill(&mut random[..]);
    let mut text = String::with_capacity(29);
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        // 256 is a multiple of 32: every character is as likely as any other.
        let letter = LETTERS.get(usize::from(byte % 32)).copied();
        text.extend(letter.map(char::from));
    }
    Secret::new(text)
}

/// All of a source but one line end at its end (editors and `echo` add one).
fn line_of(source: impl Read) -> io::Result<Secret<String>> {
    let mut text = Zeroizing::new(String::new());
    source.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(Secret::new(without_end(&text).to_owned()))
}

fn without_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// Asks at the terminal, which shows nothing of what is typed.
pub(super) fn ask(prompt: &str) -> io::Result<Secret<String>> {
    console::ask(prompt);
    let silence = Silence::begin()?;
    let mut line = Zeroizing::new(String::new());
    let read = io::stdin().lock().take(MOST_BYTES).read_line(&mut line);
    drop(silence);
    console::ask("\n");
    if read? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Secret::new(without_end(&line).to_owned()))
}

/// The terminal shows nothing while this lives.
struct Silence(Termios);

impl Silence {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Drain, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Nothing can be done about it, and the shell sets its terminal anew.
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_not_part_of_a_password() {
        for (text, password) in [
            ("secret", "secret"),
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            (" secret \n\n", " secret \n"),
        ] {
            assert_eq!(line_of(text.as_bytes()).unwrap().expose(), password);
        }
    }

    #[test]
    fn a_made_up_password_obeys_the_rules_and_differs() {
        let (one, other) = (made_up(&OsEntropy), made_up(&OsEntropy));
        assert_eq!(one.expose().len(), 29);
        assert_ne!(one, other);
        sealpost_domain::accounts::Password::parse(one.expose()).unwrap();
    }
}
