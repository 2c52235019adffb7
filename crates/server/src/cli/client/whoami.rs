use serde_json::json;

use super::failure::Failure;
use super::logged_in::LoggedIn;
use super::out::Out;
use crate::cli::table::list;

/// Says who is logged in, as the server knows them now, and this device's keys.
pub(super) async fn tell(me: &LoggedIn, out: Out) -> Result<(), Failure> {
    let account = me.client.me().await?;
    let correspondent = me.correspondent()?;
    let device = correspondent.device();
    let server = me.client.server().url();
    let text = list(&[
        ("username", account.username.clone()),
        ("id", account.id.to_string()),
        (
            "email",
            account.email.clone().unwrap_or_else(|| "-".to_owned()),
        ),
        ("server", server.to_owned()),
        ("profile", me.profile.name().to_owned()),
        ("sealed to", device.sealing_kid().to_owned()),
        ("signs with", device.signing_kid().to_owned()),
    ]);
    let value = json!({
        "username": account.username,
        "id": account.id.to_string(),
        "email": account.email,
        "server": server,
        "profile": me.profile.name(),
        "sealing_key": device.sealing_kid(),
        "signing_key": device.signing_kid(),
    });
    Ok(out.say(&value, &text)?)
}
