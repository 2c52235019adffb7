//! `/v1/me/audit`: what happened to the security of the caller's account.

use actix_web::{get, web};
use sealpost_domain::audit::AuditEvent;
use sealpost_domain::sessions::Dialect;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Services;
use crate::extract::{Authenticated, Query};
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems, PageProblems};
use crate::problem::Problem;
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor};

/// Something that happened to the security of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub(super) struct AuditEventBody {
    /// Names the event.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120006")]
    id: String,
    /// What happened, such as `login.failed`; the page "Your account" of the handbook has them all. More will come.
    #[schema(value_type = String, example = "key.published")]
    kind: &'static str,
    /// When.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// Through which session, which may have ended; null if through none.
    #[schema(
        required,
        format = "uuid",
        example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002"
    )]
    session_id: Option<String>,
    /// Through which API; null if from the operator's shell.
    #[schema(value_type = Option<String>, required, example = "native")]
    dialect: Option<&'static str>,
    /// The id of the session, key, file, … that it is about, which may be gone; null where the kind says it all.
    #[schema(
        required,
        format = "uuid",
        example = "019aa6b0-7c3a-7d52-9a5e-0242ac120005"
    )]
    subject_id: Option<String>,
}

impl From<&AuditEvent> for AuditEventBody {
    fn from(event: &AuditEvent) -> Self {
        Self {
            id: event.id.to_string(),
            kind: event.kind.name(),
            created_at: WireTime(event.at),
            session_id: event.session.map(|id| id.to_string()),
            dialect: event.dialect.map(Dialect::name),
            subject_id: event.subject.map(|id| Uuid::from_bytes(id).to_string()),
        }
    }
}

/// See your audit trail
///
/// What happened to the security of your account, newest first. Events are kept for a year.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, body = ListView<AuditEventBody>, description = "Some of the events"),
        AuthProblems,
        PageProblems,
        CommonProblems,
    ),
)]
#[get("/me/audit")]
pub(super) async fn list_audit_events(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<AuditEventBody>>, Problem> {
    let before = query.cursor()?;
    let page = services.audit.list(&actor, before, query.limit()).await?;
    Ok(web::Json(ListView {
        data: page.events.iter().map(AuditEventBody::from).collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}
