//! `/v1/me`: the caller's own account.

use actix_web::{get, web};

use super::accounts::AccountBody;
use crate::Services;
use crate::extract::Authenticated;
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems};
use crate::problem::Problem;

/// See your account
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses((status = 200, body = AccountBody, description = "Your account"), AuthProblems, CommonProblems),
)]
#[get("/me")]
pub(super) async fn view_me(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<AccountBody>, Problem> {
    let account = services.accounts.view(&actor).await?;
    Ok(web::Json(AccountBody::from(&account)))
}
