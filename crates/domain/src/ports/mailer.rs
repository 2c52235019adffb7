use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::Timestamp;
use crate::mail::{Mail, MailId};

/// A mail that is to leave now.
#[derive(Debug, Clone)]
pub struct OutgoingMail {
    /// Makes its `Message-ID` (RFC 5322, section 3.6.4), which is the same at every try.
    pub id: MailId,
    /// When it was written: its `Date`, the same at every try.
    pub written_at: Timestamp,
    /// Give up after this long; then it may not be sent any more.
    pub within: Duration,
    /// To whom, and what it says.
    pub mail: Mail,
}

/// Why a mail was not taken. The text says why in words for an operator, and no address stands in it: a mail server's
/// own words often name one, so they do not belong here, while its codes do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MailError {
    /// It may work later: the server is away or busy (4yz, RFC 5321, section 4.2.1), or nobody can tell.
    #[error("the mail was not sent yet: {0}")]
    Temporary(String),
    /// It will not work later either (5yz).
    #[error("the mail cannot be sent: {0}")]
    Permanent(String),
}

/// Gives mails to whoever carries them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a mail. Ok once the other side has taken it over; from then on it is not sent again. Within
    /// [`OutgoingMail::within`] the future is ready.
    ///
    /// # Errors
    /// [`MailError`]. After [`MailError::Temporary`] the mail may have been taken over all the same.
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError>;
}
