//! `sealpost demo --web`: two people to look at in the browser.

use sealpost_client::{Correspondent, Device, RecoveryCode, Server};
use sealpost_crypto::OsEntropy;

use super::{DemoError, tell};

const PASSWORD: &str = "correct horse battery staple";
const TALK: [(usize, &str); 4] = [
    (0, "Did you find the old lighthouse?"),
    (1, "Yes. The lamp still works!"),
    (0, "Then light it at nine. I will see it from the pier."),
    (1, "Nine it is. Bring the sandwiches 🥪"),
];

/// Alice and Bob have talked; says how to be either of them.
pub(super) async fn set_the_scene(url: &str) -> Result<(), DemoError> {
    let server = Server::at(url)?;
    let (alice, alices_code) = join(&server, "alice").await?;
    let (bob, bobs_code) = join(&server, "bob").await?;
    let talk = alice.client().start_conversation("bob").await?;
    for (who, text) in TALK {
        let speaker = if who == 0 { &alice } else { &bob };
        speaker.send_sealed(talk.id, text).await?;
    }
    tell::step(1, "Alice and Bob have talked. Be both of them:");
    // A browser takes the two names of this machine for two sites, which know nothing of each other.
    introduce(
        "alice",
        &url.replace("127.0.0.1", "localhost"),
        &alices_code,
    );
    introduce("bob", url, &bobs_code);
    tell::line("Ctrl-C ends the server and removes everything.");
    Ok(())
}

async fn join(server: &Server, name: &str) -> Result<(Correspondent, RecoveryCode), DemoError> {
    server.register(name, PASSWORD, None).await?;
    let client = server.log_in(name, PASSWORD).await?;
    let account = client.me().await?.id;
    let code = RecoveryCode::generate(&OsEntropy);
    let device = Device::generate();
    let backup = device.to_backup(&code, account);
    client
        .store_first_key_backup(&backup.map_err(sealpost_client::ClientError::from)?)
        .await?;
    let person = Correspondent::new(client, device);
    person.publish().await?;
    Ok((person, code))
}

fn introduce(name: &str, url: &str, code: &RecoveryCode) {
    tell::line(format_args!("{url}/#/login"));
    tell::line(format_args!("   username       {name}"));
    tell::line(format_args!("   password       {PASSWORD}"));
    tell::line(format_args!("   recovery code  {}\n", code.text().expose()));
}
