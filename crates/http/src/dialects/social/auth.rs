//! Who calls: `Authorization: Token <token_auth>` (document 002), or `Authorization: Bearer <access_token>`.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use sealpost_domain::DomainError as _;
use sealpost_domain::ErrorKind;
use sealpost_domain::sessions::{Actor, CheckOpaqueError, Dialect};

use super::errors::unauthorized;
use crate::Services;
use crate::extract::LONGEST_TOKEN;
use crate::problem::Problem;

/// The caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) Actor);

/// What the header says.
enum Presented {
    Token(String),
    Bearer(String),
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let services = request.app_data::<web::Data<Services>>().cloned();
        let presented = presented(request);
        Box::pin(async move {
            let services = services.ok_or_else(Problem::internal)?;
            check(&services, presented?).await.map(Self)
        })
    }
}

fn presented(request: &HttpRequest) -> Result<Presented, Problem> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else {
        return Err(missing());
    };
    // Two parsers on the way could each pick another one.
    if values.next().is_some() {
        return Err(unauthorized("Invalid token header."));
    }
    let text = value
        .to_str()
        .map_err(|_| unauthorized("Invalid token header."))?;
    let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
    let token = token.trim().to_owned();
    if token.len() > LONGEST_TOKEN {
        return Err(unauthorized("Invalid token."));
    }
    if scheme.eq_ignore_ascii_case("token") {
        Ok(Presented::Token(token))
    } else if scheme.eq_ignore_ascii_case("bearer") {
        Ok(Presented::Bearer(token))
    } else {
        Err(missing())
    }
}

async fn check(services: &Services, presented: Presented) -> Result<Actor, Problem> {
    let checked = match presented {
        Presented::Token(token) => {
            services
                .sessions
                .check_opaque(&token, Dialect::Social)
                .await
        }
        Presented::Bearer(token) => services
            .sessions
            .check_access(&token, Dialect::Social)
            .map_err(CheckOpaqueError::from),
    };
    let actor = checked.map_err(|error| match error.kind() {
        ErrorKind::Unauthenticated => unauthorized("Invalid token."),
        _ => error.into(),
    })?;
    services.presence.renew(&actor);
    Ok(actor)
}

pub(super) fn missing() -> Problem {
    unauthorized("Authentication credentials were not provided.")
}
