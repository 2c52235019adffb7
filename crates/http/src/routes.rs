//! Which paths there are, apart from the router: so that a known path with a wrong method is told from an unknown path.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, web};
use utoipa::openapi::path::HttpMethod;

use crate::Settings;
use crate::dialects::Tongue;
use crate::problem::Problem;
use crate::registration::RouteList;

/// A path with all its methods.
pub(crate) struct Route {
    path: ResourceDef,
    allow: String,
}

impl Route {
    fn new(pattern: &str, methods: &[Method]) -> Self {
        let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        if methods.contains(&Method::GET) {
            names.push("HEAD");
        }
        Self {
            path: ResourceDef::new(pattern),
            allow: names.join(", "),
        }
    }

    /// The path as it was registered, parameters in braces.
    pub(crate) fn pattern(&self) -> &str {
        self.path.pattern().unwrap_or("unknown")
    }
}

/// Every route. Its patterns are as large as the router's of a worker: they are made when somebody first asks for a path
/// that the router does not know, or for one of a dialect.
pub(crate) struct RouteTable(LazyLock<Vec<Route>, Box<dyn FnOnce() -> Vec<Route> + Send>>);

impl RouteTable {
    /// The routes that `list` lists, called when they are first asked for, and `pages`, which answer GET and are no part of the
    /// API.
    pub(crate) fn new(
        list: impl FnOnce() -> RouteList + Send + 'static,
        pages: Vec<&'static str>,
    ) -> Self {
        Self(LazyLock::new(Box::new(move || Self::make(&list(), &pages))))
    }

    fn make(list: &RouteList, pages: &[&str]) -> Vec<Route> {
        let api = list.iter().map(|(path, served)| {
            let methods = [
                (Method::GET, HttpMethod::Get),
                (Method::POST, HttpMethod::Post),
                (Method::PUT, HttpMethod::Put),
                (Method::PATCH, HttpMethod::Patch),
                (Method::DELETE, HttpMethod::Delete),
                (Method::OPTIONS, HttpMethod::Options),
            ];
            let methods = methods
                .into_iter()
                .filter(|(_, method)| served.contains(method));
            Route::new(path, &methods.map(|(method, _)| method).collect::<Vec<_>>())
        });
        let pages = pages.iter().map(|path| Route::new(path, &[Method::GET]));
        api.chain(pages).collect()
    }

    /// The route of this path, whatever the method.
    pub(crate) fn find(&self, path: &str) -> Option<&Route> {
        self.0.iter().find(|route| route.path.is_match(path))
    }
}

/// For what no route took: 405 with `Allow` if only the method is wrong, else 404.
pub(crate) async fn no_route(
    request: HttpRequest,
    routes: web::Data<RouteTable>,
    settings: web::Data<Settings>,
) -> Result<&'static str, Problem> {
    let Some(route) = routes.find(request.path()) else {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "unknown-path",
            "nothing is served at this path; /openapi.json lists what is",
        ));
    };
    let detail = match Tongue::of(request.path(), settings.dialects) {
        // As document 002 has it.
        Tongue::Social => format!("Method \"{}\" not allowed.", request.method()),
        _ => format!("this path takes {}", route.allow),
    };
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail);
    Err(match HeaderValue::from_str(&route.allow) {
        Ok(allow) => problem.with_header(header::ALLOW, allow),
        Err(_) => problem,
    })
}
