//! `/v1/challenges`: what people complete to show that they are.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::openapi::{CommonProblems, DISCOVERY};

/// A sentence with a blank.
#[derive(Serialize, ToSchema)]
#[schema(as = Challenge)]
struct ChallengeBody {
    /// A misspelt sentence; a word is missing where the line is.
    #[schema(value_type = String, example = "Fyyyill in de ____ hooman.")]
    question: &'static str,
}

/// Get a sentence to complete
///
/// For clients of the dialect `mailbox` that build a page to sign up: `/create_user` wants it back with the missing word.
#[utoipa::path(
    tag = DISCOVERY,
    security(()),
    responses((status = 200, body = ChallengeBody, description = "The sentence"), CommonProblems),
)]
#[get("/challenges")]
pub(super) async fn draw_challenge(services: web::Data<Services>) -> web::Json<ChallengeBody> {
    let question = services.challenges.draw().question;
    web::Json(ChallengeBody { question })
}
