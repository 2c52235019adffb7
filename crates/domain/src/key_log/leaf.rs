use crate::accounts::AccountId;
use crate::ports::Digest;

use super::tree::Sha256;

/// What hides a link in its leaf: 32 unpredictable bytes, kept beside the link and nowhere else. Without it nobody can tell
/// what the leaf says, or even check a guess.
pub type Opening = [u8; 32];

/// What the log holds of a link: whose chain it is in, to whoever knows the account's id, and what it says, to whoever knows the
/// link and its opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf {
    /// The same for all links of an account, and of no other one: SHA-256 of `sealpost/key-log/label/v1`, a zero byte, and the 16 bytes
    /// of the account's id. The owner finds all leaves by it, also one that the server never showed them.
    pub label: Digest,
    /// SHA-256 of the opening and the link's text behind it.
    pub commitment: Digest,
}

impl Leaf {
    const LABEL: &'static [u8] = b"sealpost/key-log/label/v1\0";

    /// The leaf of a link with this text.
    #[must_use]
    pub fn new(sha256: Sha256<'_>, account: AccountId, opening: &Opening, text: &str) -> Self {
        Self {
            label: sha256(&[Self::LABEL, account.as_bytes().as_slice()].concat()),
            commitment: sha256(&[opening.as_slice(), text.as_bytes()].concat()),
        }
    }

    /// The leaf's content, over which the tree is made: the label and the commitment.
    #[must_use]
    pub fn content(&self) -> [u8; 64] {
        let mut content = [0; 64];
        let both = self.label.iter().chain(&self.commitment);
        for (to, from) in content.iter_mut().zip(both) {
            *to = *from;
        }
        content
    }
}
