//! The dialects' documents write paths with a last slash and without: both are served, without a redirect.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::Settings;
use crate::dialects::Tongue;
use crate::routes::RouteTable;

/// Routes a path of a dialect that nothing is served at as its other form, if something is served there.
pub(crate) async fn take_both_slashes<B: MessageBody + 'static>(
    routes: web::Data<RouteTable>,
    settings: web::Data<Settings>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if Tongue::of(request.path(), settings.dialects) != Tongue::Native
        && let Some(uri) = other_form(request.uri(), &routes)
    {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

fn other_form(uri: &Uri, routes: &RouteTable) -> Option<Uri> {
    let path = uri.path();
    if routes.find(path).is_some() {
        return None;
    }
    let other = match path.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{path}/"),
    };
    routes.find(&other)?;
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{other}{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}
