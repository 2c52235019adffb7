//! The dialects' documents write paths with a last slash and without: both are served, without a redirect.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::routes::RouteTable;

/// Routes a path that nothing is served at as the same path with a slash, if something is served there.
pub(crate) async fn add_last_slash<B: MessageBody + 'static>(
    routes: web::Data<RouteTable>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Some(uri) = with_slash(request.uri(), &routes) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

fn with_slash(uri: &Uri, routes: &RouteTable) -> Option<Uri> {
    let path = uri.path();
    if path.ends_with('/') || routes.find(path).is_some() {
        return None;
    }
    let slashed = format!("{path}/");
    routes.find(&slashed)?;
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{slashed}{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}
