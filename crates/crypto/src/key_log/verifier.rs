use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use sealpost_domain::key_log::TreeHead;
use thiserror::Error;

use super::note::{ED25519_TYPE, SIGNATURE_MARK, is_signed, key_id};

/// A checkpoint has three lines and a few signatures; nothing larger is looked at.
const MAX_LEN: usize = 64 * 1024;

/// The text is no verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a log's key looks like NAME+8 hexadecimal digits+base64, for Ed25519")]
pub struct InvalidNoteKey;

/// The text is no checkpoint, or not one that this key has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no checkpoint that the log's key has signed")]
pub struct InvalidNote;

/// A log's key, to verify checkpoints with. Shown and read as one line (`vkey`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    public: [u8; 32],
}

/// A checkpoint whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose.
    pub origin: String,
    /// The tree that was signed.
    pub head: TreeHead,
}

impl NoteVerifier {
    /// The log's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the checkpoint says. Signatures of others are passed over; one of this key that is not good makes it bad.
    ///
    /// # Errors
    /// [`InvalidNote`].
    pub fn open(&self, note: &str) -> Result<Checkpoint, InvalidNote> {
        let is_plain = note.len() <= MAX_LEN && !note.chars().any(|c| c < ' ' && c != '\n');
        // The last empty line is what parts text and signatures.
        let parted = note.rsplit_once("\n\n").filter(|_| is_plain);
        let (text, signatures) = parted.ok_or(InvalidNote)?;
        let text = format!("{text}\n");
        if !signatures.ends_with('\n') {
            return Err(InvalidNote);
        }
        let mut is_ours = false;
        for line in signatures.lines() {
            let signature = self.signature(line)?;
            if let Some(signature) = signature {
                if !is_signed(&self.public, &text, &signature) {
                    return Err(InvalidNote);
                }
                is_ours = true;
            }
        }
        let checkpoint = parse(&text).filter(|found| is_ours && found.origin == self.name);
        checkpoint.ok_or(InvalidNote)
    }

    /// The signature in this line; None if it is another key's.
    fn signature(&self, line: &str) -> Result<Option<Vec<u8>>, InvalidNote> {
        let signed = line.strip_prefix(SIGNATURE_MARK);
        let (name, encoded) = signed
            .and_then(|signed| signed.split_once(' '))
            .ok_or(InvalidNote)?;
        let bytes = Base64::decode_vec(encoded).map_err(|_| InvalidNote)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(InvalidNote)?;
        let is_ours = name == self.name && *id == key_id(&self.name, &self.public);
        Ok(is_ours.then(|| signature.to_vec()))
    }
}

/// Origin, size and root; what stands behind them is not looked at.
fn parse(text: &str) -> Option<Checkpoint> {
    let mut lines = text.lines();
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let size_read: u64 = size.parse().ok()?;
    // One number has one spelling.
    if origin.is_empty() || size_read.to_string() != size {
        return None;
    }
    Some(Checkpoint {
        origin: origin.to_owned(),
        head: TreeHead {
            size: size_read,
            root: Base64::decode_vec(root).ok()?.try_into().ok()?,
        },
    })
}

impl FromStr for NoteVerifier {
    type Err = InvalidNoteKey;

    fn from_str(text: &str) -> Result<Self, InvalidNoteKey> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(InvalidNoteKey);
        };
        let key = Base64::decode_vec(key).map_err(|_| InvalidNoteKey)?;
        let (kind, public) = key.split_first().ok_or(InvalidNoteKey)?;
        let public: [u8; 32] = public.try_into().map_err(|_| InvalidNoteKey)?;
        let right = u32::from_be_bytes(key_id(name, &public));
        let is_right = *kind == ED25519_TYPE && format!("{right:08x}") == id;
        let is_named = !name.is_empty() && !name.contains(char::is_whitespace);
        if !is_right || !is_named {
            return Err(InvalidNoteKey);
        }
        Ok(Self {
            name: name.to_owned(),
            public,
        })
    }
}

impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(key_id(&self.name, &self.public));
        let key = Base64::encode_string(&[&[ED25519_TYPE], self.public.as_slice()].concat());
        write!(f, "{}+{id:08x}+{key}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::Secret;
    use sealpost_domain::ports::CheckpointSigner;

    use super::*;
    use crate::key_log::NoteSigner;

    const HEAD: TreeHead = TreeHead {
        size: 7,
        root: [3; 32],
    };

    fn signer() -> NoteSigner {
        NoteSigner::new("chat.example/v1/keylog", &Secret::new([9; 32])).unwrap()
    }

    #[test]
    fn a_checkpoint_is_what_it_was_when_it_was_signed() {
        let verifier: NoteVerifier = signer().verifier_key().parse().unwrap();
        let opened = verifier.open(&signer().sign(&HEAD).unwrap()).unwrap();
        assert_eq!(opened.head, HEAD);
        assert_eq!(opened.origin, "chat.example/v1/keylog");
        assert_eq!(verifier.to_string(), signer().verifier_key());
    }

    /// Made with Python's `cryptography` from the same seed, after the two pages of C2SP.
    #[test]
    fn notes_are_those_of_the_specification() {
        assert_eq!(signer().verifier_key(), VECTOR_KEY);
        assert_eq!(signer().sign(&HEAD).unwrap(), VECTOR_NOTE);
    }

    /// The key of a log that others run, and a note of the format's first implementation.
    #[test]
    fn keys_and_signatures_of_others_are_read() {
        let theirs = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        let verifier: NoteVerifier = theirs.parse().unwrap();
        assert_eq!(verifier.to_string(), theirs);
        let theirs = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let verifier: NoteVerifier = theirs.parse().unwrap();
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let line = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let signature = verifier.signature(line).unwrap().unwrap();
        assert!(is_signed(&verifier.public, text, &signature));
        assert!(!is_signed(
            &verifier.public,
            &text.replace('y', "i"),
            &signature
        ));
    }

    #[test]
    fn a_note_that_was_changed_anywhere_is_refused() {
        let verifier: NoteVerifier = VECTOR_KEY.parse().unwrap();
        for (from, to) in [
            ("\n7\n", "\n8\n"),
            ("\n7\n", "\n07\n"),
            ("AwMD", "BAMD"),
            ("chat.example/v1/keylog\n", "evil.example/v1/keylog\n"),
            ("\u{2014} ", "- "),
            ("\n\n", "\n"),
            ("\n7\n", "\r\n7\n"),
        ] {
            let changed = VECTOR_NOTE.replacen(from, to, 1);
            assert_ne!(changed, VECTOR_NOTE);
            assert_eq!(verifier.open(&changed), Err(InvalidNote), "{changed}");
        }
        assert_eq!(verifier.open(VECTOR_NOTE.trim_end()), Err(InvalidNote));
        assert_eq!(verifier.open(""), Err(InvalidNote));
    }

    #[test]
    fn another_key_is_another_log() {
        let other = NoteSigner::new("chat.example/v1/keylog", &Secret::new([8; 32])).unwrap();
        let verifier: NoteVerifier = other.verifier_key().parse().unwrap();
        assert_eq!(verifier.open(VECTOR_NOTE), Err(InvalidNote));
    }

    #[test]
    fn a_witness_may_sign_below() {
        let verifier: NoteVerifier = VECTOR_KEY.parse().unwrap();
        let witness = NoteSigner::new("witness.example", &Secret::new([7; 32])).unwrap();
        let theirs = witness.sign(&HEAD).unwrap();
        let line = theirs.lines().last().unwrap();
        let opened = verifier.open(&format!("{VECTOR_NOTE}{line}\n")).unwrap();
        assert_eq!(opened.head, HEAD);
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for wrong in [
            "",
            "name",
            "name+00000000+AQ==",
            &VECTOR_KEY.replace("chat", "cha"),
            &VECTOR_KEY.replace('+', " "),
        ] {
            assert_eq!(
                wrong.parse::<NoteVerifier>(),
                Err(InvalidNoteKey),
                "{wrong}"
            );
        }
    }

    const VECTOR_KEY: &str =
        "chat.example/v1/keylog+562ceeb1+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY";
    const VECTOR_NOTE: &str = "chat.example/v1/keylog\n7\nAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n\n\u{2014} chat.example/v1/keylog VizusT7A3SU1uaiZ17LpGnq1Jsp2pLgdKN85FlmoBBFmOp/eQb68tnkjTxohcEu1n7yzqqwmb6dN36J9buEfnnFJhQ0=\n";
}
