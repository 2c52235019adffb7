//! The ports: everything the domain asks of the world, as traits that adapters implement.
//!
//! Repository ports are sync and live inside a unit of work ([`Tx`]); ports that really wait are async. Each method
//! states its contract here; the conformance suites in `testing` hold every adapter to it.

mod accounts;
mod clock;
mod digester;
mod entropy;
mod installation;
mod password_hasher;
mod sealer;
mod sessions;
mod store;
mod store_error;
mod token_signer;

pub use accounts::AccountRepository;
pub use clock::Clock;
pub use digester::{Digest, Digester, MacPurpose};
pub use entropy::Entropy;
pub use installation::InstallationRepository;
pub use password_hasher::{HashError, PasswordHash, PasswordHasher, Verification};
pub use sealer::{Binding, SealError, SealPurpose, Sealer};
pub use sessions::SessionRepository;
pub use store::{Store, StoreExt, Tx, Unit, Verdict};
pub use store_error::{Constraint, StoreError};
pub use token_signer::{AccessClaims, PublicSigningKey, TokenError, TokenSigner};

#[cfg(any(test, feature = "testing"))]
pub use self::{
    accounts::MockAccountRepository, installation::MockInstallationRepository,
    password_hasher::MockPasswordHasher, sealer::MockSealer, sessions::MockSessionRepository,
    token_signer::MockTokenSigner,
};
