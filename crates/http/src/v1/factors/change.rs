use actix_web::{HttpResponse, delete, post, put, web};

use super::view::{ChangeProblems, RecoveryCodesBody};
use crate::Services;
use crate::extract::Authenticated;
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems, UnknownId};
use crate::problem::Problem;

/// Switch the authenticator app off
///
/// The recovery codes go with the last factor. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "It is off"),
        AuthProblems,
        ChangeProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/me/factors/totp")]
pub(in crate::v1) async fn disable_totp(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.factors.remove_totp(&actor).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Switch codes by mail on
///
/// From now on a login wants a code that is sent to the account's verified address (`POST /v1/email-codes`). With the
/// first factor of an account come ten recovery codes. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 200, body = RecoveryCodesBody, description = "They are on"),
        AuthProblems,
        ChangeProblems,
        CommonProblems,
    ),
)]
#[put("/me/factors/email-code")]
pub(in crate::v1) async fn enable_email_code(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<RecoveryCodesBody>, Problem> {
    let codes = services.factors.enable_email_code(&actor).await?;
    Ok(web::Json(codes.into()))
}

/// Switch codes by mail off
///
/// The recovery codes go with the last factor. Needs a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "They are off"),
        AuthProblems,
        ChangeProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/me/factors/email-code")]
pub(in crate::v1) async fn disable_email_code(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.factors.remove_email_code(&actor).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Get new recovery codes
///
/// Ten, in place of all others. Needs a second factor that they stand in for, and a login not older than 15 minutes.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 201, body = RecoveryCodesBody, description = "The old ones are void"),
        AuthProblems,
        ChangeProblems,
        CommonProblems,
    ),
)]
#[post("/me/factors/recovery-codes")]
pub(in crate::v1) async fn replace_recovery_codes(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    let codes = services.factors.replace_recovery_codes(&actor).await?;
    Ok(HttpResponse::Created().json(RecoveryCodesBody::from(Some(codes))))
}
