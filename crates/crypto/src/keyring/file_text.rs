//! Changing a key file without touching what else is in it.

use sealpost_domain::Secret;
use sealpost_domain::ports::Entropy;
use zeroize::Zeroizing;

use super::text::from_base64url;
use super::{Keyring, KeyringError, MasterKey, generate};

/// The text of a key file, known to be right. Comments and blank lines stay where they are.
#[derive(Debug)]
pub struct KeyFileText(Secret<String>);

impl KeyFileText {
    /// Takes the text of a key file, with its keys.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub fn parse(text: Secret<String>) -> Result<(Self, Keyring), KeyringError> {
        let keyring = Keyring::parse(text.expose())?;
        Ok((Self(text), keyring))
    }

    /// With a new key right before the one that seals: it opens and does not seal. Returns its id, too.
    #[must_use]
    pub fn with_new(&self, entropy: &dyn Entropy) -> (Self, u32) {
        let (key, line) = generate(entropy);
        let last = self.lines().rposition_key(|_| true);
        let mut lines: Vec<&str> = self.lines().0;
        lines.insert(last.unwrap_or(lines.len()), &line);
        (Self::of(&lines), key.kid)
    }

    /// With this key as the last one, the one that seals; None if it is not there.
    #[must_use]
    pub fn with_last(&self, kid: u32) -> Option<Self> {
        let mut lines = self.lines().0;
        let at = self.lines().rposition_key(|of| of == kid)?;
        let line = lines.remove(at);
        lines.push(line);
        Some(Self::of(&lines))
    }

    /// Without this key; None if it is not there, or is the one that seals.
    #[must_use]
    pub fn without(&self, kid: u32) -> Option<Self> {
        let mut lines = self.lines().0;
        let at = self.lines().rposition_key(|of| of == kid)?;
        if self.lines().rposition_key(|_| true) == Some(at) {
            return None;
        }
        lines.remove(at);
        Some(Self::of(&lines))
    }

    /// The text to write.
    #[must_use]
    pub const fn text(&self) -> &Secret<String> {
        &self.0
    }

    fn lines(&self) -> Lines<'_> {
        Lines(self.0.expose().lines().collect())
    }

    fn of(lines: &[&str]) -> Self {
        let length = lines.iter().map(|line| line.len() + 1).sum();
        // Enough room from the start: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(length));
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        Self(Secret::new(std::mem::take(&mut *text)))
    }
}

struct Lines<'a>(Vec<&'a str>);

impl Lines<'_> {
    /// The last line whose key's id fits.
    fn rposition_key(&self, fits: impl Fn(u32) -> bool) -> Option<usize> {
        self.0.iter().rposition(|line| {
            let line = line.trim();
            !line.starts_with('#')
                && from_base64url(line).is_some_and(|key| fits(MasterKey::new(key).kid))
        })
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::testing::CountingEntropy;

    use super::*;

    const ONE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    const TWO: &str = "__________________________________________8";

    fn parse(text: &str) -> (KeyFileText, Keyring) {
        KeyFileText::parse(Secret::new(text.to_owned())).unwrap()
    }

    fn kid(key: &str) -> u32 {
        Keyring::parse(key).unwrap().sealing_kid()
    }

    #[test]
    fn a_new_key_opens_and_does_not_seal() {
        let (file, _) = parse(&format!("# ours\n\n  {ONE}\n# end\n"));
        let (changed, new) = file.with_new(&CountingEntropy::default());
        let (changed, keyring) = parse(changed.text().expose());
        assert_eq!(keyring.kids().collect::<Vec<_>>(), [new, kid(ONE)]);
        assert!(changed.text().expose().starts_with("# ours\n\n"));
        assert!(
            changed
                .text()
                .expose()
                .ends_with(&format!("  {ONE}\n# end\n"))
        );
    }

    #[test]
    fn a_key_is_moved_to_the_end_and_taken_out() {
        let (file, _) = parse(&format!("# ours\n{ONE}\n{TWO}"));
        let moved = file.with_last(kid(ONE)).unwrap();
        assert_eq!(moved.text().expose(), &format!("# ours\n{TWO}\n{ONE}\n"));
        assert!(moved.without(kid(ONE)).is_none(), "it seals");
        let gone = moved.without(kid(TWO)).unwrap();
        assert_eq!(gone.text().expose(), &format!("# ours\n{ONE}\n"));
        assert!(gone.with_last(kid(TWO)).is_none());
        assert!(gone.without(kid(TWO)).is_none());
    }

    #[test]
    fn keys_that_left_the_file_go_on_opening_and_never_seal() {
        let held = Keyring::parse(&format!("{ONE}\n{TWO}")).unwrap();
        let merged = Keyring::parse(ONE).unwrap().with_older_of(&held);
        assert_eq!(merged.kids().collect::<Vec<_>>(), [kid(TWO), kid(ONE)]);
        let without = merged.without(kid(TWO));
        assert_eq!(without.kids().collect::<Vec<_>>(), [kid(ONE)]);
    }
}
