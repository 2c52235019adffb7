//! The dialects: contracts of other systems, served over the same domain. A folder for each, of one shape: a file for
//! each route, `errors.rs` with the dialect's own shape of failures, and values that the dialect restricts further.
//!
//! A dialect parses, calls one use case and shapes the answer. Failures travel as [`Problem`]s through the frame like
//! those of the native API; what speaks to the client is chosen at the very end ([`Tongue`]), so that failures of the
//! frame itself (an unknown method, a deadline, a defect) have the dialect's shape too.

pub(crate) mod channel;
pub(crate) mod mailbox;
pub(crate) mod messenger;
mod said;
pub(crate) mod social;
mod tongue;
pub(crate) mod vault;

use crate::Dialects;
use crate::registration::Registration;
use said::Said;
pub(crate) use tongue::Tongue;

/// The routes of the dialects that are served.
pub(crate) fn configure(served: Dialects) -> impl FnOnce(&mut Registration<'_>) {
    move |config| {
        // Before `messenger`, whose scope takes every other path below `/api/`.
        if served.social {
            config.configure(social::configure);
        }
        if served.messenger {
            config.configure(messenger::configure);
        }
        if served.channel {
            config.configure(channel::configure);
        }
        if served.mailbox {
            config.configure(mailbox::configure);
        }
        if served.vault {
            config.configure(vault::configure);
        }
    }
}

/// Whether `path` is one of `routes`, with a last slash or without.
fn is_one_of(path: &str, routes: &[&str]) -> bool {
    routes.contains(&path.strip_suffix('/').unwrap_or(path))
}
