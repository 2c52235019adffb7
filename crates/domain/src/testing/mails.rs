use crate::mail::{MailFactor, MailId, MailMessage, MailTemplate, SealedMail};
use crate::sessions::Dialect;
use crate::{Secret, Timestamp};

/// A sealed mail of this template, which nobody can open.
#[must_use]
pub fn notice(template: MailTemplate) -> SealedMail {
    SealedMail {
        id: MailId::from_bytes([1; 16]),
        template,
        payload: vec![1],
        created_at: Timestamp::from_seconds(1),
        not_after: Timestamp::from_seconds(2),
    }
}

/// One message of each kind, in the order of the templates, whose texts and codes are all `text`.
#[must_use]
pub fn every_mail_message(text: &str) -> Vec<MailMessage> {
    let shown = || text.to_owned();
    let code = || Secret::new(text.to_owned());
    vec![
        MailMessage::EmailVerification { code: code() },
        MailMessage::LoginCode { code: code() },
        MailMessage::RecoveryCode { code: code() },
        MailMessage::AddressInUse,
        MailMessage::PasswordChanged,
        MailMessage::PasswordReset,
        MailMessage::EmailChanged,
        MailMessage::FactorAdded {
            factor: MailFactor::Totp,
        },
        MailMessage::FactorRemoved {
            factor: MailFactor::EmailCode,
        },
        MailMessage::RecoveryCodesReplaced,
        MailMessage::AppPasswordAdded {
            name: shown(),
            dialect: Dialect::Mailbox,
        },
        MailMessage::IdentityLinked { provider: shown() },
        MailMessage::IdentityUnlinked { provider: shown() },
        MailMessage::UsernameChanged {
            old: shown(),
            new: shown(),
        },
        MailMessage::KeyReplaced,
        MailMessage::AccountDeleted,
        MailMessage::Test,
        MailMessage::ResetCode { code: code() },
        MailMessage::RecoveryKeyAdded,
    ]
}
