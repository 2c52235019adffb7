//! Fills a database with what a server would have written after years: through the store's own ports, in large units of
//! work, with one password hash for everybody.

mod rows;
mod store;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sealpost_client::{ConversationId, Server};
use sealpost_domain::Environment;
use sealpost_domain::accounts::Username;
use sealpost_domain::ports::{PasswordHash, StoreError, StoreExt as _};

use crate::error::BenchError;
use crate::options::SizeOptions;
use crate::report::say;
use crate::setup::{Launch, Place, end};

/// The password of everybody whom this program makes.
pub(crate) const PASSWORD: &str = "a password for many";
/// Whose password hash everybody gets.
const MODEL: &str = "seeded";
/// A prime: steps of it visit all accounts in an order that their ids do not have.
const STEP: usize = 7_919;

/// How many of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) accounts: u32,
    pub(crate) conversations: u32,
    pub(crate) messages: u32,
}

impl Sizes {
    /// As many as asked for, but no fewer than people can be taken from, and no more conversations than pairs.
    pub(crate) fn of(options: &SizeOptions) -> Self {
        Self::bounded(options.accounts, options.conversations, options.messages)
    }

    /// So many times fewer of everything.
    pub(crate) fn divided_by(self, factor: u32) -> Self {
        let factor = factor.max(1);
        Self::bounded(
            self.accounts / factor,
            self.conversations / factor,
            self.messages / factor,
        )
    }

    fn bounded(accounts: u32, conversations: u32, messages: u32) -> Self {
        let accounts = accounts.max(1_000);
        Self {
            accounts,
            conversations: conversations.clamp(2, accounts.saturating_mul(2)),
            messages,
        }
    }
}

/// What there is after that.
#[derive(Debug, Clone)]
pub(crate) struct Seeded {
    sizes: Sizes,
    /// A fifth of all messages.
    pub(crate) long: ConversationId,
}

impl Seeded {
    /// The full name of an account, for each number another one from somewhere among all.
    pub(crate) fn spread_name(&self, number: usize) -> String {
        let accounts = usize::try_from(self.sizes.accounts).unwrap_or(usize::MAX);
        name(number.wrapping_mul(STEP) % accounts)
    }

    /// Who is in the long conversation.
    pub(crate) fn owner_of_long(&self) -> String {
        name(0)
    }
}

fn name(number: usize) -> String {
    format!("g{number}")
}

/// Makes the database with the server's own program, then fills it while no server runs.
pub(crate) async fn fill(binary: &Path, place: Place, sizes: &Sizes) -> Result<Place, BenchError> {
    let began = std::time::Instant::now();
    let place = Arc::new(place);
    let launch = Launch::new(binary.to_owned(), Arc::clone(&place));
    let (mut child, url) = launch.spawn().await?;
    let server = Server::at(&url)?.with_patience(Duration::ZERO);
    server.register(MODEL, PASSWORD, None).await?;
    end(&mut child).await?;
    drop(launch);

    let (env, sealer) = store::open(&place).await?;
    let hash = hash_of_model(&env).await?;
    let accounts = rows::accounts(&env, sizes, &hash).await?;
    let conversations = rows::conversations(&env, sizes, &accounts, &sealer).await?;
    rows::messages(&env, sizes, &conversations).await?;
    drop(env);
    store::settle(&place).await?;

    let long = conversations.first().map(|one| one.id);
    let long = long.ok_or_else(|| BenchError::NotSeeded("no conversation".to_owned()))?;
    let still_used = || BenchError::NotSeeded("the data folder is in use".to_owned());
    let mut place = Arc::into_inner(place).ok_or_else(still_used)?;
    place.seeded = Some(Seeded {
        sizes: *sizes,
        long,
    });
    let seconds = began.elapsed().as_secs();
    say(&format!("{sizes:?} in {seconds} s"));
    Ok(place)
}

async fn hash_of_model(env: &Environment) -> Result<PasswordHash, BenchError> {
    let model = Username::parse(MODEL).map_err(|error| BenchError::NotSeeded(error.to_string()))?;
    let found = env.store.read(move |tx| {
        let Some(account) = tx.accounts().find_by_username(&model)? else {
            return Ok::<_, StoreError>(None);
        };
        tx.accounts().find_password(account.id)
    });
    let missing = || BenchError::NotSeeded("the account just made is not there".to_owned());
    found.await?.ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_who_is_taken_is_somebody_else() {
        let sizes = Sizes::bounded(1_000, 9_000, 5);
        assert_eq!(sizes.conversations, 2_000);
        let seeded = Seeded {
            sizes,
            long: ConversationId::from_bytes([0; 16]),
        };
        let names: BTreeSet<_> = (0..1_000)
            .map(|number| seeded.spread_name(number))
            .collect();
        assert_eq!(names.len(), 1_000);
        assert_eq!(
            Sizes::bounded(100_000, 200_000, 50).divided_by(10).messages,
            5
        );
    }
}
