//! Uploads: what feeds the use case that stores.

use std::future::Future;
use std::pin::pin;

use futures_util::future::{Either, select};
use sealpost_domain::files::{BrokenBody, File, NewFile, NewSealedFile, UploadFileError};
use sealpost_domain::ports::ByteStream;
use sealpost_domain::sessions::Actor;
use sealpost_domain::storage::StorageRefused;
use tracing::Instrument as _;

use super::refuse_mismatch;
use crate::Services;
use crate::extract::Upload;
use crate::problem::Problem;

/// What is to be stored.
pub(crate) enum Incoming {
    /// A file, for the server to seal.
    Plain(NewFile),
    /// A file that its client has sealed.
    Sealed(Box<NewSealedFile>),
}

impl From<NewFile> for Incoming {
    fn from(new: NewFile) -> Self {
        Self::Plain(new)
    }
}

/// Runs the use case and the pump that feeds it side by side.
pub(crate) async fn receive(
    services: &Services,
    actor: &Actor,
    new: impl Into<Incoming>,
    upload: Upload,
) -> Result<File, Problem> {
    let (pump, body) = upload.split();
    let new = new.into();
    let storing = pin!(async move {
        match new {
            Incoming::Plain(new) => services.files.upload(actor, new, body).await,
            Incoming::Sealed(new) => services.files.upload_sealed(actor, *new, body).await,
        }
    });
    let stored = match select(pin!(pump.run()), storing).await {
        Either::Left((pumped, storing)) => {
            // The client's fault is the better answer; what was stored until then goes with `storing`.
            pumped?;
            storing.await
        }
        // It ended before the body did.
        Either::Right((stored, _)) => stored,
    };
    // What else of the body comes on this connection is not the next request.
    stored.map_err(|error| refuse_mismatch(refusal(error)).closing_connection())
}

/// The problem; one of an account that may store no more says how much it may and does.
fn refusal(error: UploadFileError) -> Problem {
    let numbers = match &error {
        UploadFileError::Storage(StorageRefused::OverQuota { limit, used }) => {
            Some((*limit, *used))
        }
        _ => None,
    };
    let problem = Problem::from(error);
    match numbers {
        Some((limit, used)) => problem
            .with_member("limit", limit)
            .with_member("used", used),
        None => problem,
    }
}

/// Runs a use case that keeps what came of a body, and the pump that feeds it. The use case runs on its own: when the client
/// goes away, and the handler with it, the body has ended and what came is kept.
pub(crate) async fn feed<T, E, F>(
    upload: Upload,
    store: impl FnOnce(ByteStream<BrokenBody>) -> F,
) -> Result<Result<T, E>, Problem>
where
    T: 'static,
    E: 'static,
    F: Future<Output = Result<T, E>> + 'static,
{
    let (pump, body) = upload.split();
    let storing = actix_web::rt::spawn(store(body).in_current_span());
    let stored = match select(pin!(pump.run()), storing).await {
        Either::Left((pumped, storing)) => {
            // What came is kept before the client is told that it was not all.
            let stored = storing.await;
            pumped?;
            stored
        }
        // It ended before the body did.
        Either::Right((stored, _)) => stored,
    };
    stored.map_err(|_| {
        tracing::error!("a use case panicked");
        Problem::internal()
    })
}
