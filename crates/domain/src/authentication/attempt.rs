use std::net::IpAddr;

use crate::accounts::{AccountId, Email, Password, Username};
use crate::data_keys::DataKeyUse;
use crate::factors::FactorCode;
use crate::sessions::{Actor, Dialect};
use crate::text::fold;
use crate::throttle::Subject;

/// Who somebody says they are. A text with `@` is a mail address, since no username has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// By name.
    Username(Username),
    /// By mail address.
    Email(Email),
    /// Neither: nobody can have it, which is told like any unknown name. What was typed is kept folded and cut, so that
    /// its guesses are counted like anybody's.
    Nobody(String),
}

impl Identifier {
    /// How much of what can be no identifier is told apart.
    const MAX_CHARS: usize = 64;

    /// Takes whatever was typed.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let found = if text.contains('@') {
            Email::parse(text).ok().map(Self::Email)
        } else {
            Username::parse(text).ok().map(Self::Username)
        };
        found.unwrap_or_else(|| Self::nobody(text))
    }

    /// A name that the API in question does not take.
    #[must_use]
    pub fn nobody(text: &str) -> Self {
        let cut: String = text.chars().take(Self::MAX_CHARS).collect();
        Self::Nobody(fold(&cut))
    }

    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Username(username) => username.key(),
            Self::Email(email) => email.key(),
            Self::Nobody(text) => text,
        }
    }
}

/// Where a login comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The network address that rates are counted by (for IPv6 its /64).
    pub address: IpAddr,
    /// What the client calls itself, if it does; cut to [`crate::sessions::Session::MAX_CLIENT_CHARS`].
    pub client: Option<String>,
    /// Whoever the same request proves to be already, by a live session. Their guesses at their own account are counted
    /// apart from those of strangers, so that no stranger can lock them out.
    pub known: Option<Actor>,
}

/// Asks to be logged in.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Who.
    pub identifier: Identifier,
    /// The proof ([`Password::attempt`]).
    pub password: Password,
    /// The second proof, for APIs that take it in the same request.
    pub factor: Option<FactorCode>,
    /// For which API.
    pub dialect: Dialect,
    /// From where.
    pub origin: Origin,
    /// The ciphertext that the password came in, if it did ([`crate::data_keys::OpenedPassword::used`]). If it is
    /// accepted, it is for the last time; one that was accepted before is a wrong password.
    pub used: Option<DataKeyUse>,
}

/// Whose guesses at a password these are.
pub(super) fn subject(
    account: Option<AccountId>,
    identifier: &Identifier,
    known: Option<&Actor>,
) -> Subject {
    let own = known.filter(|actor| Some(actor.account()) == account);
    match (own, account) {
        (Some(actor), _) => Subject::Session(actor.session()),
        (None, Some(account)) => Subject::Account(account),
        (None, None) => Subject::Nobody(identifier.key().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, session};

    #[test]
    fn an_identifier_with_an_at_sign_is_an_address() {
        assert!(matches!(
            Identifier::parse("w@gmail.com"),
            Identifier::Email(_)
        ));
        assert!(matches!(Identifier::parse("w"), Identifier::Username(_)));
        for nobody in ["", "@", "a b", "a@b@c"] {
            assert_eq!(Identifier::parse(nobody), Identifier::Nobody(fold(nobody)));
        }
    }

    #[test]
    fn a_live_session_counts_for_its_own_account_alone() {
        let (alice, bob) = (account("alice").id, account("bob").id);
        let row = session(alice);
        let actor = Actor::for_tests(alice, row.id, row.created_at);
        let name = Identifier::parse("Someone");
        let of = |account, known| subject(account, &name, known);
        assert_eq!(of(Some(alice), Some(&actor)), Subject::Session(row.id));
        assert_eq!(of(Some(bob), Some(&actor)), Subject::Account(bob));
        assert_eq!(of(Some(alice), None), Subject::Account(alice));
        assert_eq!(
            of(None, Some(&actor)),
            Subject::Nobody("someone".to_owned())
        );
    }
}
