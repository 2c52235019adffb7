use super::MailTemplate;
use crate::Secret;
use crate::sessions::Dialect;

/// What a mail says. Each has a template of the same name; the arguments are what the template shows. Of each text,
/// at most [`MailMessage::MAX_TEXT_CHARS`] characters are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailMessage {
    /// The code that proves that an address is one's own.
    EmailVerification {
        /// What to type in.
        code: Secret<String>,
    },
    /// The second step of a login.
    LoginCode {
        /// What to type in.
        code: Secret<String>,
    },
    /// The code that lets a forgotten password be replaced.
    RecoveryCode {
        /// What to type in.
        code: Secret<String>,
    },
    /// The same as the dialect `channel` words it.
    ResetCode {
        /// What to type in.
        code: Secret<String>,
    },
    /// Somebody tried to make an account with this address, which already has one.
    AddressInUse,
    /// The owner set a new password.
    PasswordChanged,
    /// A forgotten password was replaced.
    PasswordReset,
    /// The account has another mail address now. Goes to the one it had, and does not show the new one.
    EmailChanged,
    /// Logging in now wants more than a password.
    FactorAdded {
        /// What it wants.
        factor: MailFactor,
    },
    /// Logging in does not want this any more.
    FactorRemoved {
        /// What it wanted.
        factor: MailFactor,
    },
    /// New recovery codes were made; the old ones are void.
    RecoveryCodesReplaced,
    /// A password for one program was made.
    AppPasswordAdded {
        /// What its owner calls it.
        name: String,
        /// What it opens.
        dialect: Dialect,
    },
    /// Somebody else's login opens the account from now on.
    IdentityLinked {
        /// Whose.
        provider: String,
    },
    /// Somebody else's login does not open the account any more.
    IdentityUnlinked {
        /// Whose.
        provider: String,
    },
    /// The account has another name.
    UsernameChanged {
        /// The name it had.
        old: String,
        /// The name it has.
        new: String,
    },
    /// The key that the server keeps for the account was replaced: what was sealed for the old one stays closed.
    KeyReplaced,
    /// A recovery key for the key that the server keeps was made; one that there was is void.
    RecoveryKeyAdded,
    /// The account is gone.
    AccountDeleted,
    /// An operator wants to see whether mail arrives.
    Test,
}

/// A second step of a login, as a mail names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailFactor {
    /// Codes of an authenticator app (RFC 6238).
    Totp,
    /// Codes that come by mail.
    EmailCode,
}

impl MailFactor {
    /// The number it is stored as; never change one.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Totp => 1,
            Self::EmailCode => 2,
        }
    }

    /// The factor of a stored number; None if there is none.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Totp),
            2 => Some(Self::EmailCode),
            _ => None,
        }
    }
}

impl MailMessage {
    /// How much of any text is kept; every address and code fits.
    pub const MAX_TEXT_CHARS: usize = 254;

    /// Which text it has.
    #[must_use]
    pub const fn template(&self) -> MailTemplate {
        match self {
            Self::EmailVerification { .. } => MailTemplate::EmailVerification,
            Self::LoginCode { .. } => MailTemplate::LoginCode,
            Self::RecoveryCode { .. } => MailTemplate::RecoveryCode,
            Self::ResetCode { .. } => MailTemplate::ResetCode,
            Self::AddressInUse => MailTemplate::AddressInUse,
            Self::PasswordChanged => MailTemplate::PasswordChanged,
            Self::PasswordReset => MailTemplate::PasswordReset,
            Self::EmailChanged => MailTemplate::EmailChanged,
            Self::FactorAdded { .. } => MailTemplate::FactorAdded,
            Self::FactorRemoved { .. } => MailTemplate::FactorRemoved,
            Self::RecoveryCodesReplaced => MailTemplate::RecoveryCodesReplaced,
            Self::AppPasswordAdded { .. } => MailTemplate::AppPasswordAdded,
            Self::IdentityLinked { .. } => MailTemplate::IdentityLinked,
            Self::IdentityUnlinked { .. } => MailTemplate::IdentityUnlinked,
            Self::UsernameChanged { .. } => MailTemplate::UsernameChanged,
            Self::KeyReplaced => MailTemplate::KeyReplaced,
            Self::RecoveryKeyAdded => MailTemplate::RecoveryKeyAdded,
            Self::AccountDeleted => MailTemplate::AccountDeleted,
            Self::Test => MailTemplate::Test,
        }
    }
}
