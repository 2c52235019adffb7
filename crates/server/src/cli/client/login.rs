use std::path::Path;

use sealpost_client::{Account, Client, ClientError, Correspondent, Device, LogIn, Secret, Server};
use serde_json::json;

use super::LoginOptions;
use super::failure::Failure;
use super::logged_in::LoggedIn;
use super::out::Out;
use super::second_factor;
use super::state::{Profile, Session};
use crate::cli::password;
use crate::cli::table::harmless;
use crate::console;

/// Opens a session, publishes this device's keys, and keeps everything.
pub(super) async fn log_in(
    profile: Profile,
    options: &LoginOptions,
    out: Out,
) -> Result<(), Failure> {
    let server = Server::at(&options.server)?;
    profile.make()?;
    // Before anybody is asked for a password.
    let before = profile.session()?;
    if server.is_exposed() {
        console::warn(&"the connection is not encrypted: others can read the password on its way");
    }
    let password = password::existing(options.password_file.as_deref())?;
    let code_file = options.code_file.as_deref();
    let client = open(&server, &options.username, &password, code_file).await?;
    keep(&profile, &client, before.as_ref(), out).await
}

/// Keeps a session that was just opened, and says so.
pub(super) async fn keep(
    profile: &Profile,
    client: &Client,
    before: Option<&Session>,
    out: Out,
) -> Result<(), Failure> {
    let account = match settle(profile, client, before).await {
        Ok(account) => account,
        Err(failure) => {
            // Nobody could use it any more.
            let _best_effort = client.log_out().await;
            return Err(failure);
        }
    };
    let text = format!(
        "Logged in as {} at {}.\n",
        harmless(&account.username),
        client.server().url()
    );
    let value = json!({
        "profile": profile.name(),
        "server": client.server().url(),
        "username": account.username,
        "id": account.id.to_string(),
    });
    Ok(out.say(&value, &text)?)
}

async fn open(
    server: &Server,
    username: &str,
    password: &Secret<String>,
    code_file: Option<&Path>,
) -> Result<Client, Failure> {
    match server.begin_log_in(username, password.expose()).await? {
        LogIn::Opened(client) => Ok(client),
        LogIn::SecondFactor(pending) => second_factor::prove(&pending, code_file).await,
    }
}

/// Makes this device one that others can write to, and keeps the session once all else is done.
async fn settle(
    profile: &Profile,
    client: &Client,
    before: Option<&Session>,
) -> Result<Account, Failure> {
    let account = client.me().await?;
    if let Some(other) = before.filter(|session| session.account != account.id) {
        return Err(Failure::OtherAccount {
            profile: profile.name().to_owned(),
            username: other.username.clone(),
            server: other.server.clone(),
        });
    }
    let device = Device::load_or_generate(&profile.keys(account.id))?;
    Correspondent::new(client.clone(), device).publish().await?;
    // From here on nothing is missed, whenever somebody listens for the first time.
    if profile.cursor(account.id)?.is_none() {
        let inbox = client.follow().await?;
        profile.keep_cursor(account.id, inbox.cursor())?;
        inbox.close().await;
    }
    profile.keep_session(&Session {
        server: client.server().url().to_owned(),
        username: account.username.clone(),
        account: account.id,
        refresh_token: client.refresh_token(),
    })?;
    Ok(account)
}

/// Ends the session. That it had ended already is as good.
pub(super) async fn log_out(me: &LoggedIn, out: Out) -> Result<(), Failure> {
    match me.client.log_out().await {
        Ok(()) | Err(ClientError::SessionOver(_)) => {}
        Err(error) => return Err(error.into()),
    }
    me.profile.forget_session()?;
    let text = format!("Logged out {}.\n", harmless(&me.session.username));
    let value = json!({"profile": me.profile.name(), "username": me.session.username});
    Ok(out.say(&value, &text)?)
}
