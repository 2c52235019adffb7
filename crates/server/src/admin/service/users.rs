use sealpost_domain::Secret;
use sealpost_domain::accounts::{Email, Password, Username};
use sealpost_domain::operators::{CreateAccount, FindAccountError, Operator};

use super::Admin;
use crate::admin::wire::{
    Answer, Deleted, Disabled, FactorsReset, Page, Refusal, User, UserDetails,
};

/// The username that somebody may have. What cannot be one is nobody's.
pub(super) fn existing(text: &str) -> Result<Username, FindAccountError> {
    Username::parse(text).map_err(|_| FindAccountError::Unknown)
}

impl Admin {
    pub(super) async fn list_users(
        &self,
        operator: Operator,
        after: Option<String>,
        limit: u32,
    ) -> Result<Answer, Refusal> {
        let after = after.as_deref().map(Username::parse).transpose()?;
        let page = self.operators.list(operator, after, limit).await?;
        Ok(Answer::Users(Page {
            data: page.accounts.iter().map(User::from).collect(),
            next: page.next.map(|username| username.to_string()),
        }))
    }

    pub(super) async fn show_user(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let overview = self.operators.view(operator, existing(username)?).await?;
        Ok(Answer::UserDetails(UserDetails::from(&overview)))
    }

    pub(super) async fn create_user(
        &self,
        operator: Operator,
        username: &str,
        password: &Secret<String>,
        email: Option<&str>,
    ) -> Result<Answer, Refusal> {
        let command = CreateAccount {
            username: Username::parse(username)?,
            password: Password::parse(password.expose())?,
            email: email.map(Email::parse).transpose()?,
        };
        let account = self.operators.create(operator, command).await?;
        Ok(Answer::User(User::from(&account)))
    }

    pub(super) async fn disable_user(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let username = existing(username)?;
        let (account, sessions_ended) = self.operators.disable(operator, username).await?;
        Ok(Answer::Disabled(Disabled {
            user: User::from(&account),
            sessions_ended,
        }))
    }

    pub(super) async fn enable_user(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let account = self.operators.enable(operator, existing(username)?).await?;
        Ok(Answer::User(User::from(&account)))
    }

    pub(super) async fn reset_factors(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let overview = self.operators.view(operator, existing(username)?).await?;
        let factors_reset = self.factors.reset(&overview.account).await?;
        Ok(Answer::FactorsReset(FactorsReset {
            user: User::from(&overview.account),
            factors_reset,
        }))
    }

    pub(super) async fn delete_user(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let username = existing(username)?;
        let (account, sessions_ended) = self.operators.delete(operator, username).await?;
        Ok(Answer::Deleted(Deleted {
            id: account.id.to_string(),
            username: account.username.to_string(),
            sessions_ended,
        }))
    }
}
