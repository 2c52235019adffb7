use actix_web::{post, web};
use sealpost_domain::Secret;
use sealpost_domain::recovery::{RecoveryId, VerifiedRecovery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{Json, PathId};
use crate::openapi::{ACCOUNTS, BodyProblems, CommonProblems, UnknownId};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire::{self, WireTime};

/// What came by mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecoveryCode {
    /// Eight letters and digits; case, spaces and hyphens do not count.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "7K3M9QXA")]
    code: Secret<String>,
}

/// A recovery whose code was given.
#[derive(Serialize, ToSchema)]
#[schema(as = VerifiedRecovery)]
struct VerifiedRecoveryBody {
    /// For the last step.
    #[schema(example = "sprc_5f1d…")]
    token: String,
    /// When it ends.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:14:05.678Z")]
    expires_at: WireTime,
}

impl From<&VerifiedRecovery> for VerifiedRecoveryBody {
    fn from(verified: &VerifiedRecovery) -> Self {
        Self {
            token: verified.token.expose().to_owned(),
            expires_at: WireTime(verified.expires_at),
        }
    }
}

/// Give the code of a recovery
///
/// The second step. The code becomes a token, good for ten minutes. Three tries for each code; a wrong one is 422
/// `wrong-code`, as is one that is used up or too old, and any code of a recovery that nobody has asked for.
#[utoipa::path(
    tag = ACCOUNTS,
    security(()),
    params(("id" = String, Path, format = "uuid", description = "Names the recovery")),
    request_body = RecoveryCode,
    responses(
        (status = 200, body = VerifiedRecoveryBody, description = "Now set the new password"),
        UnknownId,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/recoveries/{id}/verify")]
pub(in crate::v1) async fn verify_recovery(
    services: web::Data<Services>,
    PathId(id): PathId<RecoveryId>,
    body: Json<RecoveryCode, AUTH_JSON_LIMIT>,
) -> Result<web::Json<VerifiedRecoveryBody>, Problem> {
    let verified = services.recoveries.verify(id, &body.0.code).await?;
    Ok(web::Json(VerifiedRecoveryBody::from(&verified)))
}
