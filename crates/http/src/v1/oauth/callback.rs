use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use sealpost_domain::Secret;
use sealpost_domain::authentication::Admission;
use sealpost_domain::federation::{Answer, Finish, Finished};
use sealpost_domain::sessions::Dialect;
use serde::Deserialize;
use utoipa::IntoResponses;

use super::cookie::TransactionCookie;
use super::{PROVIDER_PATIENCE, redirect_uri};
use crate::Services;
use crate::extract::{LoginOrigin, PathProvider, Query};
use crate::middleware::Deadline;
use crate::openapi::{CommonProblems, FEDERATION, Responses, UnknownId, problems};
use crate::problem::Problem;
use crate::v1::identities::IdentityBody;
use crate::v1::sessions::{OpenedSessionBody, second_factor_required};

/// More than any code, state or issuer that is worth looking at, in bytes.
const LONGEST_PARAMETER: usize = 4_096;

/// What the browser brings from the provider. Providers add parameters of their own, which are not looked at.
#[derive(Deserialize)]
pub(crate) struct CameBack {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

impl CameBack {
    /// Refuses what is not worth looking at.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let all = [&self.code, &self.state, &self.error, &self.iss];
        if all
            .into_iter()
            .flatten()
            .all(|text| text.len() <= LONGEST_PARAMETER)
        {
            return Ok(());
        }
        let detail = "a parameter of the query is too long";
        Err(Problem::bad_request("invalid-query", detail))
    }

    /// Which login it is; empty if that is missing.
    pub(crate) fn state(&self) -> &str {
        self.state.as_deref().unwrap_or_default()
    }

    /// Whose answer it is, if that is said.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.iss.as_deref()
    }

    /// RFC 6749, section 4.1.2.1, and OpenID Connect Core 1.0, section 3.1.2.6.
    pub(crate) fn into_answer(self) -> Answer {
        match (self.code, self.error.as_deref()) {
            (Some(code), None) => Answer::Code(Secret::new(code)),
            (
                _,
                Some(
                    "access_denied"
                    | "login_required"
                    | "interaction_required"
                    | "consent_required"
                    | "account_selection_required",
                ),
            ) => Answer::Denied,
            _ => Answer::Failed,
        }
    }
}

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (400, "invalid-query", "`invalid-query`"),
            (
                401,
                "federation-refused",
                "`federation-refused`: the provider does not confirm the login; `session-ended`: the session that asked \
                 for the link",
            ),
            (
                403,
                "federation-state-mismatch",
                "`federation-state-mismatch`: not begun in this browser, finished already, or too late; \
                 `federation-denied`: declined at the provider; `account-disabled`; `registration-closed`",
            ),
            (
                409,
                "identity-taken",
                "`identity-taken`: it opens another account; `too-many-identities`",
            ),
            (
                503,
                "federation-provider-failed",
                "`federation-provider-failed`, `federation-overtaken`, `store-unavailable`, `overloaded`, \
                 `deadline-exceeded`: begin again after `Retry-After`",
            ),
        ])
    }
}

/// Come back from a provider
///
/// Where the provider sends the browser. Whoever is known by (issuer, subject) is logged in to their account; a stranger
/// to the account with their mail address if both sides have verified it, else to a new one (without a password, under
/// the name the provider tells, with a suffix if it is taken). A login that was begun to link something links it.
///
/// A begun login can come back once, to the browser that began it, within ten minutes.
#[utoipa::path(
    tag = FEDERATION,
    security(()),
    params(
        ("provider" = String, Path, description = "Where the browser comes from"),
        ("code" = Option<String>, Query, description = "What the provider exchanges for its word"),
        ("state" = Option<String>, Query, description = "Which login it is"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
        ("iss" = Option<String>, Query, description = "Whose answer it is (RFC 9207)"),
    ),
    responses(
        (status = 201, body = OpenedSessionBody, description = "The session was opened"),
        (status = 200, body = IdentityBody, description = "The identity was linked"),
        UnknownId,
        CommonProblems,
        Refusals,
    ),
)]
#[get("/oauth/{provider}/callback")]
pub(crate) async fn finish_login(
    request: HttpRequest,
    services: web::Data<Services>,
    PathProvider(provider): PathProvider,
    LoginOrigin(origin): LoginOrigin,
    Query(came_back): Query<CameBack>,
) -> Result<HttpResponse, Problem> {
    came_back.check()?;
    Deadline::of(&request).restart_after(PROVIDER_PATIENCE);
    let cookie = TransactionCookie::of(&services.info.public_url);
    let command = Finish {
        dialect: Dialect::Native,
        redirect_uri: redirect_uri(&services, &provider),
        provider,
        state: came_back.state().to_owned(),
        secret: cookie.read(request.headers()),
        issuer: came_back.issuer().map(str::to_owned),
        answer: came_back.into_answer(),
        origin,
    };
    let finished = services.federation.finish(command).await;
    // Whatever came of it, the secret in the browser is worth nothing any more.
    let used_up = cookie.clear();
    let told = finished
        .map_err(Problem::from)
        .and_then(|finished| tell(&services, finished));
    let Some(used_up) = used_up else {
        return told;
    };
    match told {
        Ok(mut answer) => {
            answer.headers_mut().insert(header::SET_COOKIE, used_up);
            Ok(answer)
        }
        Err(problem) => Err(problem.with_header(header::SET_COOKIE, used_up)),
    }
}

fn tell(services: &Services, finished: Finished) -> Result<HttpResponse, Problem> {
    match finished {
        Finished::Admitted(Admission::Opened(opened)) => {
            let body = OpenedSessionBody::new(&opened, services.clock.now());
            Ok(HttpResponse::Created().json(body))
        }
        Finished::Admitted(Admission::SecondFactor(pending)) => {
            Err(second_factor_required(&pending))
        }
        Finished::Linked(identity) => {
            let linked = services.federation.with_provider(identity);
            Ok(HttpResponse::Ok().json(IdentityBody::from(&linked)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: Option<&str>, error: Option<&str>) -> Answer {
        CameBack {
            code: code.map(str::to_owned),
            state: None,
            error: error.map(str::to_owned),
            iss: None,
        }
        .into_answer()
    }

    #[test]
    fn an_error_beats_a_code() {
        assert!(matches!(answer(Some("c"), None), Answer::Code(_)));
        assert!(matches!(
            answer(Some("c"), Some("access_denied")),
            Answer::Denied
        ));
        for error in ["server_error", "invalid_scope", ""] {
            assert!(matches!(answer(Some("c"), Some(error)), Answer::Failed));
        }
        assert!(matches!(answer(None, None), Answer::Failed));
    }
}
