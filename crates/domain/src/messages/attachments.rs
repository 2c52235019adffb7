use std::collections::BTreeSet;

use thiserror::Error;

use crate::files::FileId;

/// The files that go with a message, in the sender's order, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachments(Vec<FileId>);

/// What is wrong with a list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttachmentsError {
    /// More than [`Attachments::MAX`].
    #[error("at most 10 files go with a message")]
    TooMany,
    /// A file that is named twice.
    #[error("a file goes with a message once")]
    Repeated,
}

impl Attachments {
    /// The most files of one message.
    pub const MAX: usize = 10;

    /// Takes what a client sent. Whose files they are is judged when the message is sent.
    ///
    /// # Errors
    /// [`AttachmentsError`].
    pub fn parse(files: Vec<FileId>) -> Result<Self, AttachmentsError> {
        if files.len() > Self::MAX {
            return Err(AttachmentsError::TooMany);
        }
        if files.iter().collect::<BTreeSet<_>>().len() < files.len() {
            return Err(AttachmentsError::Repeated);
        }
        Ok(Self(files))
    }

    /// The files, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[FileId] {
        &self.0
    }
}

impl From<FileId> for Attachments {
    fn from(file: FileId) -> Self {
        Self(vec![file])
    }
}

domain_error!(AttachmentsError {
    TooMany: Invalid, "too-many-attachments", "attachments";
    Repeated: Invalid, "repeated-attachment", "attachments";
});

#[cfg(test)]
mod tests {
    use super::*;

    fn files(numbers: std::ops::Range<u8>) -> Vec<FileId> {
        numbers.map(|byte| FileId::from_bytes([byte; 16])).collect()
    }

    #[test]
    fn ten_at_most_and_each_once() {
        for good in [files(0..0), files(0..10)] {
            assert_eq!(Attachments::parse(good.clone()).unwrap().as_slice(), good);
        }
        let refused = Attachments::parse(files(0..11));
        assert_eq!(refused, Err(AttachmentsError::TooMany));
        let twice = [files(0..2), files(1..2)].concat();
        assert_eq!(Attachments::parse(twice), Err(AttachmentsError::Repeated));
    }
}
