//! `/oauth/authorize` and `/oauth/callback`: logging in with another provider's word.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use sealpost_domain::authentication::LoginError;
use sealpost_domain::federation::{Begin, Finish, FinishError, Finished, ProviderId};
use sealpost_domain::sessions::Dialect;
use utoipa::IntoResponses;

use super::Refusals;
use super::errors::refusals;
use super::tokens::Tokens;
use crate::Services;
use crate::extract::{ClientAddress, LoginOrigin, Query};
use crate::middleware::Deadline;
use crate::openapi::{Responses, SOCIAL};
use crate::problem::Problem;
use crate::v1::oauth::{CameBack, PROVIDER_PATIENCE, TransactionCookie};

/// The provider of this dialect.
fn provider(services: &Services) -> Result<ProviderId, Problem> {
    let provider = services.federation.sole_provider();
    provider
        .map(|info| info.id.clone())
        .ok_or_else(Problem::not_found)
}

/// Where the provider sends browsers back to: of the configured public URL alone.
fn redirect_uri(services: &Services) -> String {
    format!("{}/oauth/callback", services.info.public_url)
}

/// What only these routes answer.
struct NoProvider;

impl IntoResponses for NoProvider {
    fn responses() -> Responses {
        refusals(&[(404, "No provider is set up")])
    }
}

/// Log in with a provider
///
/// To be opened in a browser: it goes on to the provider and comes back to `/oauth/callback` within ten minutes. The cookie
/// binds the login to this browser.
#[utoipa::path(
    tag = SOCIAL,
    security(()),
    responses(
        (
            status = 302, description = "On to the provider",
            headers(
                ("location" = String, description = "Where the provider asks who you are"),
                ("set-cookie" = String, description = "Binds the login to this browser"),
            ),
        ),
        NoProvider,
        Refusals,
    ),
)]
#[get("/oauth/authorize")]
pub(super) async fn social_authorize(
    request: HttpRequest,
    services: web::Data<Services>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    Deadline::of(&request).restart_after(PROVIDER_PATIENCE);
    let command = Begin {
        provider: provider(&services)?,
        dialect: Dialect::Social,
        redirect_uri: redirect_uri(&services),
        origin: address.limit_key(),
    };
    let begun = services.federation.begin_login(command).await?;
    let mut answer = HttpResponse::Found();
    answer.insert_header((header::LOCATION, begun.url.as_str()));
    if let Some(cookie) = TransactionCookie::of(&services.info.public_url).set(&begun.secret) {
        answer.insert_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.finish())
}

/// What only this route answers.
struct NotLoggedIn;

impl IntoResponses for NotLoggedIn {
    fn responses() -> Responses {
        refusals(&[
            (401, "The provider does not confirm the login"),
            (
                403,
                "The login was not begun in this browser, was declined, or the account has a second factor",
            ),
        ])
    }
}

/// Come back from the provider
///
/// Whoever is known is logged in; a stranger gets an account, under the name that the provider tells (with a suffix if it
/// is taken).
#[utoipa::path(
    tag = SOCIAL,
    security(()),
    params(
        ("code" = Option<String>, Query, description = "What the provider exchanges for its word"),
        ("state" = Option<String>, Query, description = "Which login it is"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
        ("iss" = Option<String>, Query, description = "Whose answer it is (RFC 9207)"),
    ),
    responses((status = 200, body = Tokens, description = "Logged in"), NotLoggedIn, NoProvider, Refusals),
)]
#[get("/oauth/callback")]
pub(super) async fn social_callback(
    request: HttpRequest,
    services: web::Data<Services>,
    LoginOrigin(origin): LoginOrigin,
    Query(came_back): Query<CameBack>,
) -> Result<HttpResponse, Problem> {
    came_back.check()?;
    Deadline::of(&request).restart_after(PROVIDER_PATIENCE);
    let cookie = TransactionCookie::of(&services.info.public_url);
    let command = Finish {
        provider: provider(&services)?,
        dialect: Dialect::Social,
        redirect_uri: redirect_uri(&services),
        state: came_back.state().to_owned(),
        secret: cookie.read(request.headers()),
        issuer: came_back.issuer().map(str::to_owned),
        answer: came_back.into_answer(),
        origin,
    };
    let told = match services.federation.finish(command).await {
        Ok(Finished::Admitted(admission)) => {
            admission.opened().map_err(|error| refuse(error.into()))
        }
        // Nothing is linked through this dialect.
        Ok(Finished::Linked(_)) => Err(Problem::internal()),
        Err(error) => Err(refuse(error)),
    };
    // Whatever came of it, the secret in the browser is worth nothing any more.
    let used_up = cookie.clear();
    match (told, used_up) {
        (Ok(session), used_up) => {
            let mut answer = HttpResponse::Ok().json(Tokens::from(&session));
            if let Some(used_up) = used_up {
                answer.headers_mut().insert(header::SET_COOKIE, used_up);
            }
            Ok(answer)
        }
        (Err(problem), Some(used_up)) => Err(problem.with_header(header::SET_COOKIE, used_up)),
        (Err(problem), None) => Err(problem),
    }
}

fn refuse(error: FinishError) -> Problem {
    match error {
        FinishError::Login(LoginError::WrongCredentials) => Problem::new(
            StatusCode::FORBIDDEN,
            "second-factor-required",
            "this account has a second factor: log in with username, password and code",
        ),
        error => error.into(),
    }
}
