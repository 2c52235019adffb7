use reqwest::header;

use crate::call::Call;
use crate::{Client, ClientError};

impl Client {
    /// Leaves the first key backup of the account with the server: what [`Device::to_backup`](crate::Device::to_backup) made.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `precondition-failed`: there is one already. With `insufficient-user-authentication`: the
    /// login is older than 15 minutes.
    pub async fn store_first_key_backup(&self, backup: &str) -> Result<(), ClientError> {
        let call = Call::put(&["v1", "me", "key-backup"]);
        let stored = self.call_prepared(&call, |request| {
            request
                .header(header::IF_NONE_MATCH, "*")
                .header(header::CONTENT_TYPE, "application/octet-stream")
                .body(backup.to_owned())
        });
        stored.await.map(drop)
    }

    /// The newest key backup of the account: what
    /// [`Device::from_backup`](crate::Device::from_backup) opens.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`: there is none.
    pub async fn key_backup(&self) -> Result<String, ClientError> {
        let answer = self.call(&Call::get(&["v1", "me", "key-backup"])).await?;
        answer.text().await.map_err(ClientError::no_answer)
    }
}
