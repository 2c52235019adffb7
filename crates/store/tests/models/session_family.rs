//! Random lives of sessions, played in a model and on both databases: logins, refresh tokens of any generation in any hands,
//! sessions that are ended, access tokens that are looked at, and time that passes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use sealpost_domain::DomainError as _;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{
    AccessClaims, Digester as _, PublicSigningKey, Store, StoreError, StoreExt, TokenDigests,
    TokenError, TokenSigner,
};
use sealpost_domain::sessions::{
    Actor, Dialect, RefreshToken, Session, SessionId, SessionPorts, Sessions,
};
use sealpost_domain::testing::{FixedClock, ToyDigester, session};

use crate::stage::{self, BEGIN, Stage, prove};

/// How long a spent token gives its successor once more.
const GRACE: u64 = 10;
/// How much later than it says an access token is still taken: clocks differ.
const LEEWAY: u64 = 5;

/// One step. Sessions and tokens are picked by number, counted round.
#[derive(Debug, Clone)]
enum Command {
    LogIn,
    /// Any token that was ever given out for the session, whoever holds it.
    Refresh {
        session: usize,
        generation: usize,
    },
    End {
        session: usize,
    },
    /// The newest access token of the session, or an older one.
    Access {
        session: usize,
        back: usize,
    },
    Wait(u64),
}

fn command() -> impl Strategy<Value = Command> {
    let session = || 0..4_usize;
    prop_oneof![
        1 => Just(Command::LogIn),
        6 => (session(), 0..6_usize)
            .prop_map(|(session, generation)| Command::Refresh { session, generation }),
        1 => session().prop_map(|session| Command::End { session }),
        3 => (session(), 0..3_usize)
            .prop_map(|(session, back)| Command::Access { session, back }),
        // No sum of these is a bound: what happens at the very moment is tested elsewhere.
        4 => prop_oneof![Just(3_u64), Just(7), Just(13), Just(607), Just(20 * 24 * 60 * 60 + 1)]
            .prop_map(Command::Wait),
    ]
}

/// A session as it ought to be.
struct Family {
    ends: u64,
    ended: bool,
    /// When each token was spent; the last one is good.
    spent: Vec<Option<u64>>,
    /// Until when each access token is good.
    access: Vec<u64>,
}

#[derive(Default)]
struct Model {
    now: u64,
    families: Vec<Family>,
}

impl Model {
    fn access_until(&self, ends: u64) -> u64 {
        (self.now + Dialect::Native.access_lifetime().as_secs()).min(ends)
    }

    fn run(&mut self, command: &Command) -> String {
        let now = self.now;
        match *command {
            Command::LogIn => {
                let ends = now + Session::LIFETIME.as_secs();
                self.families.push(Family {
                    ends,
                    ended: false,
                    spent: vec![None],
                    access: Vec::new(),
                });
                "logged in".to_owned()
            }
            Command::Refresh {
                session,
                generation,
            } => {
                let until = self
                    .families
                    .get(session)
                    .map(|family| self.access_until(family.ends));
                let Some(family) = self.families.get_mut(session) else {
                    return "nobody".to_owned();
                };
                let given = family.spent.len();
                let generation = generation % given;
                if family.ended || family.ends <= now {
                    return "invalid-refresh-token".to_owned();
                }
                let next_is_good = generation + 2 == given;
                match family.spent[generation] {
                    None => {
                        family.spent[generation] = Some(now);
                        family.spent.push(None);
                    }
                    Some(at) if now - at <= GRACE && next_is_good => {}
                    Some(_) => {
                        family.ended = true;
                        return "refresh-token-reused".to_owned();
                    }
                }
                family.access.extend(until);
                format!("token {}", generation + 1)
            }
            Command::End { session } => match self.families.get_mut(session) {
                None => "nobody".to_owned(),
                // What is over is no longer there to be ended.
                Some(family) if family.ended => "unknown-session".to_owned(),
                Some(family) => {
                    family.ended = true;
                    "ended".to_owned()
                }
            },
            Command::Access { session, back } => {
                let Some(family) = self.families.get(session) else {
                    return "nobody".to_owned();
                };
                let Some(until) = pick(&family.access, back) else {
                    return "none yet".to_owned();
                };
                // A token that is over is called so, whatever became of its session.
                match (now < *until + LEEWAY, family.ended) {
                    (false, _) => "expired-token".to_owned(),
                    (true, true) => "session-ended".to_owned(),
                    (true, false) => "welcome".to_owned(),
                }
            }
            Command::Wait(seconds) => {
                self.now += seconds;
                "later".to_owned()
            }
        }
    }
}

/// The one that is so many before the last.
fn pick<T>(things: &[T], back: usize) -> Option<&T> {
    let last = things.len().checked_sub(1)?;
    things.get(last - back % things.len())
}

/// Signs nothing: a token is the number of its claims.
#[derive(Default)]
struct Notebook(Mutex<Vec<AccessClaims>>);

impl TokenSigner for Notebook {
    fn sign(&self, claims: &AccessClaims) -> Result<String, TokenError> {
        let mut notes = self.0.lock().unwrap();
        notes.push(claims.clone());
        Ok((notes.len() - 1).to_string())
    }

