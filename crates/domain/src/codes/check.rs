//! Somebody types a code in.

use subtle::ConstantTimeEq;

use super::{CodePurpose, draft};
use crate::Timestamp;
use crate::accounts::{AccountId, Email};
use crate::ports::{Digester, StoreError, Tx};

/// Whether it was the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeVerdict {
    /// It was, and is used up. With the address that it proves, where it proves one.
    Right(Option<Email>),
    /// It was not, or there is none that is still good: never says which.
    Wrong,
}

/// Checks what somebody typed, and uses the code up if it is right. However many try at once, no code is tried more than
/// [`super::MailedCode::TRIES`] times: each try is taken from the row before anything is compared.
///
/// # Errors
/// [`StoreError`]. `Wrong` is no error: the unit of work has to commit, or the try was free.
pub fn check(
    tx: &mut dyn Tx,
    digester: &dyn Digester,
    account: AccountId,
    purpose: CodePurpose,
    text: &str,
    now: Timestamp,
) -> Result<CodeVerdict, StoreError> {
    let Some(code) = tx.codes().spend_try(account, purpose, now)? else {
        return Ok(CodeVerdict::Wrong);
    };
    let typed = purpose.alphabet().read(text);
    let mac = draft::mac(
        digester,
        purpose.code(),
        account.as_bytes(),
        &code.salt,
        &typed,
    );
    if !bool::from(mac.ct_eq(&code.mac)) {
        return Ok(CodeVerdict::Wrong);
    }
    tx.codes().delete(account, purpose)?;
    Ok(CodeVerdict::Right(code.target))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Environment;
    use crate::codes::{CodePut, DraftedCode, MailedCode, put};
    use crate::testing::{CountingEntropy, FixedClock, MockTx, NoStore, ToyDigester, account};

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn drafted(purpose: CodePurpose, target: Option<Email>) -> DraftedCode {
        let env = Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(NOW)),
            entropy: Arc::new(CountingEntropy::default()),
        };
        draft(&env, &ToyDigester, account("alice").id, purpose, target)
    }

    fn tx_with(row: MailedCode) -> MockTx {
        let mut tx = MockTx::default();
        tx.codes
            .expect_spend_try()
            .once()
            .returning(move |_, _, _| Ok(Some(row.clone())));
        tx
    }

    fn verdict(tx: &mut MockTx, purpose: CodePurpose, text: &str) -> CodeVerdict {
        check(tx, &ToyDigester, account("alice").id, purpose, text, NOW).unwrap()
    }

    #[test]
    fn the_right_code_proves_its_address_and_is_used_up() {
        let target = Email::parse("a@b.example").unwrap();
        let drafted = drafted(CodePurpose::VerifyEmail, Some(target.clone()));
        let mut tx = tx_with(drafted.row);
        tx.codes.expect_delete().once().returning(|_, _| Ok(true));
        let typed = format!(" {}", drafted.code.expose().to_lowercase());
        assert_eq!(
            verdict(&mut tx, CodePurpose::VerifyEmail, &typed),
            CodeVerdict::Right(Some(target))
        );
    }

    #[test]
    fn a_wrong_code_costs_a_try_and_one_that_is_not_good_any_more_tells_nothing() {
        let drafted = drafted(CodePurpose::Login, None);
        assert_eq!(drafted.code.expose().len(), 6);
        let mut tx = tx_with(drafted.row);
        assert_eq!(
            verdict(&mut tx, CodePurpose::Login, "nonono"),
            CodeVerdict::Wrong
        );
        let mut tx = MockTx::default();
        tx.codes.expect_spend_try().returning(|_, _, _| Ok(None));
        assert_eq!(
            verdict(&mut tx, CodePurpose::Login, drafted.code.expose()),
            CodeVerdict::Wrong
        );
    }

    #[test]
    fn a_code_of_one_purpose_or_account_is_none_of_another() {
        let DraftedCode { row, code } = drafted(CodePurpose::Login, None);
        let mac = |purpose: CodePurpose, account: &str| {
            let account = crate::testing::account(account).id;
            draft::mac(
                &ToyDigester,
                purpose.code(),
                account.as_bytes(),
                &row.salt,
                &code,
            )
        };
        assert_eq!(row.mac, mac(CodePurpose::Login, "alice"));
        assert_ne!(row.mac, mac(CodePurpose::VerifyEmail, "alice"));
        assert_ne!(row.mac, mac(CodePurpose::Login, "bob"));
    }

    #[test]
    fn a_code_that_was_just_sent_is_not_replaced() {
        let row = drafted(CodePurpose::Login, None).row;
        let mut tx = MockTx::default();
        tx.codes
            .expect_put()
            .withf(|_, replaceable| *replaceable == NOW - MailedCode::PAUSE)
            .returning(|_, _| Ok(false));
        assert_eq!(
            put(&mut tx, &row).unwrap(),
            CodePut::JustSent {
                retry_after: MailedCode::PAUSE
            }
        );
    }
}
