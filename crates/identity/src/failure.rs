//! What went wrong at a provider: the operator reads it in the log, the person hears only what to do.

use std::error::Error;
use std::fmt::{Display, Write};
use std::time::Duration;

use oauth2::{ErrorResponseType, RequestTokenError};
use sealpost_domain::federation::ProviderInfo;
use sealpost_domain::ports::ProviderError;
use thiserror::Error;

use crate::fetch::FetchError;

/// How long a provider may take for all that one step of a login needs of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What went wrong. No text holds a code, a token or a secret.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// It is not there, or not what it should be.
    #[error("{0}")]
    Failed(String),
    /// It says no, or what it says does not hold.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// `what` did not work, because of `error` and its causes.
    pub(crate) fn failed(what: &str, error: &dyn Error) -> Self {
        Self::Failed(format!("{what}: {}", chain(error)))
    }

    /// `what` does not hold.
    pub(crate) fn refused(what: impl Display) -> Self {
        Self::Refused(what.to_string())
    }

    /// What the token endpoint made of a code. Of its own words only the code of the error is kept.
    pub(crate) fn of_exchange<T: ErrorResponseType + Display>(
        error: RequestTokenError<FetchError, oauth2::StandardErrorResponse<T>>,
    ) -> Self {
        let what = "the code was not exchanged";
        match error {
            RequestTokenError::ServerResponse(refusal) => {
                Self::refused(format!("{what}: {}", refusal.error()))
            }
            RequestTokenError::Request(error) => Self::failed(what, &error),
            RequestTokenError::Parse(..) => {
                Self::Failed(format!("{what}: the answer is none that is known"))
            }
            RequestTokenError::Other(_) => Self::Failed(format!("{what}: the answer is odd")),
        }
    }
}

/// Waits for a step as long as it may take, and tells the operator what went wrong.
pub(crate) async fn bounded<T>(
    provider: &ProviderInfo,
    step: impl Future<Output = Result<T, Failure>> + Send,
) -> Result<T, ProviderError> {
    let done = tokio::time::timeout(PATIENCE, step).await;
    let failure = match done {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(failure)) => failure,
        Err(_) => Failure::Failed("it took longer than 10 seconds".to_owned()),
    };
    tracing::warn!(provider = %provider.id, error = %failure, "a login with a provider came to nothing");
    Err(match failure {
        Failure::Failed(_) => ProviderError::Failed,
        Failure::Refused(_) => ProviderError::Refused,
    })
}

/// The error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a String does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