    fn verify(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let number: usize = token.parse().map_err(|_| TokenError::Rejected)?;
        let found = self.0.lock().unwrap().get(number).cloned();
        found.ok_or(TokenError::Rejected)
    }

    fn sign_refresh(&self, _: &AccessClaims) -> Result<String, TokenError> {
        Err(TokenError::Signing)
    }

    fn verify_refresh(&self, _: &str) -> Result<AccessClaims, TokenError> {
        Err(TokenError::Rejected)
    }

    fn public_keys(&self) -> Vec<PublicSigningKey> {
        Vec::new()
    }
}

/// What its holders know of a session.
struct Held {
    id: SessionId,
    refresh: Vec<RefreshToken>,
    access: Vec<String>,
}

/// One life on one store.
struct World {
    store: Arc<dyn Store>,
    clock: Arc<FixedClock>,
    sessions: Sessions,
    owner: AccountId,
    number: u32,
    held: Vec<Held>,
}

impl World {
    async fn new(stage: &Stage, store: Arc<dyn Store>, number: u32) -> Self {
        let people = stage::people(&store, &[format!("s{number}")]).await;
        let owner = people[0].id;
        let clock = Arc::new(FixedClock::at(BEGIN));
        let env = stage.environment(store.clone(), clock.clone());
        let ports = SessionPorts {
            signer: Arc::new(Notebook::default()),
            digester: Arc::new(ToyDigester),
        };
        let sessions = Sessions::new(env, ports, "http://sealpost.test");
        sessions.sync_revocations().await.unwrap();
        Self {
            store,
            clock,
            sessions,
            owner,
            number,
            held: Vec::new(),
        }
    }

    async fn log_in(&mut self) -> String {
        let now = sealpost_domain::ports::Clock::now(&*self.clock);
        let number = u64::from(self.number) << 16 | u64::try_from(self.held.len()).unwrap();
        let mut id = [0x55; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let token = RefreshToken::parse(&format!("spr_{number:064x}")).unwrap();
        let opened = Session {
            id: SessionId::from_bytes(id),
            created_at: now,
            authenticated_at: now,
            expires_at: now + Session::LIFETIME,
            ..session(self.owner)
        };
        self.held.push(Held {
            id: opened.id,
            refresh: vec![token.clone()],
            access: Vec::new(),
        });
        let digest = ToyDigester.digest(token.expose().as_bytes());
        let stored = self
            .store
            .write(move |tx| tx.sessions().insert(&opened, &TokenDigests::from(digest)));
        let stored: Result<(), StoreError> = stored.await;
        stored.unwrap();
        "logged in".to_owned()
    }
}

impl stage::World for World {
    type Command = Command;

    async fn run(&mut self, command: &Command) -> String {
        match *command {
            Command::LogIn => self.log_in().await,
            Command::Refresh {
                session,
                generation,
            } => {
                let Some(held) = self.held.get_mut(session) else {
                    return "nobody".to_owned();
                };
                let generation = generation % held.refresh.len();
                match self.sessions.refresh(&held.refresh[generation]).await {
                    Ok(opened) => {
                        held.access.push(opened.access_token);
                        let known = held
                            .refresh
                            .iter()
                            .position(|token| *token == opened.refresh_token);
                        let next = known.unwrap_or(held.refresh.len());
                        if known.is_none() {
                            held.refresh.push(opened.refresh_token);
                        }
                        format!("token {next}")
                    }
                    Err(error) => error.code().to_owned(),
                }
            }
            Command::End { session } => {
                let Some(held) = self.held.get(session) else {
                    return "nobody".to_owned();
                };
                let now = sealpost_domain::ports::Clock::now(&*self.clock);
                let actor = Actor::for_tests(self.owner, held.id, now);
                match self.sessions.end(&actor, held.id).await {
                    Ok(()) => "ended".to_owned(),
                    Err(error) => error.code().to_owned(),
                }
            }
            Command::Access { session, back } => {
                let Some(held) = self.held.get(session) else {
                    return "nobody".to_owned();
                };
                let Some(token) = pick(&held.access, back) else {
                    return "none yet".to_owned();
                };
                match self.sessions.check_access(token, Dialect::Native) {
                    Ok(_) => "welcome".to_owned(),
                    Err(error) => error.code().to_owned(),
                }
            }
            Command::Wait(seconds) => {
                self.clock.advance(Duration::from_secs(seconds));
                // As the server does every second.
                self.sessions.sync_revocations().await.unwrap();
                "later".to_owned()
            }
        }
    }
}

#[test]
fn both_databases_keep_sessions_as_the_model_does() {
    let life = proptest::collection::vec(command(), 1..24);
    prove(&life, &async |stage, life| {
        let make = async |store, number| World::new(stage, store, number).await;
        let mut play = stage.begin(make).await;
        let mut model = Model::default();
        for command in std::iter::once(&Command::LogIn).chain(&life) {
            play.step(command, model.run(command)).await?;
        }
        Ok(())
    });
}
