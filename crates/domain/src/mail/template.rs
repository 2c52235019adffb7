/// Declares the templates once: variant, stored number, name.
macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $slug:literal;)*) => {
        /// Which text a mail has; one for each variant of [`MailMessage`](super::MailMessage).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum MailTemplate {
            $($(#[$doc])* $name,)*
        }

        impl MailTemplate {
            /// Every template, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The number it is stored as; never change one.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The template of a stored number; None if this version of the program knows none.
            #[must_use]
            pub const fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name that operators see, and the name of its files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)*
                }
            }
        }
    };
}

templates! {
    /// A code for an address.
    EmailVerification = 1, "email-verification";
    /// A code for a login.
    LoginCode = 2, "login-code";
    /// A code for a new password.
    RecoveryCode = 3, "recovery-code";
    /// The address has an account already.
    AddressInUse = 4, "address-in-use";
    /// A new password was set.
    PasswordChanged = 5, "password-changed";
    /// A forgotten password was replaced.
    PasswordReset = 6, "password-reset";
    /// Another address was set.
    EmailChanged = 7, "email-changed";
    /// A second step was added.
    FactorAdded = 8, "factor-added";
    /// A second step was removed.
    FactorRemoved = 9, "factor-removed";
    /// New recovery codes.
    RecoveryCodesReplaced = 10, "recovery-codes-replaced";
    /// A password for one program.
    AppPasswordAdded = 11, "app-password-added";
    /// A login elsewhere was linked.
    IdentityLinked = 12, "identity-linked";
    /// A login elsewhere was unlinked.
    IdentityUnlinked = 13, "identity-unlinked";
    /// Another name.
    UsernameChanged = 14, "username-changed";
    /// Another key.
    KeyReplaced = 15, "key-replaced";
    /// The end.
    AccountDeleted = 16, "account-deleted";
    /// A try.
    Test = 17, "test";
    /// A code for a new password, in the words of the dialect `channel`.
    ResetCode = 20, "reset-code";
    /// A key that opens what the server keeps.
    RecoveryKeyAdded = 21, "recovery-key-added";
}
