use sealpost_client::Server;

use super::RegisterOptions;
use super::failure::Failure;
use super::login::keep;
use super::out::Out;
use super::state::Profile;
use crate::cli::password;
use crate::console;

/// Makes an account, and logs in to it.
pub(super) async fn register(
    profile: Profile,
    options: RegisterOptions,
    out: Out,
) -> Result<(), Failure> {
    let server = Server::at(&options.server)?;
    profile.make()?;
    // Before anybody is asked for a password, and before there is an account that nobody logs in to.
    if let Some(other) = profile.session()? {
        return Err(Failure::OtherAccount {
            profile: profile.name().to_owned(),
            username: other.username,
            server: other.server,
        });
    }
    if server.is_exposed() {
        console::warn(&"the connection is not encrypted: others can read the password on its way");
    }
    let password = password::new(options.password_file.as_deref(), false)?;
    let (name, email) = (&options.username, options.email.as_deref());
    server.register(name, password.expose(), email).await?;
    let client = server.log_in(name, password.expose()).await?;
    keep(&profile, &client, None, out).await
}
