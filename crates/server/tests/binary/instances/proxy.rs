//! What stands between an instance and its database in the tests: it can be stopped, so that nothing passes and nothing
//! breaks, as a network does that swallows everything.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// Forwards connections to a database.
pub(super) struct Proxy {
    /// The database's URL through it.
    pub(super) url: String,
    passing: watch::Sender<bool>,
}

/// Where the database listens.
#[derive(Clone)]
enum Target {
    Folder(String),
    Address(String),
}

impl Proxy {
    /// A proxy before the database at `url`.
    pub(super) async fn start(url: &str) -> Self {
        Self::start_on("127.0.0.1", url).await
    }

    /// The same on an address of this machine.
    pub(super) async fn start_on(host: &str, url: &str) -> Self {
        let parsed = url::Url::parse(url).unwrap();
        let query = |name: &str| {
            let mut pairs = parsed.query_pairs();
            pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let target = match query("host") {
            Some(folder) => Target::Folder(format!("{folder}/.s.PGSQL.5432")),
            None => Target::Address(format!(
                "{}:{}",
                parsed.host_str().unwrap(),
                parsed.port().unwrap_or(5432)
            )),
        };
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let user = match query("user") {
            Some(user) => user,
            None => parsed.username().to_owned(),
        };
        let password = parsed.password().map(|password| format!(":{password}"));
        let url = format!(
            "postgres://{user}{}@{}{}",
            password.unwrap_or_default(),
            listener.local_addr().unwrap(),
            parsed.path()
        );
        let (passing, watch) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, target.clone(), watch.clone()));
            }
        });
        Self { url, passing }
    }

    /// From now on nothing passes, and no connection breaks.
    pub(super) fn stop(&self) {
        self.passing.send_replace(false);
    }

    /// Everything passes again, also what came meanwhile.
    pub(super) fn go_on(&self) {
        self.passing.send_replace(true);
    }
}

async fn forward(client: TcpStream, target: Target, passing: watch::Receiver<bool>) {
    match target {
        Target::Folder(path) => {
            if let Ok(server) = UnixStream::connect(path).await {
                join(client, server, passing).await;
            }
        }
        Target::Address(address) => {
            if let Ok(server) = TcpStream::connect(address).await {
                join(client, server, passing).await;
            }
        }
    }
}

async fn join<S: AsyncRead + AsyncWrite>(
    client: TcpStream,
    server: S,
    passing: watch::Receiver<bool>,
) {
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    // Whichever side ends, ends both.
    tokio::select! {
        _ = copy(from_client, to_server, passing.clone()) => {}
        _ = copy(from_server, to_client, passing) => {}
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut passing: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        let gone = passing.wait_for(|passing| *passing).await.is_err();
        if read == 0 || gone {
            return Ok(());
        }
        to.write_all(&buffer[..read]).await?;
    }
}
