//! The listening server and its limits.

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::thread::available_parallelism;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use futures_util::future::{Either, join, select};

use crate::middleware::{Connections, count_connection};
use crate::settings::{HEAD_TIMEOUT, KEEP_ALIVE, SHUTDOWN_SECONDS};
use crate::{AppState, Services, Settings, app};

/// Serves on `listeners` until `shutdown` resolves and the requests that were accepted are answered, or the server
/// fails. Once `shutdown` resolves, `/readyz` answers 503 at once; the server goes on for `settings.drain_delay`, then
/// accepts nothing more and gives what runs 20 seconds. Must be called within a tokio runtime.
///
/// # Errors
/// When a listener cannot be used or a worker cannot be started.
pub async fn serve(
    listeners: Vec<TcpListener>,
    services: Services,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let drain_delay = settings.drain_delay;
    let connections = Connections::at_most(settings.max_connections);
    let state = AppState::new(services, settings);
    let draining = state.draining.clone();
    let mut server = pin!(start(listeners, state.clone(), &connections)?);
    let handle = server.handle();

    let told_to_stop = pin!(async {
        shutdown.await;
        draining.begin();
        tracing::info!("stopping: no longer ready");
        tokio::time::sleep(drain_delay).await;
    });
    let served = async {
        match select(server.as_mut(), told_to_stop).await {
            Either::Left((ended, _)) => ended,
            Either::Right(((), _)) => stop(&handle, server).await,
        }
    };
    let beside = pin!(join(state.share_rates(), state.have_all_checked()));
    match select(pin!(served), beside).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((never, _), _)) => match never {},
    }
}

async fn stop(
    handle: &ServerHandle,
    server: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    tracing::info!("stopping: finishing the requests that were accepted");
    join(handle.stop(true), server).await.1
}

fn start(
    listeners: Vec<TcpListener>,
    state: AppState,
    connections: &Connections,
) -> io::Result<Server> {
    let workers = available_parallelism().map_or(1, usize::from);
    // actix counts for each worker.
    let connections_each = state.max_connections().div_ceil(workers);
    let mut server = HttpServer::new(move || app(&state))
        .workers(workers)
        .max_connections(connections_each)
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        // A client that has hung up is waited for by nobody: its long poll ends, its handler is dropped.
        .h1_allow_half_closed(false)
        // Events are small and must not wait for the acknowledgement of the one before.
        .tcp_nodelay(true)
        // Whoever wires the server decides which signals stop it.
        .disable_signals()
        .on_connect(count_connection(connections));
    for listener in listeners {
        server = server.listen(listener)?;
    }
    Ok(server.run())
}
