//! How often one client may ask, by route. Counted in this process, by the client's address.

mod rate;

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::StatusCode;

use crate::problem::Problem;
use rate::Rate;

const MINUTE: Duration = Duration::from_secs(60);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// `messenger`: asking for the data key.
    DataKey,
    /// `messenger`: making an account.
    Register,
    /// `messenger`: logging in.
    Login,
    /// `messenger`: starting a conversation.
    StartConversation,
}

/// Every rate, shared by all workers.
pub(crate) struct Limits {
    data_key: [Rate; 1],
    register: [Rate; 2],
    login: [Rate; 2],
    start_conversation: [Rate; 1],
    enabled: bool,
}

impl Limits {
    /// The rates of the contracts; none if not `enabled`.
    pub(crate) fn new(enabled: bool) -> Self {
        let twice = || [Rate::new(5, MINUTE), Rate::new(10, 30 * MINUTE)];
        Self {
            data_key: [Rate::new(3, 60 * MINUTE)],
            register: twice(),
            login: twice(),
            start_conversation: [Rate::new(10, 15 * MINUTE)],
            enabled,
        }
    }

    /// Counts a request from this address ([`crate::extract::ClientAddress::limit_key`]).
    pub(crate) fn count(&self, counted: Counted, address: IpAddr) -> Result<(), Problem> {
        if !self.enabled {
            return Ok(());
        }
        let rates: &[Rate] = match counted {
            Counted::DataKey => &self.data_key,
            Counted::Register => &self.register,
            Counted::Login => &self.login,
            Counted::StartConversation => &self.start_conversation,
        };
        let waits = rates.iter().filter_map(|rate| rate.count(address).err());
        waits.max().map_or(Ok(()), |wait| Err(too_often(wait)))
    }
}

fn too_often(wait: Duration) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        format!(
            "too many requests: try again in {} seconds",
            wait.as_secs() + 1
        ),
    )
    .with_retry_after(wait)
}
