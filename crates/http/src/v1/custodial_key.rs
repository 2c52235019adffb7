//! `/v1/me/custodial-key`: the private key that the server keeps for the dialect `channel`, and its recovery key.

use actix_web::{HttpResponse, delete, get, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::custodial_keys::{CreatedRecoveryKey, KeyState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::extract::{Authenticated, Json};
use crate::openapi::{
    AuthProblems, BodyProblems, CommonProblems, KEYS, Responses, StepUp, TooMany, problems,
};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire::{self, WireTime};

/// The private key that the server keeps for the account.
#[derive(Serialize, ToSchema)]
#[schema(as = CustodialKey)]
struct CustodialKeyBody {
    /// Names its public half, which is listed among the account's keys.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120005")]
    key_id: String,
    /// When the account got it.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// Whether a recovery key opens it.
    #[schema(example = false)]
    recovery_key: bool,
    /// Always `server`: the server can use it while its owner is logged in to the dialect `channel`.
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
}

impl From<KeyState> for CustodialKeyBody {
    fn from(state: KeyState) -> Self {
        Self {
            key_id: state.key.to_string(),
            created_at: WireTime(state.created_at),
            recovery_key: state.has_recovery_key,
            protection: "server",
        }
    }
}

/// The account's password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRecoveryKey {
    /// The account's password: it opens the key that the recovery key is for.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "correct horse battery")]
    password: Secret<String>,
}

/// A new recovery key. It can be seen this once only.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedRecoveryKey)]
struct CreatedRecoveryKeyBody {
    /// Names the key that it opens.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120005")]
    key_id: String,
    /// `spk_` and 32 letters and digits: put it away.
    #[schema(example = "spk_3k7m…")]
    recovery_key: String,
}

impl From<&CreatedRecoveryKey> for CreatedRecoveryKeyBody {
    fn from(created: &CreatedRecoveryKey) -> Self {
        Self {
            key_id: created.key.to_string(),
            recovery_key: created.recovery_key.expose().to_owned(),
        }
    }
}

/// What only making one answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (403, "wrong-password", "`wrong-password`"),
            (
                409,
                "no-custodial-key",
                "`no-custodial-key`: the server keeps none for this account; logging in to the dialect `channel` makes one",
            ),
        ])
    }
}

/// Where there is nothing.
struct Missing;

impl IntoResponses for Missing {
    fn responses() -> Responses {
        problems(&[(404, "not-found", "`not-found`: there is none")])
    }
}

/// See what the server keeps
///
/// Of the private key that the dialect `channel` uses for you nothing but this is ever shown.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    responses(
        (status = 200, body = CustodialKeyBody, description = "There is one"),
        AuthProblems,
        Missing,
        CommonProblems,
    ),
)]
#[get("/me/custodial-key")]
pub(super) async fn view_custodial_key(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    let state = services.custodial_keys.state(&actor).await?;
    let state = state.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(CustodialKeyBody::from(state)))
}

/// Make a recovery key
///
/// With it a recovery keeps the private key that the server keeps for you: without it there is a new one, and what was
/// encrypted before stays closed. It is shown in this answer and never again; one that there was is void. It stays good when
/// the password changes, and ends with the key. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    request_body = NewRecoveryKey,
    responses(
        (status = 201, body = CreatedRecoveryKeyBody, description = "The recovery key"),
        AuthProblems,
        StepUp,
        Refusals,
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/me/custodial-key/recovery-key")]
pub(super) async fn make_recovery_key(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    body: Json<NewRecoveryKey, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let password = Password::attempt(body.0.password.expose());
    let keys = &services.custodial_keys;
    let created = keys
        .make_recovery_key(&actor, &services.authentication, password)
        .await?;
    Ok(HttpResponse::Created().json(CreatedRecoveryKeyBody::from(&created)))
}

/// Remove the recovery key
///
/// It opens nothing any more. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "There is none any more"),
        AuthProblems,
        StepUp,
        Missing,
        CommonProblems,
    ),
)]
#[delete("/me/custodial-key/recovery-key")]
pub(super) async fn remove_recovery_key(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.custodial_keys.remove_recovery_key(&actor).await?;
    Ok(HttpResponse::NoContent().finish())
}
