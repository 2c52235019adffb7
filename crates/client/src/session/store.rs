//! A session that several programs share, and that outlives them: its refresh token is kept in a place of theirs.

use std::fmt;
use std::io;
use std::sync::Arc;

use sealpost_domain::Secret;
use tokio::task::spawn_blocking;

use crate::wire::OpenedSession;
use crate::{ClientError, Server};

/// Where the refresh token of a session is kept. Each renewal spends it and makes another one: whoever renews holds the
/// token until its successor is kept, so that no token is spent twice.
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// Takes hold of the token, waiting until nobody else holds it. May block.
    ///
    /// # Errors
    /// Why there is none; the call that needs it fails with [`ClientError::LocalFile`].
    fn hold(&self) -> io::Result<Box<dyn HeldToken>>;
}

/// A refresh token that nobody else uses meanwhile; dropping it lets go of it.
pub trait HeldToken: Send {
    /// The token.
    fn token(&self) -> Secret<String>;

    /// Keeps its successor in its place, durably: until this returns, no new token is used. May block.
    ///
    /// # Errors
    /// Why it is not kept. The server gives the same successor again for ten seconds.
    fn replace(&mut self, successor: &Secret<String>) -> io::Result<()>;
}

/// Exchanges the token that is in the store now, and keeps its successor there before anybody uses it.
pub(super) async fn exchange_stored(
    server: &Server,
    store: &Arc<dyn TokenStore>,
) -> Result<OpenedSession, ClientError> {
    let store = Arc::clone(store);
    let mut held = blocking(move || store.hold()).await?;
    let opened = server.exchange(&held.token()).await?;
    let successor = opened.refresh_token.clone();
    blocking(move || held.replace(&successor)).await?;
    Ok(opened)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ClientError> {
    let done = spawn_blocking(work).await;
    Ok(done.map_err(ClientError::unexpected)??)
}
