//! Binds the listeners, before anything is opened that a second process must not open.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};

use crate::StartError;
use crate::config::Config;
use crate::config::keys::{self, Key};

/// How many connections may wait to be accepted on each listener. The system may allow fewer.
const BACKLOG: i32 = 2048;

/// A bound socket that does not block.
#[derive(Debug)]
pub struct Listener {
    /// Where it listens; never port 0.
    pub address: SocketAddr,
    /// The socket.
    pub socket: TcpListener,
}

/// All listeners.
#[derive(Debug)]
pub struct Bound {
    /// Those of the API, in the order of the configuration.
    pub api: Vec<Listener>,
    /// The address of the first one.
    pub first: SocketAddr,
    /// That of the metrics, if it is on.
    pub metrics: Option<Listener>,
}

/// Binds every listener that the configuration names.
///
/// # Errors
/// [`StartError::PortTaken`], [`StartError::PortForbidden`] or [`StartError::Listen`] for the first one that fails; the
/// others are closed again.
pub fn bind(config: &Config) -> Result<Bound, StartError> {
    let mut api = Vec::new();
    for address in config.listen.iter() {
        api.push(bind_one(address, keys::LISTEN)?);
    }
    let first = api
        .first()
        .map_or(config.listen.first(), |listener| listener.address);
    let metrics = config
        .metrics_listen
        .map(|address| bind_one(address, keys::METRICS_LISTEN));
    Ok(Bound {
        api,
        first,
        metrics: metrics.transpose()?,
    })
}

/// The first listener that other machines reach while no proxy is trusted.
pub(super) fn exposed(config: &Config) -> Option<SocketAddr> {
    let no_proxy = config.trusted_proxies.networks().is_empty();
    config.listen.beyond_loopback().filter(|_| no_proxy)
}

fn bind_one(address: SocketAddr, key: Key) -> Result<Listener, StartError> {
    open(address).map_err(|error| {
        let variable = key.variable();
        match error.kind() {
            ErrorKind::AddrInUse => StartError::PortTaken { address, variable },
            ErrorKind::PermissionDenied => StartError::PortForbidden { address, variable },
            _ => StartError::Listen {
                address,
                variable,
                error,
            },
        }
    })
}

fn open(address: SocketAddr) -> io::Result<Listener> {
    let socket = TcpListener::bind(address)?;
    socket.set_nonblocking(true)?;
    // The standard library asks for a queue of 128; asking again changes only that.
    rustix::net::listen(&socket, BACKLOG)?;
    Ok(Listener {
        address: socket.local_addr()?,
        socket,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load};

    fn config(variables: &[(&str, &str)]) -> Config {
        load(None, &Environment::of(variables)).unwrap().config
    }

    #[test]
    fn port_0_becomes_a_real_port() {
        let config = config(&[
            ("SEALPOST_LISTEN", "127.0.0.1:0,127.0.0.1:0"),
            ("SEALPOST_METRICS_LISTEN", "127.0.0.1:0"),
        ]);
        let bound = bind(&config).unwrap();
        assert_eq!(bound.api.len(), 2);
        assert_ne!(bound.first.port(), 0);
        assert_eq!(bound.first, bound.api[0].address);
        assert!(bound.metrics.is_some());
    }

    #[test]
    fn a_taken_port_is_named_with_the_setting_to_change() {
        let taken = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let holder = TcpListener::bind(taken).unwrap();
        let refused = bind(&config(&[("SEALPOST_LISTEN", &taken.to_string())])).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "port taken: {taken} is in use; stop the other process or set SEALPOST_LISTEN to another address"
            )
        );
        drop(holder);
    }

    #[test]
    fn an_address_of_another_machine_is_refused() {
        let refused = bind(&config(&[("SEALPOST_LISTEN", "192.0.2.1:5000")])).unwrap_err();
        assert!(matches!(refused, StartError::Listen { .. }), "{refused}");
    }

    #[test]
    fn only_an_open_listener_without_a_proxy_is_exposed() {
        let open = ("SEALPOST_LISTEN", "127.0.0.1:1,0.0.0.0:2");
        assert_eq!(exposed(&config(&[])), None);
        assert_eq!(
            exposed(&config(&[open])),
            Some("0.0.0.0:2".parse().unwrap())
        );
        assert_eq!(
            exposed(&config(&[open, ("SEALPOST_TRUSTED_PROXIES", "10.0.0.0/8")])),
            None
        );
    }
}
