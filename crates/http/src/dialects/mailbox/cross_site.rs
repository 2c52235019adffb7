//! Whether a page of another site makes a browser ask, which would send the cookies along.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, http::header::HeaderMap};

use crate::own_origin;
use crate::problem::Problem;

const SITE: &str = "sec-fetch-site";
const MODE: &str = "sec-fetch-mode";

/// Refuses what another site asks for, and what follows a link or the address bar. What says nothing of where it comes from is
/// no browser.
pub(super) fn refuse(request: &HttpRequest, public_url: &str) -> Result<(), Problem> {
    let headers = request.headers();
    let site = value(headers, SITE);
    let own = site == Some("same-origin");
    let foreign = headers.contains_key(SITE) && !own && site != Some("none");
    // HEAD goes the way of GET.
    let navigates = request.method() == Method::GET && value(headers, MODE) == Some("navigate");
    if foreign || own_origin::is_foreign(headers, public_url) || (navigates && !own) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-origin",
            "a page of another site may not ask for this",
        ));
    }
    Ok(())
}

/// The header's value; None unless it is there exactly once.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn is_served(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let mut request = TestRequest::default()
            .method(method)
            .insert_header(("host", "inner:5000"));
        for header in headers {
            request = request.append_header(*header);
        }
        refuse(&request.to_http_request(), "https://chat.example").is_ok()
    }

    #[test]
    fn what_is_no_browser_and_what_is_the_servers_own_page_is_served() {
        for method in [Method::GET, Method::POST] {
            for headers in [
                &[][..],
                &[("origin", "https://chat.example")],
                &[("origin", "http://inner:5000"), (SITE, "same-origin")],
                &[(SITE, "none"), (MODE, "cors")],
                &[(SITE, "same-origin"), (MODE, "navigate")],
            ] {
                assert!(is_served(method.clone(), headers), "{method} {headers:?}");
            }
        }
        assert!(is_served(
            Method::POST,
            &[(SITE, "none"), (MODE, "navigate")]
        ));
    }

    #[test]
    fn another_site_is_refused_by_whatever_names_it() {
        for method in [Method::GET, Method::POST] {
            for headers in [
                &[("origin", "https://evil.example")][..],
                &[("origin", "null")],
                &[(SITE, "cross-site")],
                &[(SITE, "same-site")],
                &[(SITE, "")],
                &[(SITE, "same-origin"), (SITE, "cross-site")],
                &[(SITE, "same-origin"), ("origin", "https://evil.example")],
            ] {
                assert!(!is_served(method.clone(), headers), "{method} {headers:?}");
            }
        }
        // A link in a mail, the address bar.
        assert!(!is_served(
            Method::GET,
            &[(SITE, "none"), (MODE, "navigate")]
        ));
        assert!(!is_served(Method::GET, &[(MODE, "navigate")]));
    }
}
