//! Registering routes: named once, they are served, listed or described, and nothing is done for the other two ends.
//! Describing them all takes longer than the rest of a start.

use std::collections::BTreeMap;

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::{Components, OpenApi};
use utoipa_actix_web::OpenApiFactory;

/// A handler with its path and its description.
pub(crate) trait Described:
    HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static
{
}

impl<T: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static> Described for T {}

/// The methods of each path, parameters in braces.
pub(crate) type RouteList = BTreeMap<String, Vec<HttpMethod>>;

/// What routes are registered with.
pub(crate) enum Registration<'a> {
    /// They are served by this part of the application.
    Serve(&'a mut web::ServiceConfig),
    /// They are listed. Their paths begin with this prefix.
    List(&'a str, &'a mut RouteList),
    /// They are described. Their paths begin with this prefix.
    Describe(&'a str, &'a mut OpenApi),
}

impl Registration<'_> {
    /// Registers a route. The router tries one after the other, in this order.
    pub(crate) fn service<R: Described>(&mut self, route: R) -> &mut Self {
        match self {
            Self::Serve(config) => {
                config.service(route);
            }
            Self::List(prefix, list) => enter::<R>(prefix, list),
            Self::Describe(prefix, document) => describe(&route, prefix, document),
        }
        self
    }

    /// Registers what `routes` registers.
    pub(crate) fn configure(&mut self, routes: impl FnOnce(&mut Registration<'_>)) -> &mut Self {
        routes(self);
        self
    }

    /// The same below `prefix`. Where it is served, no other route is looked for below it. Scopes do not stand in scopes.
    pub(crate) fn scope(
        &mut self,
        prefix: &str,
        routes: impl FnOnce(&mut Registration<'_>),
    ) -> &mut Self {
        match self {
            Self::Serve(config) => {
                let scope =
                    web::scope(prefix).configure(|config| routes(&mut Registration::Serve(config)));
                config.service(scope);
            }
            Self::List(_, list) => routes(&mut Registration::List(prefix, list)),
            Self::Describe(_, document) => routes(&mut Registration::Describe(prefix, document)),
        }
        self
    }
}

// Apart from serving, so that a start has only to do with code that serves: each route has all three.

#[inline(never)]
fn enter<R: Described>(prefix: &str, list: &mut RouteList) {
    let path = format!("{prefix}{}", R::path());
    list.entry(path).or_default().extend(R::methods());
}

#[inline(never)]
fn describe(route: &impl OpenApiFactory, prefix: &str, document: &mut OpenApi) {
    let mut paths = route.paths();
    paths.paths = std::mem::take(&mut paths.paths)
        .into_iter()
        .map(|(path, item)| (format!("{prefix}{path}"), item))
        .collect();
    document.paths.merge(paths);
    let mut schemas = Vec::new();
    route.schemas(&mut schemas);
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.extend(schemas);
}
