//! The operator makes an account for somebody.

use super::{Operator, Operators};
use crate::accounts::{self, Account, Email, Newcomer, Password, Permit, RegisterError, Username};
use crate::ports::StoreExt;

/// Asks for an account, whatever the registration policy says.
#[derive(Debug, Clone)]
pub struct CreateAccount {
    /// The name to be found by.
    pub username: Username,
    /// The password to log in with.
    pub password: Password,
    /// Where mail goes, if anywhere.
    pub email: Option<Email>,
}

impl Operators {
    /// Makes an account and returns it.
    ///
    /// # Errors
    /// [`RegisterError`]; then no account exists.
    pub async fn create(
        &self,
        operator: Operator,
        command: CreateAccount,
    ) -> Result<Account, RegisterError> {
        let newcomer = Newcomer {
            username: command.username,
            password: command.password,
            email: command.email,
            dialect: None,
        };
        let permit = Permit::by(operator);
        let draft = self.accounts.draft_of(newcomer, permit).await?;
        self.env
            .store
            .write(move |tx| accounts::add(tx, &draft))
            .await
    }
}
