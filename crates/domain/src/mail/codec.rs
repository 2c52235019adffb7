//! A mail as bytes, to be sealed.
//!
//! ```text
//! 0x01 | template (i16) | not_after (i64, microseconds) | to | username | the message's arguments
//! ```
//!
//! Numbers are big-endian; a text stands behind its length in bytes (u16).

use thiserror::Error;
use zeroize::Zeroizing;

use super::{Mail, MailFactor, MailMessage, MailTemplate};
use crate::accounts::Email;
use crate::sessions::Dialect;
use crate::text::fold;
use crate::{Secret, Timestamp};

const FORMAT: u8 = 1;

/// More than the longest mail has, so that the buffer never grows and leaves a copy of a code behind.
const ROOM: usize = 4096;

/// Why bytes are no mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MailDecodeError {
    /// A later version of the program wrote it.
    #[error("mail of an unknown format ({0})")]
    UnknownFormat(u8),
    /// A later version of the program wrote it.
    #[error("mail with an unknown template ({0})")]
    UnknownTemplate(i16),
    /// The bytes do not add up.
    #[error("the mail's bytes are damaged")]
    Malformed,
}

pub(super) fn encode(mail: &Mail) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    bytes.push(FORMAT);
    bytes.extend_from_slice(&mail.message.template().code().to_be_bytes());
    bytes.extend_from_slice(&mail.not_after.as_micros().to_be_bytes());
    put(&mut bytes, mail.to.as_str());
    put(&mut bytes, &mail.username);
    match &mail.message {
        MailMessage::EmailVerification { code }
        | MailMessage::LoginCode { code }
        | MailMessage::RecoveryCode { code }
        | MailMessage::ResetCode { code } => put(&mut bytes, code.expose()),
        MailMessage::FactorAdded { factor } | MailMessage::FactorRemoved { factor } => {
            bytes.push(factor.code());
        }
        MailMessage::AppPasswordAdded { name, dialect } => {
            put(&mut bytes, name);
            bytes.extend_from_slice(&dialect.code().to_be_bytes());
        }
        MailMessage::IdentityLinked { provider } | MailMessage::IdentityUnlinked { provider } => {
            put(&mut bytes, provider);
        }
        MailMessage::UsernameChanged { old, new } => {
            put(&mut bytes, old);
            put(&mut bytes, new);
        }
        MailMessage::AddressInUse
        | MailMessage::PasswordChanged
        | MailMessage::PasswordReset
        | MailMessage::EmailChanged
        | MailMessage::RecoveryCodesReplaced
        | MailMessage::KeyReplaced
        | MailMessage::RecoveryKeyAdded
        | MailMessage::AccountDeleted
        | MailMessage::Test => {}
    }
    bytes
}

/// Appends a text, cut where it is longer than a mail shows.
fn put(bytes: &mut Vec<u8>, text: &str) {
    let end = text
        .char_indices()
        .nth(MailMessage::MAX_TEXT_CHARS)
        .map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or_default();
    // At most 254 characters of 4 bytes.
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

pub(super) fn decode(bytes: &[u8]) -> Result<Mail, MailDecodeError> {
    let mut rest = Reader(bytes);
    let [format] = rest.array()?;
    if format != FORMAT {
        return Err(MailDecodeError::UnknownFormat(format));
    }
    let code = i16::from_be_bytes(rest.array()?);
    let template = MailTemplate::from_code(code).ok_or(MailDecodeError::UnknownTemplate(code))?;
    let mail = Mail {
        not_after: Timestamp::from_micros(i64::from_be_bytes(rest.array()?)),
        to: rest.address()?,
        username: rest.text()?,
        message: rest.message(template)?,
    };
    if rest.0.is_empty() {
        Ok(mail)
    } else {
        Err(MailDecodeError::Malformed)
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], MailDecodeError> {
        let (taken, rest) = self
            .0
            .split_first_chunk()
            .ok_or(MailDecodeError::Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn text(&mut self) -> Result<String, MailDecodeError> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(MailDecodeError::Malformed)?;
        self.0 = rest;
        std::str::from_utf8(taken)
            .map(str::to_owned)
            .map_err(|_| MailDecodeError::Malformed)
    }

    fn address(&mut self) -> Result<Email, MailDecodeError> {
        let shown = self.text()?;
        let key = fold(&shown);
        Ok(Email::restore(shown, key))
    }

    fn code(&mut self) -> Result<Secret<String>, MailDecodeError> {
        self.text().map(Secret::new)
    }

    fn factor(&mut self) -> Result<MailFactor, MailDecodeError> {
        let [code] = self.array()?;
        MailFactor::from_code(code).ok_or(MailDecodeError::Malformed)
    }

    fn message(&mut self, template: MailTemplate) -> Result<MailMessage, MailDecodeError> {
        Ok(match template {
            MailTemplate::EmailVerification => {
                MailMessage::EmailVerification { code: self.code()? }
            }
            MailTemplate::LoginCode => MailMessage::LoginCode { code: self.code()? },
            MailTemplate::RecoveryCode => MailMessage::RecoveryCode { code: self.code()? },
            MailTemplate::ResetCode => MailMessage::ResetCode { code: self.code()? },
            MailTemplate::AddressInUse => MailMessage::AddressInUse,
            MailTemplate::PasswordChanged => MailMessage::PasswordChanged,
            MailTemplate::PasswordReset => MailMessage::PasswordReset,
            MailTemplate::EmailChanged => MailMessage::EmailChanged,
            MailTemplate::FactorAdded => MailMessage::FactorAdded {
                factor: self.factor()?,
            },
            MailTemplate::FactorRemoved => MailMessage::FactorRemoved {
                factor: self.factor()?,
            },
            MailTemplate::RecoveryCodesReplaced => MailMessage::RecoveryCodesReplaced,
            MailTemplate::AppPasswordAdded => MailMessage::AppPasswordAdded {
                name: self.text()?,
                dialect: Dialect::from_code(i16::from_be_bytes(self.array()?))
                    .ok_or(MailDecodeError::Malformed)?,
            },
            MailTemplate::IdentityLinked => MailMessage::IdentityLinked {
                provider: self.text()?,
            },
            MailTemplate::IdentityUnlinked => MailMessage::IdentityUnlinked {
                provider: self.text()?,
            },
            MailTemplate::UsernameChanged => MailMessage::UsernameChanged {
                old: self.text()?,
                new: self.text()?,
            },
            MailTemplate::KeyReplaced => MailMessage::KeyReplaced,
            MailTemplate::RecoveryKeyAdded => MailMessage::RecoveryKeyAdded,
            MailTemplate::AccountDeleted => MailMessage::AccountDeleted,
            MailTemplate::Test => MailMessage::Test,
        })
    }
}
