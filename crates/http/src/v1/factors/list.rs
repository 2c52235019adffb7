use actix_web::{get, web};

use super::view::FactorsBody;
use crate::Services;
use crate::extract::Authenticated;
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems};
use crate::problem::Problem;

/// See your second factors
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses((status = 200, body = FactorsBody, description = "What is on"), AuthProblems, CommonProblems),
)]
#[get("/me/factors")]
pub(in crate::v1) async fn list_factors(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<FactorsBody>, Problem> {
    let set = services.factors.list(&actor).await?;
    Ok(web::Json(set.into()))
}
