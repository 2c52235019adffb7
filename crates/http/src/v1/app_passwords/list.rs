use actix_web::{get, web};

use super::view::AppPasswordBody;
use crate::Services;
use crate::extract::Authenticated;
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems};
use crate::problem::Problem;
use crate::wire::ListView;

/// See your app passwords
///
/// Newest first, in one stretch: an account has at most 50.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ListView<AppPasswordBody>, description = "Your app passwords"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[get("/me/app-passwords")]
pub(in crate::v1) async fn list_app_passwords(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<ListView<AppPasswordBody>>, Problem> {
    let passwords = services.app_passwords.list(&actor).await?;
    Ok(web::Json(ListView {
        data: passwords.iter().map(AppPasswordBody::from).collect(),
        next_cursor: None,
    }))
}
