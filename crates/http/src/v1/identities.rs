//! `/v1/me/identities`: who can log in to an account by another provider's word.

use actix_web::{HttpResponse, delete, get, web};
use sealpost_domain::federation::{IdentityId, LinkedIdentity};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FEDERATION, Responses, UnknownId, problems};
use crate::problem::Problem;
use crate::wire::{ListView, WireTime};

/// Somebody at a provider who can log in to your account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Identity)]
pub(super) struct IdentityBody {
    /// Names the link.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// The provider; null if the operator has removed it, then nobody logs in this way.
    #[schema(required, example = "corp")]
    provider: Option<String>,
    /// Who names them.
    #[schema(example = "https://idp.example")]
    issuer: String,
    /// What the issuer calls them, for ever.
    #[schema(example = "248289761001")]
    subject: String,
    /// What they were called there when it was last used; null if it was not told.
    #[schema(required, example = "alice")]
    username: Option<String>,
    /// Where their picture was then; null if it was not told.
    #[schema(required, example = "https://idp.example/pictures/alice.png")]
    picture: Option<String>,
    /// When it was linked.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    linked_at: WireTime,
    /// When it was last used.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    used_at: WireTime,
}

impl From<&LinkedIdentity> for IdentityBody {
    fn from(LinkedIdentity { identity, provider }: &LinkedIdentity) -> Self {
        Self {
            id: identity.id.to_string(),
            provider: provider.as_ref().map(|provider| provider.id.to_string()),
            issuer: identity.external.issuer().to_owned(),
            subject: identity.external.subject().to_owned(),
            username: identity.profile.username().map(str::to_owned),
            picture: identity.profile.picture().map(str::to_owned),
            linked_at: WireTime(identity.linked_at),
            used_at: WireTime(identity.used_at),
        }
    }
}

/// See who can log in to your account by a provider's word
///
/// Oldest first, in one stretch: an account has at most 20.
#[utoipa::path(
    tag = FEDERATION,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ListView<IdentityBody>, description = "Your identities"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[get("/me/identities")]
pub(super) async fn list_identities(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<ListView<IdentityBody>>, Problem> {
    let linked = services.federation.list(&actor).await?;
    Ok(web::Json(ListView {
        data: linked.iter().map(IdentityBody::from).collect(),
        next_cursor: None,
    }))
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                401,
                "insufficient-user-authentication",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`; `insufficient-user-authentication`: \
                 the login is too old, and `WWW-Authenticate` says how old it may be (RFC 9470)",
            ),
            (
                409,
                "last-way-in",
                "`last-way-in`: the account has no password; set one, or link another identity first",
            ),
        ])
    }
}

/// Remove an identity
///
/// They cannot log in to your account any more. Needs a login not older than 15 minutes. The last one of an account
/// without a password stays: nobody could log in.
#[utoipa::path(
    tag = FEDERATION,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the link")),
    responses(
        (status = 204, description = "It is removed"),
        AuthProblems,
        Refusals,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/me/identities/{id}")]
pub(super) async fn remove_identity(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<IdentityId>,
) -> Result<HttpResponse, Problem> {
    services.federation.unlink(&actor, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
