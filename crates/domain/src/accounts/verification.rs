use super::{Account, AccountId, Accounts, Email};
use crate::codes::{self, CodePurpose, CodePut, MailedCode};
use crate::mail::{self, Mail, MailMessage, SealedMail};
use crate::ports::{StoreError, Tx};

/// A code on its way to an address that it is to prove.
pub(crate) struct Verification {
    pub(super) code: MailedCode,
    pub(super) mail: SealedMail,
    /// What goes there instead if another account has proved the address. Made in any case, so that the work does not
    /// tell who has it.
    pub(super) in_use: SealedMail,
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
        let in_use = self.ports.outbox.seal(&Mail {
            to: email.clone(),
            username: account.username.to_string(),
            message: MailMessage::AddressInUse,
            not_after: self.env.now() + Mail::NOTICE_LIFETIME,
        });
        Verification {
            code: drafted.row,
            mail,
            in_use,
        }
    }
}

impl Verification {
    /// Stores the code and sends one of the two mails. Nothing is sent if the last code was sent just now.
    pub(crate) fn send(&self, tx: &mut dyn Tx) -> Result<CodePut, StoreError> {
        let taken = match &self.code.target {
            Some(email) => proved_by_another(tx, self.code.account, email)?,
            None => false,
        };
        // The code is stored in any case: how often one may ask must not tell who has the address either. Nobody ever
        // sees the one of a taken address.
        let put = codes::put(tx, &self.code)?;
        if put == CodePut::Put {
            mail::enqueue(tx, if taken { &self.in_use } else { &self.mail })?;
        }
        Ok(put)
    }
}

/// Where mail to the account goes: the address on it, unless its owner merely claims it and another account has proved it.
pub(crate) fn mail_address(
    tx: &mut dyn Tx,
    account: &Account,
) -> Result<Option<Email>, StoreError> {
    let Some(email) = &account.email else {
        return Ok(None);
    };
    let reaches_owner =
        account.email_verified_at.is_some() || !proved_by_another(tx, account.id, email)?;
    Ok(reaches_owner.then(|| email.clone()))
}

fn proved_by_another(
    tx: &mut dyn Tx,
    account: AccountId,
    email: &Email,
) -> Result<bool, StoreError> {
    let holder = tx.accounts().find_by_email(email)?;
    Ok(holder.is_some_and(|holder| holder.id != account && holder.email_verified_at.is_some()))
}
