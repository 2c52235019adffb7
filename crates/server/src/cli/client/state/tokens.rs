use std::fs::File;
use std::io;

use sealpost_client::{AccountId, HeldToken, Secret, TokenStore};

use super::{Profile, Session, StateError};

/// The refresh token of a profile's session, which every running command of it uses.
#[derive(Debug)]
pub(in crate::cli::client) struct SessionTokens {
    profile: Profile,
    /// Whose token it must be: somebody may have logged in anew meanwhile.
    account: AccountId,
}

impl SessionTokens {
    pub(in crate::cli::client) const fn new(profile: Profile, account: AccountId) -> Self {
        Self { profile, account }
    }

    fn hold(&self) -> Result<Held, StateError> {
        let lock = self.profile.lock_session()?;
        let session = self.profile.session()?;
        let session = session.filter(|session| session.account == self.account);
        let session = session.ok_or_else(|| StateError::NotLoggedIn {
            profile: self.profile.name().to_owned(),
        })?;
        Ok(Held {
            session,
            profile: self.profile.clone(),
            _lock: lock,
        })
    }
}

/// The token, and the lock that keeps others from it.
struct Held {
    session: Session,
    profile: Profile,
    _lock: File,
}

impl TokenStore for SessionTokens {
    fn hold(&self) -> io::Result<Box<dyn HeldToken>> {
        match Self::hold(self) {
            Ok(held) => Ok(Box::new(held)),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

impl HeldToken for Held {
    fn token(&self) -> Secret<String> {
        self.session.refresh_token.clone()
    }

    fn replace(&mut self, successor: &Secret<String>) -> io::Result<()> {
        self.session.refresh_token = successor.clone();
        self.profile
            .keep_session(&self.session)
            .map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const ALICE: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";
    const BOB: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120003";

    #[test]
    fn whoever_holds_the_token_makes_others_wait_and_they_get_its_successor() {
        let place = tempfile::tempdir().unwrap();
        let profile = Profile::below(place.path());
        profile.make().unwrap();
        let tokens = |id: &str| SessionTokens::new(profile.clone(), id.parse().unwrap());
        assert_eq!(tokens(ALICE).hold().err().unwrap().code(), "not-logged-in");
        let session = Session {
            server: "http://localhost/".to_owned(),
            username: "alice".to_owned(),
            account: ALICE.parse().unwrap(),
            refresh_token: Secret::new("spr_0".to_owned()),
        };
        profile.keep_session(&session).unwrap();

        let mut held = TokenStore::hold(&tokens(ALICE)).unwrap();
        assert_eq!(held.token().expose(), "spr_0");
        let (sender, receiver) = mpsc::channel();
        let others = tokens(ALICE);
        let waiting = std::thread::spawn(move || {
            let token = TokenStore::hold(&others).unwrap().token();
            sender.send(token).unwrap();
        });
        let early = receiver.recv_timeout(Duration::from_millis(200));
        assert!(early.is_err(), "held by two");
        held.replace(&Secret::new("spr_1".to_owned())).unwrap();
        drop(held);
        assert_eq!(receiver.recv().unwrap().expose(), "spr_1");
        waiting.join().unwrap();

        // The token of whoever logged in here later is not ours.
        assert_eq!(tokens(BOB).hold().err().unwrap().code(), "not-logged-in");
    }
}
