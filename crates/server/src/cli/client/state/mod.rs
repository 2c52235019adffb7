//! What is kept between commands: `$XDG_CONFIG_HOME/sealpost/PROFILE/` (or below `~/.config`), mode 0700, with files of
//! mode 0600.
//!
//! | file | what |
//! |---|---|
//! | `session.json` | where one is logged in, as whom, and the refresh token |
//! | `ACCOUNT.keys` | the device's private keys; they stay when one logs out |
//! | `ACCOUNT.cursor` | up to where `listen` has told the inbox |
//! | `session.lock`, `listen.lock` | held while the token is renewed, and while somebody listens |

mod error;
mod files;
mod profile;
mod session;
mod tokens;

pub(super) use error::StateError;
pub(super) use profile::Profile;
pub(super) use session::Session;
pub(super) use tokens::SessionTokens;
