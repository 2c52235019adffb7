use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Cursor;
use super::frames::{ClientFrame, ServerFrame};
use super::position::{Gap, Position};
use super::socket::{Ended, Socket};
use crate::patience::Pauses;
use crate::wire::Event;
use crate::{Client, ClientError, Problem};

/// Something for whoever follows an inbox.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The next event.
    Event(Event),
    /// Something is missing, and it will not come.
    Gap(Gap),
}

/// Follows one's inbox over a WebSocket. When the connection is lost it opens another one and goes on where it was:
/// each event comes once, in order, and none is passed over without a [`Gap`] that says so.
#[derive(Debug)]
pub struct Follower {
    client: Client,
    socket: Option<Socket>,
    position: Position,
    pauses: Pauses,
    /// Not before this moment is another socket opened.
    not_before: Instant,
}

impl Client {
    /// Follows one's inbox from now on: what happens after this has returned will come.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn follow(&self) -> Result<Follower, ClientError> {
        let mut socket = Socket::open(self).await?;
        let lost = |_| ClientError::unexpected("the WebSocket was lost at its beginning");
        socket.say(&ClientFrame::Start {}).await.map_err(lost)?;
        loop {
            if let ServerFrame::Started(cursor) = socket.hear().await.map_err(lost)? {
                return Ok(Follower::new(self.clone(), Some(socket), cursor));
            }
        }
    }

    /// Follows one's inbox from `cursor` on. Nothing is sent yet.
    #[must_use]
    pub fn follow_from(&self, cursor: Cursor) -> Follower {
        Follower::new(self.clone(), None, cursor)
    }
}

impl Follower {
    fn new(client: Client, socket: Option<Socket>, cursor: Cursor) -> Self {
        Self {
            client,
            socket,
            position: Position::new(cursor),
            pauses: Pauses::default(),
            not_before: Instant::now(),
        }
    }

    /// The last thing that [`Follower::next`] returned: where to go on after a restart.
    #[must_use]
    pub const fn cursor(&self) -> &Cursor {
        self.position.cursor()
    }

    /// The next event, however long that takes and however often the connection is lost. May be dropped and called
    /// again without losing anything.
    ///
    /// # Errors
    /// [`ClientError`] where opening another socket will not help; [`ClientError::SessionOver`] above all.
    pub async fn next(&mut self) -> Result<Update, ClientError> {
        loop {
            if let Some(update) = self.position.take() {
                return Ok(update);
            }
            let Some(socket) = &mut self.socket else {
                self.reconnect().await?;
                continue;
            };
            match socket.hear().await {
                Ok(frame) => {
                    self.pauses = Pauses::default();
                    if self.position.hear(frame).is_err() {
                        self.lose(Duration::ZERO);
                    }
                }
                Err(Ended::Lost(pause)) => self.lose(pause),
                Err(Ended::SessionOver) => {
                    self.lose(Duration::ZERO);
                    return Err(ClientError::SessionOver(Box::new(session_ended())));
                }
            }
        }
    }

    /// Says that this session needs nothing again that was returned so far. If the connection is lost meanwhile, say it
    /// again after the next event: nothing depends on it.
    pub async fn acknowledge(&mut self) {
        let offset = self.position.cursor().offset;
        if let Some(socket) = &mut self.socket
            && socket.say(&ClientFrame::Ack { offset }).await.is_err()
        {
            self.lose(Duration::ZERO);
        }
    }

    /// Ends the socket. Dropping the follower does so less politely.
    pub async fn close(self) {
        if let Some(socket) = self.socket {
            socket.close().await;
        }
    }

    /// Opens another socket at the cursor.
    async fn reconnect(&mut self) -> Result<(), ClientError> {
        sleep_until(self.not_before).await;
        match Socket::open(&self.client).await {
            Ok(mut socket) => {
                let Cursor { epoch, offset } = self.position.cursor();
                let (epoch, offset) = (epoch.as_str(), *offset);
                if socket
                    .say(&ClientFrame::Resume { epoch, offset })
                    .await
                    .is_ok()
                {
                    self.socket = Some(socket);
                } else {
                    self.lose(Duration::ZERO);
                }
                Ok(())
            }
            Err(error) if error.is_temporary() => {
                let asked = error.problem().and_then(|problem| problem.retry_after);
                self.lose(asked.unwrap_or_default());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn lose(&mut self, pause: Duration) {
        self.socket = None;
        self.position.rewind();
        self.not_before = Instant::now() + pause.max(self.pauses.next());
    }
}

fn session_ended() -> Problem {
    Problem {
        status: 401,
        code: "session-ended".to_owned(),
        detail: "the session has ended".to_owned(),
        ..Problem::default()
    }
}
