//! The dialects: contracts of other systems, served over the same domain. A folder for each, of one shape: a file for
//! each route, `errors.rs` with the dialect's own shape of failures, and values that the dialect restricts further.
//!
//! A dialect parses, calls one use case and shapes the answer. Failures travel as [`Problem`]s through the frame like
//! those of the native API; what speaks to the client is chosen at the very end ([`Tongue`]), so that failures of the
//! frame itself (an unknown method, a deadline, a defect) have the dialect's shape too.

pub(crate) mod messenger;

use actix_web::http::StatusCode;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Dialects;
use crate::problem::Problem;

/// The routes of the dialects that are served.
pub(crate) fn configure(served: Dialects) -> impl FnOnce(&mut ServiceConfig<'_>) {
    move |config| {
        if served.messenger {
            config.configure(messenger::configure);
        }
    }
}

/// In which shape a failure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// `application/problem+json`.
    Native,
    /// `{"msg"}`.
    Messenger,
}

impl Tongue {
    /// What is spoken at this path.
    pub(crate) fn of(path: &str, served: Dialects) -> Self {
        if served.messenger && messenger::owns(path) {
            Self::Messenger
        } else {
            Self::Native
        }
    }

    /// The dialect's status and JSON body for a failure; None in the native API, which renders it itself.
    pub(crate) fn say(self, problem: &Problem) -> Option<(StatusCode, Vec<u8>)> {
        match self {
            Self::Native => None,
            Self::Messenger => Some(messenger::say(problem)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_tongue() {
        let (on, off) = (Dialects { messenger: true }, Dialects { messenger: false });
        for path in ["/api/login/", "/api/login", "/api/", "/api/unknown"] {
            assert_eq!(Tongue::of(path, on), Tongue::Messenger, "{path}");
            assert_eq!(Tongue::of(path, off), Tongue::Native, "{path}");
        }
        for path in [
            "/v1/me",
            "/apis/",
            "/",
            "/api/token/refresh/",
            "/api/token/refresh",
        ] {
            assert_eq!(Tongue::of(path, on), Tongue::Native, "{path}");
        }
    }
}
