//! The dialects' documents write paths with a last slash and without: both are served, without a redirect.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::web;

use super::Inner;
use crate::Settings;
use crate::dialects::Tongue;
use crate::routes::RouteTable;

/// Routes a path of a dialect that nothing is served at as its other form, if something is served there.
pub(crate) fn take_both_slashes<S: Inner>(mut request: ServiceRequest, next: &S) -> S::Future {
    if let Some(uri) = other_uri(&request) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request)
}

fn other_uri(request: &ServiceRequest) -> Option<Uri> {
    let settings = request.app_data::<web::Data<Settings>>()?;
    if Tongue::of(request.path(), settings.dialects) == Tongue::Native {
        return None;
    }
    other_form(request.uri(), request.app_data::<web::Data<RouteTable>>()?)
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
