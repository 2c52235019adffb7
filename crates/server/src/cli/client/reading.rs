use sealpost_client::{ClientError, Correspondent, Format, Message};

use super::failure::client_code;

/// Why a message says nothing any more.
const DELETED: &str = "deleted";

/// What a message says to whoever is logged in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    Text(String),
    /// It cannot be read, and why: a stable slug.
    Closed(String),
}

/// Opens a message, with every check that its format allows.
///
/// # Errors
/// What may be different a little later, or after another login.
pub(super) async fn read(
    reader: &Correspondent,
    message: &Message,
) -> Result<Reading, ClientError> {
    let Some(body) = &message.body else {
        return Ok(Reading::Closed(DELETED.to_owned()));
    };
    if message.format == Format::Text {
        return Ok(Reading::Text(body.clone()));
    }
    match reader.open(message).await {
        Ok(opened) => Ok(Reading::Text(opened.content)),
        Err(error) if is_of_the_message(&error) => {
            Ok(Reading::Closed(client_code(&error).to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Whether it is the message that is at fault, or its sender, and not the connection or the session.
fn is_of_the_message(error: &ClientError) -> bool {
    match error {
        ClientError::SessionOver(_) | ClientError::LocalFile(_) => false,
        other => !other.is_temporary(),
    }
}
