//! Somebody makes an account through the native API, and shows that they are human where the operator wants that.

use super::{Account, Accounts, Register, RegisterError, add};
use crate::challenges::{AnsweredChallenge, complete};
use crate::ports::StoreExt;

/// What somebody does to show that they are human before they get an account through the native API. The dialects have what
/// their documents say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HumanCheck {
    /// Nothing.
    #[default]
    Off,
    /// Complete a sentence ([`crate::challenges`]).
    Sentence,
}

impl HumanCheck {
    /// The name it goes by in the configuration and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Sentence => "sentence",
        }
    }
}

/// Asks for an account.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The account.
    pub account: Register,
    /// What was said to a challenge; looked at where one is wanted alone.
    pub challenge: Option<AnsweredChallenge>,
}

impl Accounts {
    /// The same as [`Accounts::register`], for whoever has shown to be human, if that is wanted.
    ///
    /// # Errors
    /// [`RegisterError`]; then no account exists, and the same answer is good for another try.
    pub async fn sign_up(&self, command: SignUp) -> Result<Account, RegisterError> {
        let SignUp { account, challenge } = command;
        // Before the rate of registrations is counted: a slip of the pen costs nothing.
        let completed = match (self.human_check, challenge) {
            (HumanCheck::Off, _) => None,
            (HumanCheck::Sentence, None) => return Err(RegisterError::ChallengeRequired),
            (HumanCheck::Sentence, Some(answered)) => {
                let (digester, now) = (&*self.ports.digester, self.env.now());
                Some(complete(&answered, digester, account.address, now)?)
            }
        };
        let permit = self
            .permit(account.invite.as_ref(), account.address)
            .await?;
        let draft = self.draft(account, permit.after(completed)).await?;
        self.env.store.write(move |tx| add(tx, &draft)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_executor::block_on;

    use super::*;
    use crate::accounts::{Password, RegistrationPolicy, Username};
    use crate::ports::MockPasswordHasher;
    use crate::sessions::Dialect;
    use crate::testing::{CountingEntropy, FixedClock, NoStore, account_ports};
    use crate::{DomainError as _, Environment, Timestamp};

    /// What somebody is told who says this to a challenge; neither the store nor the hasher may be touched.
    fn refused(challenge: Option<&str>) -> RegisterError {
        let env = Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(1))),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let ports = account_ports(&env, Arc::new(MockPasswordHasher::new()));
        let accounts = Accounts::new(env, ports, RegistrationPolicy::Open)
            .with_human_check(HumanCheck::Sentence);
        let asked = accounts.sign_up(SignUp {
            account: Register {
                username: Username::parse("alice").unwrap(),
                password: Password::parse("a long password").unwrap(),
                email: None,
                dialect: Dialect::Native,
                invite: None,
                address: None,
            },
            challenge: challenge.map(|token| AnsweredChallenge {
                token: token.to_owned(),
                answer: "blanks".to_owned(),
            }),
        });
        block_on(asked).unwrap_err()
    }

    #[test]
    fn nothing_is_done_for_who_does_not_answer() {
        for (challenge, code) in [
            (None, "challenge-required"),
            (Some("spq_00"), "challenge-failed"),
            (Some("Fyyyill in de ____ hooman."), "challenge-failed"),
        ] {
            let error = refused(challenge);
            assert_eq!(
                (error.code(), error.field()),
                (code, Some("challenge")),
                "{challenge:?}"
            );
        }
    }
}
