//! One WebSocket: opened over the same connections, and with the same errors, as every other call.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{StatusCode, Upgraded, header};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::frames::{ClientFrame, ServerFrame};
use crate::call::Call;
use crate::{Client, ClientError};

/// The largest message that is read: the server's own limit and a margin.
const MAX_MESSAGE: usize = 1024 * 1024;
/// How long opening one may take.
const OPENING: Duration = Duration::from_secs(15);
/// The server pings every 20 seconds: after this long without a sign it is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// The close code for a session that has ended.
const SESSION_ENDED: u16 = 4401;

/// How a socket ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// It is lost, or the server is going away: open another one, not before this time.
    Lost(Duration),
    /// The session is over.
    SessionOver,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Socket {
    stream: WebSocketStream<Upgraded>,
}

impl Socket {
    pub(super) async fn open(client: &Client) -> Result<Self, ClientError> {
        timeout(OPENING, handshake(client)).await.map_err(|_| {
            ClientError::unexpected("the WebSocket was not opened within 15 seconds")
        })?
    }

    pub(super) async fn say(&mut self, frame: &ClientFrame<'_>) -> Result<(), Ended> {
        let lost = |_| Ended::Lost(Duration::ZERO);
        let text = serde_json::to_string(frame).map_err(|_| Ended::Lost(Duration::ZERO))?;
        self.stream.send(Message::text(text)).await.map_err(lost)
    }

    /// What the server says next. May be dropped and called again without losing anything.
    pub(super) async fn hear(&mut self) -> Result<ServerFrame, Ended> {
        loop {
            let Ok(Some(Ok(message))) = timeout(SILENCE, self.stream.next()).await else {
                return Err(Ended::Lost(Duration::ZERO));
            };
            match message {
                Message::Text(text) => {
                    return ServerFrame::parse(&text).map_err(|_| Ended::Lost(Duration::ZERO));
                }
                Message::Close(reason) => return Err(ended_by(reason.as_ref())),
                // A ping is answered by the library.
                _ => {}
            }
        }
    }

    /// Says goodbye.
    pub(super) async fn close(mut self) {
        let farewell = async {
            if self.stream.close(None).await.is_ok() {
                while let Some(Ok(_)) = self.stream.next().await {}
            }
        };
        // Whoever does not answer is left alone.
        let _ = timeout(Duration::from_secs(1), farewell).await;
    }
}

async fn handshake(client: &Client) -> Result<Socket, ClientError> {
    let key = generate_key();
    let call = Call::get(&["v1", "ws"]);
    let answer = client
        .call_prepared(&call, |request| {
            request
                .header(header::CONNECTION, "Upgrade")
                .header(header::UPGRADE, "websocket")
                .header(header::SEC_WEBSOCKET_VERSION, "13")
                .header(header::SEC_WEBSOCKET_KEY, &key)
        })
        .await?;
    let accept = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
    let expected = derive_accept_key(key.as_bytes());
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS
        || accept.is_none_or(|accept| accept != expected.as_str())
    {
        return Err(ClientError::unexpected("no WebSocket was opened"));
    }
    let connection = answer.upgrade().await.map_err(ClientError::no_answer)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        // The events are small; the library would hold 128 KiB for each socket.
        .read_buffer_size(8 * 1024);
    let stream = WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await;
    Ok(Socket { stream })
}

fn ended_by(reason: Option<&CloseFrame>) -> Ended {
    let Some(reason) = reason else {
        return Ended::Lost(Duration::ZERO);
    };
    if u16::from(reason.code) == SESSION_ENDED {
        return Ended::SessionOver;
    }
    // A server that stops says when to come back, for each client another time.
    let pause = serde_json::from_str::<serde_json::Value>(&reason.reason)
        .ok()
        .and_then(|reason| reason.get("retry_in_ms")?.as_u64())
        .unwrap_or(0);
    Ended::Lost(Duration::from_millis(pause.min(10_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_goes_says_when_to_come_back() {
        let close = |code: u16, reason: &str| CloseFrame {
            code: code.into(),
            reason: reason.into(),
        };
        for (frame, pause) in [
            (Some(close(1001, r#"{"retry_in_ms":700}"#)), 700),
            (Some(close(1001, r#"{"retry_in_ms":99999999}"#)), 10_000),
            (Some(close(1013, "too slow: resume where you are")), 0),
            (None, 0),
        ] {
            let ended = ended_by(frame.as_ref());
            assert!(
                matches!(ended, Ended::Lost(time) if time.as_millis() == pause),
                "{ended:?}"
            );
        }
        assert!(matches!(
            ended_by(Some(&close(4401, "the session has ended"))),
            Ended::SessionOver
        ));
    }
}
