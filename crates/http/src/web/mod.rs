//! `/`: the web client, from inside the binary. It is plain HTML, CSS and ES modules that use `/v1` alone, like any other
//! client; nothing here knows what it does.
//!
//! Its files stand at `/web/VERSION/…`, where the version is a digest of them all: what was fetched once need not be asked
//! for again, and no page mixes the files of two versions. `/web/latest/…` is for programs that import `sealpost.js`.

mod assets;
mod bundle;

use actix_web::http::header;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::extract::is_known;
use crate::problem::Problem;
use bundle::Served;
pub use bundle::{WebAsset, WebClient};

/// The routes here, which are no part of the API.
pub(crate) const PAGES: [&str; 3] = ["/", "/link/{id}", "/web/{version}/{file:.*}"];

/// Only what this server itself serves, no inline script, and no text ever becomes markup. Pictures are decrypted in the
/// page (`blob:`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// Under one version a file never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub(crate) fn configure(client: WebClient) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(web::Data::new(client))
            .service(home)
            .service(link)
            .service(asset);
    }
}

#[get("/")]
async fn home(client: web::Data<WebClient>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    page(&client, "index.html", &request)
}

/// The page behind a link to a file. It is the same for every link, and looks nothing up: what opens the file stands behind the
/// `#` of the address, which no browser sends.
#[get("/link/{id}")]
async fn link(client: web::Data<WebClient>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    page(&client, "link.html", &request)
}

#[get("/web/{version}/{file:.*}")]
async fn asset(
    client: web::Data<WebClient>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (version, name) = path.into_inner();
    let keep = match version.as_str() {
        "latest" => "no-cache",
        version if version == client.version() => FOR_EVER,
        _ => return Err(Problem::not_found()),
    };
    let served = client.find(&name).ok_or_else(Problem::not_found)?;
    Ok(answer(served, keep, &request))
}

fn page(client: &WebClient, name: &str, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let served = client.find(name).ok_or_else(Problem::not_found)?;
    Ok(answer(served, "no-cache", request))
}

fn answer(served: &Served, keep: &str, request: &HttpRequest) -> HttpResponse {
    let (tag, bytes) = served.variant(takes_gzip(request));
    let is_known = is_known(request.headers(), &tag);
    let mut head = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    head.insert_header((header::ETAG, format!("\"{tag}\"")))
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .insert_header((
            header::PERMISSIONS_POLICY,
            "camera=(), geolocation=(), microphone=()",
        ));
    if is_known {
        return head.finish();
    }
    head.insert_header((header::CONTENT_TYPE, served.content_type));
    if served.is_gzip(&tag) {
        head.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    head.body(bytes)
}

/// Whether the client takes gzip; `gzip;q=0` says no.
fn takes_gzip(request: &HttpRequest) -> bool {
    request
        .headers()
        .get_all(header::ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.replace(' ', ""))
        .any(|coding| match coding.split_once(";q=") {
            None => coding == "gzip",
            Some((name, quality)) => {
                name == "gzip" && quality.parse().is_ok_and(|quality: f32| quality > 0.0)
            }
        })
}
