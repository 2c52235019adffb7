//! `/docs`: a page to read the description of the API and to try it. Its assets are inside the binary and nothing is
//! fetched from elsewhere.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, web};
use utoipa_swagger_ui::Config;

use crate::problem::Problem;

/// The routes here, which are no part of the API.
pub(crate) const PAGES: [&str; 3] = ["/docs", "/docs/", "/docs/{file}"];

/// Only what this server itself serves. The page styles itself from its script, hence `unsafe-inline` for styles
/// alone; it embeds its icons as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(docs_folder)
        .service(docs_page)
        .service(docs_asset);
}

/// The page's links are relative to the folder.
#[get("/docs")]
async fn docs_folder() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}

#[get("/docs/")]
async fn docs_page() -> Result<HttpResponse, Problem> {
    asset("index.html")
}

#[get("/docs/{file}")]
async fn docs_asset(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    asset(&name)
}

fn asset(name: &str) -> Result<HttpResponse, Problem> {
    // Without a word the page would send the description's address to a validator on the internet.
    let config = Config::from("/openapi.json")
        .validator_url("none")
        .display_request_duration(true);
    let file = utoipa_swagger_ui::serve(name, Arc::new(config)).map_err(|error| {
        tracing::error!(%error, "an asset of /docs is broken");
        Problem::internal()
    })?;
    let file = file.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.content_type))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(match file.bytes {
            Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        }))
}
