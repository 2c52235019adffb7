//! The second step of a login.

use std::io::{IsTerminal as _, stdin};
use std::path::Path;

use sealpost_client::{Client, ClientError, PendingLogIn};

use super::failure::Failure;
use crate::cli::password;
use crate::cli::table::harmless;
use crate::console;

/// So many codes are asked for; the server takes five.
const TRIES: usize = 4;
const MAILED: &str = "email-code";

/// Proves a second factor: with the code in a file, or with what somebody types at the terminal.
pub(super) async fn prove(pending: &PendingLogIn, file: Option<&Path>) -> Result<Client, Failure> {
    if let Some(path) = file {
        let code = password::existing(Some(path))?;
        return Ok(pending.prove(code.expose().trim()).await?);
    }
    if !stdin().is_terminal() {
        return Err(Failure::SecondFactor {
            factors: pending.factors().to_vec(),
        });
    }
    ask(pending).await
}

async fn ask(pending: &PendingLogIn) -> Result<Client, Failure> {
    let can_be_mailed = pending.factors().iter().any(|factor| factor == MAILED);
    let list = pending.factors().join(", ");
    console::ask(&format!(
        "A second factor is wanted, one of {}.\n",
        harmless(&list)
    ));
    // Whoever has nothing else waits for the mail.
    if can_be_mailed && !pending.factors().iter().any(|factor| factor == "totp") {
        mail(pending).await?;
    } else if can_be_mailed {
        console::ask("Type nothing to have a code mailed.\n");
    }
    let mut tries = 1;
    loop {
        let code = password::ask("Code: ")?;
        let code = code.expose().trim();
        if code.is_empty() && can_be_mailed {
            mail(pending).await?;
            continue;
        }
        match pending.prove(code).await {
            Err(ClientError::Refused(problem))
                if problem.code == "wrong-second-factor" && tries < TRIES =>
            {
                console::ask("That is not the code.\n");
                tries += 1;
            }
            proved => return Ok(proved?),
        }
    }
}

async fn mail(pending: &PendingLogIn) -> Result<(), Failure> {
    pending.mail_code().await?;
    console::ask("A code is on its way by mail.\n");
    Ok(())
}
