//! Which web pages may open a socket.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;

use crate::own_origin;
use crate::problem::Problem;

/// Refuses the pages of other sites: browsers let any page open a socket anywhere and only say whose page it is. What
/// is no browser sends no `Origin` and is not concerned.
pub(crate) fn check(headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    if own_origin::is_foreign(headers, public_url) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-origin",
            "a page of another site may not open a socket here",
        ));
    }
    Ok(())
}
