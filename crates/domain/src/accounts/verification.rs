use super::{Account, Accounts, Email};
use crate::codes::{self, CodePurpose, CodePut, MailedCode};
use crate::mail::{self, Mail, MailMessage, SealedMail};
use crate::ports::{StoreError, Tx};

/// A code on its way to an address that it is to prove.
pub(crate) struct Verification {
    pub(super) code: MailedCode,
    pub(super) mail: SealedMail,
}

impl Accounts {
    /// What proves that `email` is the owner's; None if there is none.
    pub(super) fn draft_verification(
        &self,
        account: &Account,
        email: Option<&Email>,
    ) -> Option<Verification> {
        Some(self.verification_of(account, email?))
    }

    /// What proves that `email` is the owner's.
    pub(super) fn verification_of(&self, account: &Account, email: &Email) -> Verification {
        let drafted = codes::draft(
            &self.env,
            &*self.ports.digester,
            account.id,
            CodePurpose::VerifyEmail,
            Some(email.clone()),
        );
        let mail = self.ports.outbox.seal(&Mail {
            to: email.clone(),
            username: account.username.to_string(),
            message: MailMessage::EmailVerification { code: drafted.code },
            not_after: drafted.row.expires_at,
        });
        Verification {
            code: drafted.row,
            mail,
        }
    }
}

impl Verification {
    /// Stores the code and sends the mail. Nothing is sent if the last code was sent just now.
    pub(crate) fn send(&self, tx: &mut dyn Tx) -> Result<CodePut, StoreError> {
        let put = codes::put(tx, &self.code)?;
        if put == CodePut::Put {
            mail::enqueue(tx, &self.mail)?;
        }
        Ok(put)
    }
}
