use actix_web::{get, web};

use super::Refusals;
use super::auth::Caller;
use super::errors::TokenRefusals;
use crate::Services;
use crate::openapi::VAULT;
use crate::problem::Problem;

/// Try a token
#[utoipa::path(
    tag = VAULT,
    security(("vault" = [])),
    responses(
        (
            status = 200, body = String, content_type = "text/plain", description = "It is good",
            example = json!("Login is OK, your name: User"),
        ),
        Refusals,
        TokenRefusals,
    ),
)]
#[get("/test_login")]
pub(super) async fn vault_test_login(
    services: web::Data<Services>,
    Caller(actor): Caller,
) -> Result<String, Problem> {
    let account = services.accounts.view(&actor).await?;
    let name = account.username.as_str();
    Ok(format!("Login is OK, your name: {name}"))
}
