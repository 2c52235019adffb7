use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use sealpost_domain::federation::{Begin, Begun, ProviderId};
use sealpost_domain::sessions::Dialect;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::cookie::TransactionCookie;
use super::{PROVIDER_PATIENCE, redirect_uri};
use crate::Services;
use crate::extract::{Authenticated, ClientAddress, PathProvider};
use crate::middleware::Deadline;
use crate::openapi::{AuthProblems, CommonProblems, FEDERATION, Responses, UnknownId, problems};
use crate::problem::Problem;

/// What both ways of starting can answer.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                429,
                "too-many-requests",
                "`too-many-requests`: too many logins were begun from this address, or altogether, and not finished",
            ),
            (
                503,
                "federation-provider-failed",
                "`federation-provider-failed`: the provider does not answer; `store-unavailable`, `overloaded`, \
                 `deadline-exceeded`, `tokens-unavailable`: try again after `Retry-After`",
            ),
        ])
    }
}

fn begin(services: &Services, provider: ProviderId, address: ClientAddress) -> Begin {
    Begin {
        redirect_uri: redirect_uri(services, &provider),
        provider,
        dialect: Dialect::Native,
        origin: address.limit_key(),
    }
}

/// Log in with a provider
///
/// To be opened in a browser: it goes on to the provider and comes back to `/v1/oauth/{provider}/callback` within ten
/// minutes. The cookie binds the login to this browser.
#[utoipa::path(
    tag = FEDERATION,
    security(()),
    params(("provider" = String, Path, description = "One of `identity_providers` of `GET /v1/server`")),
    responses(
        (
            status = 302, description = "On to the provider",
            headers(
                ("location" = String, description = "Where the provider asks who you are"),
                ("set-cookie" = String, description = "Binds the login to this browser"),
            ),
        ),
        UnknownId,
        CommonProblems,
        Refusals,
    ),
)]
#[get("/oauth/{provider}/start")]
pub(crate) async fn start_login(
    request: HttpRequest,
    services: web::Data<Services>,
    PathProvider(provider): PathProvider,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    Deadline::of(&request).restart_after(PROVIDER_PATIENCE);
    let begun = services
        .federation
        .begin_login(begin(&services, provider, address))
        .await?;
    let mut answer = HttpResponse::Found();
    answer.insert_header((header::LOCATION, begun.url.as_str()));
    Ok(bind(&services, &begun, answer.finish()))
}

/// The way to a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StartedLink)]
struct StartedLinkBody {
    /// Where the browser must go now.
    #[schema(example = "https://idp.example/authorize?response_type=code&…")]
    authorization_url: String,
}

/// What only linking can answer.
struct LinkRefusals;

impl IntoResponses for LinkRefusals {
    fn responses() -> Responses {
        problems(&[(
            401,
            "insufficient-user-authentication",
            "`missing-token`, `invalid-token`, `expired-token`, `session-ended`; `insufficient-user-authentication`: \
             the login is too old, and `WWW-Authenticate` says how old it may be (RFC 9470)",
        )])
    }
}

/// Link a provider to your account
///
/// Whoever you are at the provider can log in to your account from then on. Needs a login not older than 15 minutes.
/// Send it from the browser that is to go on (a browser cannot send a token while it follows a link), then have it open
/// `authorization_url`: the cookie of this answer must come back with it.
#[utoipa::path(
    tag = FEDERATION,
    security(("bearer" = [])),
    params(("provider" = String, Path, description = "One of `identity_providers` of `GET /v1/server`")),
    responses(
        (
            status = 200, body = StartedLinkBody, description = "On to the provider",
            headers(("set-cookie" = String, description = "Binds the link to this browser")),
        ),
        AuthProblems,
        LinkRefusals,
        UnknownId,
        CommonProblems,
        Refusals,
    ),
)]
#[post("/oauth/{provider}/start")]
pub(crate) async fn start_link(
    request: HttpRequest,
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathProvider(provider): PathProvider,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    Deadline::of(&request).restart_after(PROVIDER_PATIENCE);
    let begun = services
        .federation
        .begin_link(&actor, begin(&services, provider, address))
        .await?;
    let body = StartedLinkBody {
        authorization_url: begun.url.clone(),
    };
    Ok(bind(&services, &begun, HttpResponse::Ok().json(body)))
}

fn bind(services: &Services, begun: &Begun, mut answer: HttpResponse) -> HttpResponse {
    let cookie = TransactionCookie::of(&services.info.public_url);
    if let Some(value) = cookie.set(&begun.secret) {
        answer.headers_mut().insert(header::SET_COOKIE, value);
    }
    answer
}
