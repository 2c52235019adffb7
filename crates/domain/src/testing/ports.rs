use std::sync::Arc;

use super::ToyDigester;
use crate::Environment;
use crate::accounts::AccountPorts;
use crate::mail::Outbox;
use crate::ports::{MockCommonPasswords, MockMailer, MockSealer, PasswordHasher};
use crate::throttle::Throttles;

/// An outbox that takes mails, and whose mailer nobody may call.
#[must_use]
pub fn outbox(env: &Environment) -> Outbox {
    let mut sealer = MockSealer::new();
    sealer
        .expect_seal()
        .returning(|_, plaintext| plaintext.to_vec());
    Outbox::new(env.clone(), Arc::new(sealer), Arc::new(MockMailer::new()))
}

/// Ports of accounts over this hasher that do the least they can: every password is taken, and no rate is counted.
#[must_use]
pub fn account_ports(env: &Environment, hasher: Arc<dyn PasswordHasher>) -> AccountPorts {
    let mut common = MockCommonPasswords::new();
    common.expect_contains().returning(|_| false);
    AccountPorts {
        hasher,
        digester: Arc::new(ToyDigester),
        common_passwords: Arc::new(common),
        outbox: outbox(env),
        throttles: Throttles::new(Arc::new(ToyDigester), false),
    }
}
