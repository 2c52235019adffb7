use std::time::Duration;

use super::MailedCode;
use crate::ports::{StoreError, Tx};

/// Whether a code was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePut {
    /// It is the account's code for its purpose now: mail it.
    Put,
    /// The last one is younger than [`MailedCode::PAUSE`] and stays: mail nothing.
    JustSent {
        /// When the next one can be asked for, at the latest.
        retry_after: Duration,
    },
}

/// Stores a code in place of the last one.
///
/// # Errors
/// [`StoreError`].
pub fn put(tx: &mut dyn Tx, code: &MailedCode) -> Result<CodePut, StoreError> {
    let replaceable = code.created_at - MailedCode::PAUSE;
    Ok(if tx.codes().put(code, replaceable)? {
        CodePut::Put
    } else {
        CodePut::JustSent {
            retry_after: MailedCode::PAUSE,
        }
    })
}
