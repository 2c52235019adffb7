//! The command's end of the admin socket.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::geteuid;
use tokio::net::UnixStream;

use super::channel::ChannelError;
use super::frame::{MAX_ANSWER, read_line, write_line};
use super::socket;
use super::wire::{Answer, Answered, Asked, Outcome, Request, VERSION};

/// How long the server may take to read the request.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the server that runs on this data folder; None if none does.
pub(super) async fn connect(data_dir: &Path) -> Result<Option<UnixStream>, ChannelError> {
    match UnixStream::connect(socket::path(data_dir)).await {
        Ok(stream) => {
            check_server(&stream, data_dir)?;
            Ok(Some(stream))
        }
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
        {
            Ok(None)
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(ChannelError::NotAllowed),
        Err(error) => Err(ChannelError::Broken(error)),
    }
}

/// A password is told only to a server of this user, of root, or of whoever owns the data folder.
fn check_server(stream: &UnixStream, data_dir: &Path) -> Result<(), ChannelError> {
    let server = stream.peer_cred().map_err(ChannelError::Broken)?.uid();
    let owner = data_dir.metadata().map_err(ChannelError::Broken)?.uid();
    if is_trusted(server, geteuid().as_raw(), owner) {
        Ok(())
    } else {
        Err(ChannelError::Stranger(server))
    }
}

fn is_trusted(server: u32, own: u32, owner: u32) -> bool {
    [own, 0, owner].contains(&server)
}

/// Sends one request and reads its answer.
pub(super) async fn ask(stream: &mut UnixStream, request: Request) -> Result<Answer, ChannelError> {
    let patience = request.patience();
    let asked = Asked {
        version: VERSION,
        request,
    };
    let line = async {
        write_line(stream, &asked, PATIENCE).await?;
        read_line(stream, MAX_ANSWER, patience).await
    };
    let line = line.await.map_err(ChannelError::Broken)?;
    let answered: Answered = serde_json::from_slice(&line)
        .map_err(|error| ChannelError::Broken(io::Error::new(ErrorKind::InvalidData, error)))?;
    match answered.outcome {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Error(refusal) => Err(ChannelError::Refused(refusal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_told_to_a_server_of_some_other_user() {
        for (server, own, owner, trusted) in [
            (7, 7, 7, true),
            (7, 0, 7, true),
            (0, 7, 7, true),
            (8, 0, 7, false),
            (8, 7, 7, false),
        ] {
            assert_eq!(is_trusted(server, own, owner), trusted, "{server} {own}");
        }
    }
}
