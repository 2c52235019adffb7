use crate::accounts::AccountId;
use crate::sessions::{Actor, Dialect, SessionId};
use crate::{Environment, Timestamp};

define_id! {
    /// Names an event of the audit trail.
    AuditEventId
}

/// Declares the kinds with their stored numbers and the names clients see.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $name:literal;)+) => {
        /// What happened. The number is what is stored and never changes; the name is what clients see as `kind`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditKind {
            $($(#[$doc])* $kind,)+
        }

        impl AuditKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The number it is stored as.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self { $(Self::$kind => $code,)+ }
            }

            /// What clients see as `kind`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }
        }
    };
}

kinds! {
    /// The account was made.
    Registered = 1, "account.registered";
    /// Somebody logged in.
    LoggedIn = 2, "login.succeeded";
    /// Somebody gave a wrong password.
    LoginFailed = 3, "login.failed";
    /// Somebody gave the password and then a wrong second factor.
    SecondFactorFailed = 4, "login.second-factor-failed";
    /// Somebody gave the right password, and a second factor is wanted.
    PasswordAccepted = 7, "login.password-accepted";
    /// A session was ended before its time. Subject: the session.
    SessionEnded = 5, "session.ended";
    /// A refresh token that was spent came back, so its session was ended. Subject: the session.
    RefreshTokenReused = 6, "session.refresh-token-reused";
    /// The owner set a new password.
    PasswordChanged = 10, "password.changed";
    /// The password was set by recovery.
    PasswordReset = 11, "password.reset";
    /// Somebody asked for recovery. Subject: the recovery.
    RecoveryStarted = 12, "recovery.started";
    /// A mail address was proved, the first or another one.
    EmailVerified = 20, "email.verified";
    /// The mail address was removed.
    EmailRemoved = 21, "email.removed";
    /// A second factor was switched on. Subject: none; the kind of factor is told by mail.
    FactorAdded = 30, "factor.added";
    /// A second factor was switched off by its owner.
    FactorRemoved = 31, "factor.removed";
    /// New recovery codes were made.
    RecoveryCodesReplaced = 32, "factor.recovery-codes-replaced";
    /// A recovery code was used up.
    RecoveryCodeUsed = 33, "factor.recovery-code-used";
    /// All second factors were switched off by the operator.
    FactorsReset = 34, "factor.reset-by-operator";
    /// An app password was made. Subject: the app password.
    AppPasswordAdded = 40, "app-password.added";
    /// An app password was revoked. Subject: the app password.
    AppPasswordRevoked = 41, "app-password.revoked";
    /// An identity at another provider was linked. Subject: the identity.
    IdentityLinked = 50, "identity.linked";
    /// Such a link was removed. Subject: the identity.
    IdentityUnlinked = 51, "identity.unlinked";
    /// A key was published. Subject: the key.
    KeyPublished = 60, "key.published";
    /// A key was withdrawn. Subject: the key.
    KeyRevoked = 61, "key.revoked";
    /// The key backup was read.
    KeyBackupRead = 62, "key-backup.read";
    /// The key backup was replaced.
    KeyBackupReplaced = 63, "key-backup.replaced";
    /// The key of a file left the server. Subject: the file.
    FileKeyDisclosed = 64, "file.key-disclosed";
    /// A recovery key for the custodial key was made. Subject: the custodial key.
    RecoveryKeyAdded = 65, "recovery-key.added";
    /// It was removed. Subject: none.
    RecoveryKeyRemoved = 66, "recovery-key.removed";
    /// Somebody opened a link to a file. Subject: the file.
    LinkOpened = 67, "file.link-opened";
    /// A file was encrypted under a new key. Subject: the file.
    FileReEncrypted = 68, "file.re-encrypted";
    /// The account got another username.
    UsernameChanged = 70, "username.changed";
    /// Everything of the account's own was exported.
    Exported = 71, "account.exported";
    /// The operator disabled the account.
    Disabled = 72, "account.disabled";
    /// The operator enabled it again.
    Enabled = 73, "account.enabled";
    /// The operator chose what the account may store.
    QuotaChosen = 74, "account.quota-chosen";
}

impl AuditKind {
    /// The kind stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// One event of an account's audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditEventId,
    /// Whose trail it stands in.
    pub account: AccountId,
    /// What happened.
    pub kind: AuditKind,
    /// When.
    pub at: Timestamp,
    /// Through which session, if through one; it may have ended.
    pub session: Option<SessionId>,
    /// Through which API; None if from the operator's shell.
    pub dialect: Option<Dialect>,
    /// The id of what it is about, where the kind says so; the thing may be gone.
    pub subject: Option<[u8; 16]>,
}

impl AuditEvent {
    /// What `actor` does now to their own account.
    #[must_use]
    pub fn by(actor: &Actor, env: &Environment, kind: AuditKind) -> Self {
        Self {
            session: Some(actor.session()),
            ..Self::outside(actor.account(), Some(actor.dialect()), env, kind)
        }
    }

    /// What happens now to an account from outside of any session.
    #[must_use]
    pub fn outside(
        account: AccountId,
        dialect: Option<Dialect>,
        env: &Environment,
        kind: AuditKind,
    ) -> Self {
        Self {
            id: env.new_id(),
            account,
            kind,
            at: env.now(),
            session: None,
            dialect,
            subject: None,
        }
    }

    /// The same about the thing with this id.
    #[must_use]
    pub const fn about(self, subject: [u8; 16]) -> Self {
        Self {
            subject: Some(subject),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_lead_back_and_names_differ() {
        for kind in AuditKind::ALL {
            assert_eq!(AuditKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(AuditKind::from_code(0), None);
        let names: BTreeSet<_> = AuditKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), AuditKind::ALL.len());
    }
}
