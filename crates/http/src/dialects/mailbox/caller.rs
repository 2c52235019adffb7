//! Who calls: by the cookies `username` and `session_id`.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use sealpost_domain::accounts::Username;
use sealpost_domain::sessions::{AccessError, Actor, Dialect};

use super::cookies::Cookies;
use super::cross_site;
use crate::Services;
use crate::problem::Problem;

/// The caller of a route that changes something.
pub(super) struct Caller(pub(super) Actor);

/// Whoever reads something, if they are logged in.
pub(super) struct Visitor(pub(super) Option<Actor>);

/// The caller who shows this token under this name. A name that is not the session's counts like a wrong token: it opens
/// nothing.
pub(super) async fn check<'a>(
    services: &Services,
    names: impl IntoIterator<Item = &'a str>,
    token: &str,
) -> Result<Actor, Problem> {
    let actor = services
        .sessions
        .check_opaque(token, Dialect::Mailbox)
        .await?;
    let account = services.accounts.view(&actor).await?;
    let is_own = |name| Username::parse(name).is_ok_and(|name| name == account.username);
    if !names.into_iter().any(is_own) {
        return Err(AccessError::Invalid.into());
    }
    services.presence.renew(&actor);
    Ok(actor)
}

async fn by_cookies(request: &HttpRequest, services: &Services) -> Result<Actor, Problem> {
    let cookies = Cookies::read(request.headers()).ok_or(AccessError::Invalid)?;
    let names = cookies.usernames();
    check(services, names.iter().map(AsRef::as_ref), cookies.session).await
}

fn services(request: &HttpRequest) -> Result<web::Data<Services>, Problem> {
    let services = request.app_data::<web::Data<Services>>();
    services.cloned().ok_or_else(Problem::internal)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let services = services(&request)?;
            cross_site::refuse(&request, &services.info.public_url)?;
            by_cookies(&request, &services).await.map(Self)
        })
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let services = services(&request)?;
            Ok(Self(by_cookies(&request, &services).await.ok()))
        })
    }
}
