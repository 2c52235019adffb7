use actix_web::{HttpRequest, HttpResponse, get, web};
use sealpost_domain::messages::Notice;
use serde::Serialize;
use utoipa::IntoResponses;

use super::Refusals;
use super::auth::Caller;
use super::errors::refusals;
use crate::live::{Around, Listener, Room};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;
use crate::v1::ws::{accept, check_origin, session_of};

/// That something happened.
#[derive(Serialize)]
struct Notification<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Data<'a>,
    id: String,
}

/// What.
#[derive(Serialize)]
struct Data<'a> {
    /// Whose message it is.
    username: &'a str,
}

impl<'a> From<&'a Notice> for Notification<'a> {
    fn from(notice: &'a Notice) -> Self {
        Self {
            kind: "message",
            data: Data {
                username: notice.sender.as_str(),
            },
            id: notice.number.to_string(),
        }
    }
}

/// A frame of the socket.
fn tell(notices: &[Notice]) -> serde_json::Result<String> {
    let told: Vec<Notification<'_>> = notices.iter().map(Notification::from).collect();
    serde_json::to_string(&told)
}

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "The access token is missing, expired, revoked or of another kind",
            ),
            (403, "A page of another site may not open a socket here"),
            (422, "The `Authorization` header is malformed"),
            (426, "This is a WebSocket (RFC 6455, version 13)"),
        ])
    }
}

/// Hear of messages on a WebSocket
///
/// Each text is a JSON array like `[{"type":"message","data":{"username":"another_user"},"id":"1"}]`: first what you have
/// not acknowledged, then what comes. What you say on the socket is passed over. 4401 closes it when the session ends.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    params(("Origin" = Option<String>, Header, description = "Browsers send it; it must be this server's own")),
    responses((status = 101, description = "From here on the server speaks"), Refused, Refusals),
)]
#[get("/notifications/")]
pub(super) async fn messenger_notifications(
    request: HttpRequest,
    around: Around,
    Caller(actor): Caller,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let services = &around.services;
    check_origin(request.headers(), &services.info.public_url)?;
    let mut switch = accept(request.head())?;
    around.draining.refuse_long_stay()?;
    let seat = services
        .hub
        .take_seat_in(actor.account(), Room::Notifications)?;
    let (actor, session) = session_of(services, actor).await?;
    let (listener, body) = Listener::open(around, (actor, &session), seat, payload, tell);
    listener.serve();
    let answer = switch.message_body(body).map_err(|_| Problem::internal())?;
    Ok(HttpResponse::from(answer.map_into_boxed_body()))
}

#[cfg(test)]
mod tests {
    use sealpost_domain::accounts::Username;

    use super::*;

    #[test]
    fn a_frame_is_an_array_as_the_contract_shows_it() {
        let notices = [("alice", 1), ("bob", 18_446_744_073_709_551_615)].map(|(name, number)| {
            let sender = Username::parse(name).unwrap();
            Notice { number, sender }
        });
        assert_eq!(
            tell(&notices).unwrap(),
            r#"[{"type":"message","data":{"username":"alice"},"id":"1"},{"type":"message","data":{"username":"bob"},"id":"18446744073709551615"}]"#
        );
    }
}
