//! What a new password did to the key that the server keeps for the account, where the body has no place to say it.

use actix_web::{HttpResponse, HttpResponseBuilder};

/// The header that says so.
const HEADER: &str = "sealpost-custodial-key";

/// Says `replaced` where what the dialect `channel` encrypted for the account before stays closed.
pub(crate) fn tell(response: &mut HttpResponseBuilder, replaced: bool) {
    if replaced {
        response.insert_header((HEADER, "replaced"));
    }
}

/// 204 that says so.
pub(crate) fn no_content(replaced: bool) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    tell(&mut response, replaced);
    response.finish()
}
