//! Another service that reuses the domain: a small program that invites people by making their accounts.
//!
//! It brings adapters of its own — a store in memory (`memory.rs`), a toy hasher, a system clock — and gets Sealpost's
//! rules for usernames, addresses, passwords and uniqueness without a line of Sealpost's adapters:
//!
//! ```sh
//! cargo run -p sealpost-domain --example invitations
//! ```
#![expect(clippy::print_stdout, reason = "a program for people")]

mod memory;
mod unsent;

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use async_trait::async_trait;
use sealpost_domain::accounts::{
    AccountPorts, Accounts, Password, Register, RegistrationPolicy, Username,
};
use sealpost_domain::ports::{
    Clock, Entropy, HashError, PasswordHash, PasswordHasher, Verification,
};
use sealpost_domain::sessions::Dialect;
use sealpost_domain::throttle::Throttles;
use sealpost_domain::{DomainError, Environment, Timestamp};

use memory::MemoryStore;
use unsent::Unsent;

/// Stands still: this program lives for a moment.
struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }
}

/// Differs from run to run, which is all an example needs. A real service takes the system's randomness.
struct Chance;

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let [chance, ..] = RandomState::new().hash_one(0).to_be_bytes();
            *byte = chance;
        }
    }
}

/// No hash at all: here only to show where a real one goes.
struct ToyHasher;

#[async_trait]
impl PasswordHasher for ToyHasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let tag = RandomState::new().hash_one(password.expose());
        Ok(PasswordHash::new(format!("$toy${tag:x}")))
    }

    async fn verify(
        &self,
        _: Password,
        _: Option<PasswordHash>,
    ) -> Result<Verification, HashError> {
        Ok(Verification::Wrong)
    }
}

async fn invite(accounts: &Accounts, username: &str) -> Result<(), Box<dyn Error>> {
    let invitation = Register {
        username: Username::parse(username)?,
        password: Password::parse("a password to be changed")?,
        email: None,
        dialect: Dialect::Native,
        invite: None,
        address: None,
    };
    match accounts.register(invitation).await {
        Ok(account) => println!("invited {} as {}", account.username, account.id),
        Err(refusal) => println!("not invited: {refusal} (code {})", refusal.code()),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let env = Environment {
        store: Arc::new(MemoryStore::default()),
        clock: Arc::new(Now),
        entropy: Arc::new(Chance),
    };
    let ports = AccountPorts {
        hasher: Arc::new(ToyHasher),
        digester: Arc::new(Unsent),
        common_passwords: Arc::new(Unsent),
        outbox: unsent::outbox(&env),
        throttles: Throttles::new(Arc::new(Unsent), false),
    };
    let accounts = Accounts::new(env, ports, RegistrationPolicy::Open);
    futures_executor::block_on(async {
        invite(&accounts, "alice").await?;
        invite(&accounts, "ALICE").await?;
        invite(&accounts, "bob").await
    })
}
