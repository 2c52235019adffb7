//! The services, wired as the server wires them, but for a clock that stands still and cheap password hashes.

use std::num::NonZeroUsize;
use std::sync::Arc;

use sealpost_crypto::{Argon2Hasher, Argon2Params, JwtSigner, OsEntropy, PoolSize, ServerDigester};
use sealpost_domain::accounts::{Accounts, RegistrationPolicy};
use sealpost_domain::ports::{PasswordHasher, TokenSigner};
use sealpost_domain::sessions::{SessionPorts, Sessions};
use sealpost_domain::testing::FixedClock;
use sealpost_domain::{Environment, Secret, Timestamp};
use sealpost_http::{ServerInfo, Services, StoreCheck};
use sealpost_store::testing::{TestSqlite, sqlite};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_266_245_678_999);
pub(crate) const ISSUER: &str = "http://sealpost.test";

type Parts = (Arc<FixedClock>, Arc<dyn TokenSigner>);

pub(super) async fn assemble(registration: RegistrationPolicy) -> (Services, Parts, TestSqlite) {
    let (store, database) = sqlite().await.unwrap();
    let clock = Arc::new(FixedClock::at(NOW));
    let entropy = Arc::new(OsEntropy);
    let env = Environment {
        store: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    let one = NonZeroUsize::MIN;
    let size = PoolSize {
        threads: one,
        queue: one.saturating_add(31),
    };
    let pepper = Secret::new([1; 32]);
    let hasher = Argon2Hasher::new(&pepper, Argon2Params::cheap(), size, entropy.clone()).unwrap();
    let hasher: Arc<dyn PasswordHasher> = Arc::new(hasher);
    let signer: Arc<dyn TokenSigner> = Arc::new(JwtSigner::new(&Secret::new([2; 32])).unwrap());
    let ports = SessionPorts {
        hasher: hasher.clone(),
        signer: signer.clone(),
        digester: Arc::new(ServerDigester::new(&Secret::new([3; 32]))),
    };
    let services = Services {
        accounts: Accounts::new(env.clone(), hasher, registration),
        sessions: Sessions::new(env, ports, ISSUER),
        clock: clock.clone(),
        entropy,
        readiness: vec![Arc::new(StoreCheck(store))],
        signing_keys: signer.public_keys(),
        info: ServerInfo {
            version: "9.9.9",
            public_url: ISSUER.to_owned(),
            registration,
        },
    };
    (services, (clock, signer), database)
}
