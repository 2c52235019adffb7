use actix_web::{HttpResponse, post, web};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::factors::FactorCode;
use sealpost_domain::recovery::{
    CompleteRecovery, CompleteRecoveryError, InvalidRecoveryToken, RecoveryId, RecoveryToken,
};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::{IntoResponses, ToSchema};

use crate::Services;
use crate::custodial_key;
use crate::extract::{Json, PathId};
use crate::openapi::{
    ACCOUNTS, BodyProblems, CommonProblems, Responses, TooMany, UnknownId, problems,
};
use crate::problem::{FieldErrors, Problem};
use crate::settings::AUTH_JSON_LIMIT;
use crate::wire;

/// The new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecoveryCompletion {
    /// What the code of the recovery gave.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "sprc_5f1d…")]
    token: Secret<String>,
    /// 8 to 128 characters, no control characters, none that everybody tries first.
    #[serde(deserialize_with = "wire::secret")]
    #[schema(value_type = String, format = "password", example = "wrong donkey accumulator", min_length = 8, max_length = 128)]
    new_password: Secret<String>,
    /// A code of the authenticator app, or a recovery code, where an authenticator app is on.
    #[serde(default, deserialize_with = "wire::optional_secret")]
    #[schema(value_type = Option<String>, format = "password", example = json!(null))]
    otp: Option<Secret<String>>,
    /// The recovery key of the account's custodial key, if its owner has one: then what the dialect `channel` encrypted for
    /// the account stays readable.
    #[serde(default, deserialize_with = "wire::optional_secret")]
    #[schema(value_type = Option<String>, format = "password", example = json!(null))]
    recovery_key: Option<Secret<String>>,
}

impl RecoveryCompletion {
    fn into_command(self, id: RecoveryId) -> Result<CompleteRecovery, Problem> {
        let mut errors = FieldErrors::default();
        let new_password =
            errors.check("new_password", Password::parse(self.new_password.expose()));
        let Some(new_password) = new_password else {
            return Err(errors.into_problem());
        };
        let token = RecoveryToken::parse(self.token.expose());
        Ok(CompleteRecovery {
            id,
            token: token.map_err(|InvalidRecoveryToken| CompleteRecoveryError::Invalid)?,
            new_password,
            factor: self.otp.map(|otp| FactorCode::attempt(otp.expose())),
            recovery_key: self.recovery_key,
            dialect: Dialect::Native,
        })
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[(
            401,
            "second-factor-required",
            "`second-factor-required`: an authenticator app is on, and `otp` is wanted; `wrong-second-factor`: it is another",
        )])
    }
}

/// Set the new password
///
/// The last step. It ends every session of the account, and every app password, recovery and login under way with it. The
/// second factor stays as it is, and where an authenticator app is on, `otp` is wanted. The address that the code went to
/// counts as proved, and gets a notice. 422 `invalid-recovery-token` if the token is not one of this recovery, was used, or
/// is too old; `wrong-recovery-key` if `recovery_key` opens nothing, and the recovery goes on.
#[utoipa::path(
    tag = ACCOUNTS,
    security(()),
    params(("id" = String, Path, format = "uuid", description = "Names the recovery")),
    request_body = RecoveryCompletion,
    responses(
        (status = 204, description = "The new password counts: log in with it. The header `Sealpost-Custodial-Key: replaced` says that what the \
                dialect `channel` encrypted for the account stays closed"),
        Refusals,
        UnknownId,
        TooMany,
        BodyProblems,
        CommonProblems,
    ),
)]
#[post("/recoveries/{id}/complete")]
pub(in crate::v1) async fn complete_recovery(
    services: web::Data<Services>,
    PathId(id): PathId<RecoveryId>,
    body: Json<RecoveryCompletion, AUTH_JSON_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let command = body.0.into_command(id)?;
    let completed = services.recoveries.complete(command).await?;
    Ok(custodial_key::no_content(completed.key_replaced))
}
