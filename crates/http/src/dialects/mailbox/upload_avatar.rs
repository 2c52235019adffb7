use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, route, web};
use sealpost_domain::avatars::Avatars;
use utoipa::{IntoResponses, ToSchema};

use super::caller::Caller;
use super::errors::{CookieRefusals, refusals};
use super::{OK, Refusals, multipart};
use crate::Services;
use crate::extract::Body;
use crate::openapi::{MAILBOX, Responses};
use crate::own_origin;
use crate::problem::Problem;

/// What a form puts around the picture, at most.
const WRAPPING: usize = 16 * 1024;

/// A form with a picture.
#[derive(ToSchema)]
#[schema(as = MailboxUploadAvatar)]
#[expect(dead_code, reason = "describes what `multipart` reads")]
struct Request {
    /// A PNG, a JPEG or a WebP: at most 2 MiB, 4096 pixels wide and 4096 high.
    #[schema(value_type = String, format = "binary")]
    avatar: Vec<u8>,
}

/// What only this route answers.
struct Moved;

impl IntoResponses for Moved {
    fn responses() -> Responses {
        refusals(&[(302, "The same for the form of a page: back to it")])
    }
}

/// Show a picture of yourself
///
/// What others see is a PNG of its middle, drawn anew: no metadata is kept.
#[utoipa::path(
    tag = MAILBOX,
    security(("mailbox_session" = [])),
    request_body(content = Request, content_type = "multipart/form-data"),
    responses((status = 200, body = String, description = "`OK`"), Moved, CookieRefusals, Refusals),
)]
#[route("/upload_avatar", method = "GET", method = "POST")]
pub(super) async fn mailbox_upload_avatar(
    request: HttpRequest,
    services: web::Data<Services>,
    Caller(actor): Caller,
    Body(body): Body<{ Avatars::MAX_UPLOAD + WRAPPING }>,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let picture = multipart::file(content_type, body, "avatar").await?;
    services.avatars.upload(&actor, picture).await?;
    if !takes_html(headers) {
        return Ok(HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(OK));
    }
    let back = way_back(headers, &services.info.public_url);
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, back))
        .finish())
}

/// Whether a browser waits for a page.
fn takes_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT);
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

/// The path of the page with the form, if it is ours.
fn way_back<'a>(headers: &'a HeaderMap, public_url: &str) -> &'a str {
    let referer = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let Some((origin, rest)) = referer.map(own_origin::split_url) else {
        return "/";
    };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    // What begins with two slashes is another host to a browser.
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if is_path && own_origin::is_own(origin, headers.get(header::HOST), public_url) {
        path
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_way_back_leads_nowhere_else() {
        for (referer, back) in [
            (None, "/"),
            (Some("https://chat.example/settings?tab=1#x"), "/settings"),
            (Some("http://inner:5000/a/b"), "/a/b"),
            (Some("https://chat.example"), "/"),
            (Some("https://evil.example/settings"), "/"),
            (Some("https://chat.example//evil.example"), "/"),
            (Some("https://chat.example/\\evil.example"), "/"),
            (Some("javascript:alert(1)"), "/"),
            (Some("/settings"), "/"),
        ] {
            let mut request = TestRequest::default().insert_header(("host", "inner:5000"));
            if let Some(referer) = referer {
                request = request.insert_header(("referer", referer));
            }
            let request = request.to_http_request();
            assert_eq!(
                way_back(request.headers(), "https://chat.example"),
                back,
                "{referer:?}"
            );
        }
    }

    #[test]
    fn only_browsers_want_a_page() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", true),
            ("*/*;q=0.1, Text/HTML;q=0.9", true),
            ("*/*", false),
            ("application/json", false),
            ("", false),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept));
            let request = request.to_http_request();
            assert_eq!(takes_html(request.headers()), expected, "{accept}");
        }
    }
}
