use serde_json::json;

use crate::call::Call;
use crate::wire::{FileShare, Page};
use crate::{Client, ClientError, FileId};

impl Client {
    /// Lets `username` read a file of one's own. Of a file that is end-to-end encrypted `wrapped_key` is its key, wrapped for them:
    /// [`crate::Correspondent::share_file`] makes it.
    ///
    /// # Errors
    /// [`ClientError::Refused`], with `not-found` for a file or a user that one may not know of.
    pub async fn share_file(
        &self,
        file: FileId,
        username: &str,
        wrapped_key: Option<&str>,
    ) -> Result<FileShare, ClientError> {
        let id = file.to_string();
        let path = ["v1", "files", &id, "shares", username];
        let body = wrapped_key.map_or_else(|| json!({}), |key| json!({"wrapped_key": key}));
        self.fetch(&Call::put(&path).with_json(&body)?).await
    }

    /// Who may read a file of one's own by one's word, by username.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn file_shares(&self, file: FileId) -> Result<Vec<FileShare>, ClientError> {
        let id = file.to_string();
        let call = Call::get(&["v1", "files", &id, "shares"]);
        let page: Page<FileShare> = self.fetch(&call).await?;
        Ok(page.data)
    }

    /// Shares a file with `username` no longer; with one's own name, gives up one that was shared with oneself.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`.
    pub async fn unshare_file(&self, file: FileId, username: &str) -> Result<(), ClientError> {
        let id = file.to_string();
        let call = Call::delete(&["v1", "files", &id, "shares", username]);
        self.call(&call).await.map(drop)
    }
}
