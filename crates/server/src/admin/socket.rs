//! The running server's end of the admin channel: a Unix socket in the data folder.

use std::fs::Permissions;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::geteuid;
use sealpost_domain::operators::Operator;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::Admin;
use super::frame::{MAX_REQUEST, read_line, write_line};
use super::wire::{Answered, Asked, Outcome, Refusal, VERSION};
use crate::StartError;
use crate::serve::DataDir;

/// How many operators are answered at once; further ones wait.
const AT_ONCE: usize = 8;
/// How long an operator's program may take to send its request, and to read the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the socket is.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("admin.sock")
}

/// The bound socket. Its file goes when this is dropped, which must be before the lock of the data folder is given up: the
/// next server makes a file of the same name.
#[derive(Debug)]
pub(crate) struct AdminSocket {
    listener: Arc<UnixListener>,
    path: PathBuf,
}

impl AdminSocket {
    /// Makes the socket (mode 0600). One that a killed server left behind is replaced, once it is sure that nobody answers
    /// there. Must be called within the runtime.
    pub(crate) fn bind(data_dir: &DataDir) -> Result<Self, StartError> {
        let path = path(data_dir.path());
        make_room(&path)?;
        let refused = |error| StartError::AdminSocket {
            path: path.clone(),
            error,
        };
        let listener = UnixListener::bind(&path).map_err(refused)?;
        let socket = Self {
            listener: Arc::new(listener),
            path: path.clone(),
        };
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(refused)?;
        Ok(socket)
    }

    /// Answers operators. Runs until it is dropped.
    pub(crate) fn serve(&self, admin: Admin) -> impl Future<Output = ()> + 'static {
        answer_all(Arc::clone(&self.listener), admin)
    }
}

async fn answer_all(listener: Arc<UnixListener>, admin: Admin) {
    let seats = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let admin = admin.clone();
                tokio::spawn(async move {
                    if let Err(error) = attend(stream, &admin).await {
                        tracing::debug!(%error, "an admin connection failed");
                    }
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take an admin connection; trying again");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "cannot remove {}", self.path.display());
        }
    }
}

/// Removes a socket that nobody listens on. Whoever calls holds the lock of the data folder: no other server of ours is
/// about to.
fn make_room(path: &Path) -> Result<(), StartError> {
    let refused = |error| StartError::AdminSocket {
        path: path.to_owned(),
        error,
    };
    match path.symlink_metadata() {
        Ok(there) if !there.file_type().is_socket() => {
            return Err(refused(io::Error::other("something else has this name")));
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refused(error)),
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(refused(io::Error::other("another program answers there"))),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(refused)
        }
        Err(error) => Err(refused(error)),
    }
}

/// One connection: one request, one answer.
async fn attend(mut stream: UnixStream, admin: &Admin) -> io::Result<()> {
    // Read in any case: whoever is still sending would not hear the answer.
    let line = read_line(&mut stream, MAX_REQUEST, PATIENCE).await?;
    let outcome = match admit(stream.peer_cred()?.uid(), geteuid().as_raw()) {
        Ok(operator) => answer(admin, operator, &line).await,
        Err(refusal) => Err(refusal),
    };
    let answered = Answered {
        version: VERSION,
        outcome: match outcome {
            Ok(answer) => Outcome::Answer(answer),
            Err(refusal) => Outcome::Error(refusal),
        },
    };
    write_line(&mut stream, &answered, PATIENCE).await
}

/// Only who could read the data folder anyhow is an operator: the user that the server runs as, and root. The socket's mode
/// says the same; this holds even if somebody changed it.
fn admit(peer: u32, own: u32) -> Result<Operator, Refusal> {
    if peer == own || peer == 0 {
        Ok(vouched_for(peer))
    } else {
        tracing::warn!(user_id = peer, "refused somebody on the admin socket");
        let detail = "only root and the user that the server runs as may do this";
        Err(Refusal::new("not-allowed", detail))
    }
}

/// The operator with this user id, as the operating system says.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the admin channel, and the operating system has said who asks"
)]
pub(super) const fn vouched_for(user_id: u32) -> Operator {
    Operator::vouched_for(user_id)
}

async fn answer(
    admin: &Admin,
    operator: Operator,
    line: &[u8],
) -> Result<super::wire::Answer, Refusal> {
    let asked: Asked = serde_json::from_slice(line).map_err(|_| not_understood())?;
    if asked.version != VERSION {
        return Err(not_understood());
    }
    tracing::info!(
        user_id = operator.user_id(),
        command = asked.request.name(),
        "an admin command"
    );
    admin.carry_out(operator, asked.request).await
}

/// Says nothing of what was sent: a password may be in it.
fn not_understood() -> Refusal {
    Refusal::new(
        "not-understood",
        format!(
            "the running server ({}) does not understand this command: restart it, or use the program it was started from",
            env!("CARGO_PKG_VERSION")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_and_the_servers_own_user_are_operators() {
        for (peer, own, allowed) in [
            (0, 0, true),
            (7, 7, true),
            (0, 7, true),
            (7, 0, false),
            (8, 7, false),
        ] {
            assert_eq!(admit(peer, own).is_ok(), allowed, "{peer} {own}");
        }
    }

    #[tokio::test]
    async fn the_socket_is_private_and_goes_with_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(folder.path()).unwrap();
        let path = path(folder.path());
        let socket = AdminSocket::bind(&data_dir).unwrap();
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn only_a_socket_that_nobody_answers_on_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = DataDir::open(folder.path()).unwrap();
        let path = path(folder.path());
        // The standard library leaves the file behind, as a killed process does.
        let other = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let refused = AdminSocket::bind(&data_dir).unwrap_err().to_string();
        assert!(
            refused.contains("another program answers there"),
            "{refused}"
        );
        drop(other);
        drop(AdminSocket::bind(&data_dir).unwrap());

        std::fs::write(&path, "a file").unwrap();
        let refused = AdminSocket::bind(&data_dir).unwrap_err().to_string();
        assert!(
            refused.contains("something else has this name"),
            "{refused}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file");
    }
}
