use actix_web::{get, web};
use sealpost_domain::sessions::{Actor, Session};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::Authenticated;
use crate::openapi::{AuthProblems, CommonProblems, SESSIONS};
use crate::problem::Problem;
use crate::wire::{ListView, WireTime};

/// A login that has not ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(in crate::v1) struct SessionBody {
    /// Names the session.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// The API it is good for.
    #[schema(value_type = String, example = "native")]
    dialect: &'static str,
    /// What the client called itself (`User-Agent`) when it logged in; null if it did not.
    #[schema(required, example = "sealpost-cli/0.1")]
    client: Option<String>,
    /// When it was opened.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// When the password was last proved.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    authenticated_at: WireTime,
    /// When it ends by itself.
    #[schema(value_type = String, format = "date-time", example = "2026-12-21T13:04:05.678Z")]
    expires_at: WireTime,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionBody {
    pub(in crate::v1) fn new(session: &Session, actor: &Actor) -> Self {
        Self {
            id: session.id.to_string(),
            dialect: session.dialect.name(),
            client: session.client.clone(),
            created_at: WireTime(session.created_at),
            authenticated_at: WireTime(session.authenticated_at),
            expires_at: WireTime(session.expires_at),
            current: session.id == actor.session(),
        }
    }
}

/// See your sessions
///
/// Newest first, of every API, in one stretch: an account has at most 100 sessions, and logging in once more ends the
/// oldest.
#[utoipa::path(
    tag = SESSIONS,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ListView<SessionBody>, description = "Your sessions"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[get("/sessions")]
pub(crate) async fn list_sessions(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<ListView<SessionBody>>, Problem> {
    let sessions = services.sessions.list(&actor).await?;
    let data = sessions
        .iter()
        .map(|session| SessionBody::new(session, &actor));
    Ok(web::Json(ListView {
        data: data.collect(),
        next_cursor: None,
    }))
}
