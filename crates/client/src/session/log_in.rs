use sealpost_domain::Secret;
use serde_json::json;

use crate::call::Call;
use crate::{Client, ClientError, Server};

/// How a login goes on.
#[derive(Debug, Clone)]
pub enum LogIn {
    /// The session is open.
    Opened(Client),
    /// The password is right, and a second factor is wanted.
    SecondFactor(PendingLogIn),
}

/// A login that waits for its second factor: five minutes, and five tries.
#[derive(Debug, Clone)]
pub struct PendingLogIn {
    server: Server,
    ticket: Secret<String>,
    factors: Vec<String>,
}

impl PendingLogIn {
    pub(crate) const fn new(server: Server, ticket: Secret<String>, factors: Vec<String>) -> Self {
        Self {
            server,
            ticket,
            factors,
        }
    }

    /// The kinds of factors of which any one will do, in the words of the API: `totp`, `email-code`, `recovery-code`.
    #[must_use]
    pub fn factors(&self) -> &[String] {
        &self.factors
    }

    /// Has a code mailed. That it was done does not say that a mail was sent: there is at most one a minute.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn mail_code(&self) -> Result<(), ClientError> {
        let body = json!({"ticket": self.ticket.expose()});
        let call = Call::post(&["v1", "email-codes"], &body)?;
        self.server.send(&call, None).await.map(drop)
    }

    /// Opens the session with a code of any kind.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `wrong-second-factor`: try another code; with `invalid-ticket`: begin again.
    pub async fn prove(&self, code: &str) -> Result<Client, ClientError> {
        let body = json!({"ticket": self.ticket.expose(), "code": code});
        let call = Call::post(&["v1", "sessions", "factors"], &body)?;
        self.server.open(&call).await
    }
}
