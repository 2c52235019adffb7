//! The texts. Each template is a file for the plain text and one for the HTML, checked when this is compiled; in HTML
//! every argument is escaped.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use askama::Template;
use sealpost_domain::mail::{Mail, MailFactor, MailMessage, MailTemplate};

/// What templates can show. An argument that a mail has not is empty.
#[derive(Default)]
pub(crate) struct View<'a> {
    product: &'a str,
    public_url: &'a str,
    subject: &'a str,
    username: Cow<'a, str>,
    code: &'a str,
    factor: &'a str,
    name: Cow<'a, str>,
    dialect: &'a str,
    provider: Cow<'a, str>,
    old: Cow<'a, str>,
    new: Cow<'a, str>,
}

impl<'a> View<'a> {
    pub(crate) fn of(mail: &'a Mail, product: &'a str, public_url: &'a str) -> Self {
        let mut view = View {
            product,
            public_url,
            subject: subject(mail.message.template()),
            username: one_line(&mail.username),
            ..View::default()
        };
        match &mail.message {
            MailMessage::EmailVerification { code } => {
                view.code = code.expose();
                // Whoever made the account chose its name and this address, which may be a stranger's: no name that a
                // mail program would make a link of.
                if mail.username.contains(['.', ':', '/']) {
                    view.username = Cow::default();
                }
            }
            MailMessage::LoginCode { code }
            | MailMessage::RecoveryCode { code }
            | MailMessage::ResetCode { code } => {
                view.code = code.expose();
            }
            MailMessage::FactorAdded { factor } | MailMessage::FactorRemoved { factor } => {
                view.factor = match factor {
                    MailFactor::Totp => "codes of an authenticator app",
                    MailFactor::EmailCode => "codes that come by mail",
                };
            }
            MailMessage::AppPasswordAdded { name, dialect } => {
                view.name = one_line(name);
                view.dialect = dialect.name();
            }
            MailMessage::IdentityLinked { provider }
            | MailMessage::IdentityUnlinked { provider } => view.provider = one_line(provider),
            MailMessage::UsernameChanged { old, new } => {
                view.old = one_line(old);
                view.new = one_line(new);
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
        view
    }
}

/// A name must not make a paragraph of its own: its control characters become spaces.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.replace(char::is_control, " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// A mail in words.
pub(crate) struct Words {
    pub(crate) text: String,
    pub(crate) html: String,
}

/// Declares the files of each template.
macro_rules! files {
    ($($name:ident: $text:literal, $html:literal;)*) => {
        /// Fills in the templates of a mail.
        pub(crate) fn render(
            template: MailTemplate,
            view: &View<'_>,
        ) -> Result<Words, askama::Error> {
            match template {
                $(MailTemplate::$name => {
                    #[derive(Template)]
                    #[template(path = $text)]
                    struct Text<'a> {
                        v: &'a View<'a>,
                    }
                    #[derive(Template)]
                    #[template(path = $html)]
                    struct Html<'a> {
                        v: &'a View<'a>,
                    }
                    Ok(Words {
                        text: Text { v: view }.render()?,
                        html: Html { v: view }.render()?,
                    })
                })*
            }
        }
    };
}

files! {
    EmailVerification: "email-verification.txt", "email-verification.html";
    LoginCode: "login-code.txt", "login-code.html";
    RecoveryCode: "recovery-code.txt", "recovery-code.html";
    ResetCode: "recovery-code.txt", "recovery-code.html";
    AddressInUse: "address-in-use.txt", "address-in-use.html";
    PasswordChanged: "password-changed.txt", "password-changed.html";
    PasswordReset: "password-reset.txt", "password-reset.html";
    EmailChanged: "email-changed.txt", "email-changed.html";
    FactorAdded: "factor-added.txt", "factor-added.html";
    FactorRemoved: "factor-removed.txt", "factor-removed.html";
    RecoveryCodesReplaced: "recovery-codes-replaced.txt", "recovery-codes-replaced.html";
    AppPasswordAdded: "app-password-added.txt", "app-password-added.html";
    IdentityLinked: "identity-linked.txt", "identity-linked.html";
    IdentityUnlinked: "identity-unlinked.txt", "identity-unlinked.html";
    UsernameChanged: "username-changed.txt", "username-changed.html";
    KeyReplaced: "key-replaced.txt", "key-replaced.html";
    RecoveryKeyAdded: "recovery-key-added.txt", "recovery-key-added.html";
    AccountDeleted: "account-deleted.txt", "account-deleted.html";
    Test: "test.txt", "test.html";
}

/// The subject, behind the prefix. No argument stands in it: subjects are shown on locked screens and in lists.
pub(crate) const fn subject(template: MailTemplate) -> &'static str {
    match template {
        MailTemplate::EmailVerification => "Confirm your mail address",
        MailTemplate::LoginCode => "Your login code",
        MailTemplate::RecoveryCode => "Your recovery code",
        MailTemplate::ResetCode => "Reset password",
        MailTemplate::AddressInUse => "You already have an account",
        MailTemplate::PasswordChanged => "Your password was changed",
        MailTemplate::PasswordReset => "Your password was reset",
        MailTemplate::EmailChanged => "Your mail address was changed",
        MailTemplate::FactorAdded => "A second step was added to your login",
        MailTemplate::FactorRemoved => "A second step was removed from your login",
        MailTemplate::RecoveryCodesReplaced => "Your recovery codes were replaced",
        MailTemplate::AppPasswordAdded => "An app password was made",
        MailTemplate::IdentityLinked => "Another login was linked to your account",
        MailTemplate::IdentityUnlinked => "A login was unlinked from your account",
        MailTemplate::UsernameChanged => "Your username was changed",
        MailTemplate::KeyReplaced => "Your key was replaced",
        MailTemplate::RecoveryKeyAdded => "A recovery key was made",
        MailTemplate::AccountDeleted => "Your account was deleted",
        MailTemplate::Test => "Test",
    }
}
