//! The request that becomes a WebSocket (RFC 6455, section 4.2).

use actix_http::ws::{HandshakeError, handshake};
use actix_http::{RequestHead, ResponseBuilder};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};

use super::caller::{TICKET_PROTOCOL, protocols};
use crate::problem::Problem;

/// The answer that switches protocols, still without a body.
pub(crate) fn accept(request: &RequestHead) -> Result<ResponseBuilder, Problem> {
    let mut switch = handshake(request).map_err(refuse)?;
    if protocols(&request.headers).any(|protocol| protocol == TICKET_PROTOCOL) {
        // Browsers want one of those they offered to be taken; the ticket is never repeated.
        switch.insert_header((header::SEC_WEBSOCKET_PROTOCOL, TICKET_PROTOCOL));
    }
    Ok(switch)
}

fn refuse(error: HandshakeError) -> Problem {
    match error {
        HandshakeError::BadWebsocketKey | HandshakeError::NoVersionHeader => Problem::bad_request(
            "invalid-handshake",
            "Sec-WebSocket-Key or Sec-WebSocket-Version is missing or wrong",
        ),
        _ => Problem::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade-required",
            "this is a WebSocket: ask for it with Upgrade: websocket, Connection: Upgrade and version 13",
        )
        .with_header(header::UPGRADE, HeaderValue::from_static("websocket"))
        .with_header(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
    }
}
