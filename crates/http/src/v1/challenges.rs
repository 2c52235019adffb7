//! `/v1/challenges`: what people complete to show that they are.

use actix_web::{get, web};
use sealpost_domain::challenges::IssuedChallenge;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Services;
use crate::extract::ClientAddress;
use crate::openapi::{CommonProblems, DISCOVERY};
use crate::wire::WireTime;

/// A sentence with a blank.
#[derive(Serialize, ToSchema)]
#[schema(as = Challenge)]
struct ChallengeBody {
    /// A misspelt sentence; a word is missing where the line is.
    #[schema(value_type = String, example = "Fyyyill in de ____ hooman.")]
    question: &'static str,
    /// Comes back with the answer to `POST /v1/accounts`. It is good from your address alone.
    #[schema(example = "spq_0123456789abcdef")]
    token: String,
    /// Until when.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:14:05.678Z")]
    expires_at: WireTime,
}

impl From<IssuedChallenge> for ChallengeBody {
    fn from(issued: IssuedChallenge) -> Self {
        Self {
            question: issued.question,
            token: issued.token,
            expires_at: WireTime(issued.expires_at),
        }
    }
}

/// Get a sentence to complete
///
/// Where `human_check` of `GET /v1/server` is `sentence`, `POST /v1/accounts` wants `token` back with the missing word, within ten
/// minutes and once. `/create_user` of the dialect `mailbox` wants the question back with the word.
#[utoipa::path(
    tag = DISCOVERY,
    security(()),
    responses((status = 200, body = ChallengeBody, description = "The sentence"), CommonProblems),
)]
#[get("/challenges")]
pub(super) async fn draw_challenge(
    services: web::Data<Services>,
    address: ClientAddress,
) -> web::Json<ChallengeBody> {
    let issued = services.challenges.issue(Some(address.limit_key()));
    web::Json(ChallengeBody::from(issued))
}
