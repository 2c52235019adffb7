use sealpost_domain::operators::{EndByOperatorError, Operator};
use sealpost_domain::sessions::SessionId;

use super::Admin;
use super::users::existing;
use crate::admin::wire::{Answer, Page, Refusal, Session, SessionsEnded};

impl Admin {
    pub(super) async fn list_sessions(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let overview = self.operators.view(operator, existing(username)?).await?;
        Ok(Answer::Sessions(Page {
            data: overview.sessions.iter().map(Session::from).collect(),
            next: None,
        }))
    }

    pub(super) async fn revoke_session(
        &self,
        operator: Operator,
        id: &str,
    ) -> Result<Answer, Refusal> {
        // What cannot be an id is nobody's.
        let id: SessionId = id.parse().map_err(|_| EndByOperatorError::Unknown)?;
        self.operators.end_session(operator, id).await?;
        Ok(Answer::SessionsEnded(SessionsEnded { sessions_ended: 1 }))
    }

    pub(super) async fn revoke_sessions(
        &self,
        operator: Operator,
        username: &str,
    ) -> Result<Answer, Refusal> {
        let username = existing(username)?;
        let sessions_ended = self.operators.end_sessions(operator, username).await?;
        Ok(Answer::SessionsEnded(SessionsEnded { sessions_ended }))
    }
}
