use actix_web::{HttpResponse, post, web};
use sealpost_domain::authentication::Identifier;
use sealpost_domain::recovery::{RecoveryForm, StartRecovery, StartedRecovery};
use sealpost_domain::sessions::Dialect;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Services;
use crate::extract::{ClientAddress, Json};
use crate::openapi::{ACCOUNTS, BodyProblems, CommonProblems, TooMany};
use crate::problem::Problem;
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire::WireTime;

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRecovery {
    /// A username or a mail address.
    #[schema(example = "alice")]
    identifier: String,
}

/// A recovery that waits for its code. It looks the same if there is no such account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recovery)]
struct RecoveryBody {
    /// Names the recovery.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// When the code ends.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:14:05.678Z")]
    expires_at: WireTime,
}

impl From<StartedRecovery> for RecoveryBody {
    fn from(started: StartedRecovery) -> Self {
        Self {
            id: started.id.to_string(),
            expires_at: WireTime(started.expires_at),
        }
    }
}

/// Ask for a new password
///
/// The first of three steps. If there is such an account and it has a mail address, a code is on its way there, good for
/// ten minutes and three tries. The answer is the same if there is none. One a minute, five an hour and ten a day for
/// each name.
#[utoipa::path(
    tag = ACCOUNTS,
    security(()),
    request_body = NewRecovery,
    responses(
        (status = 202, body = RecoveryBody, description = "If there is somebody to mail a code to, it is on its way"),
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/recoveries")]
pub(in crate::v1) async fn start_recovery(
    services: web::Data<Services>,
    address: ClientAddress,
    body: Json<NewRecovery, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let command = StartRecovery {
        identifier: Identifier::parse(&body.0.identifier),
        dialect: Dialect::Native,
        form: RecoveryForm::NATIVE,
        address: address.limit_key(),
    };
    let started = services.recoveries.start(command).await?;
    Ok(HttpResponse::Accepted().json(RecoveryBody::from(started)))
}
