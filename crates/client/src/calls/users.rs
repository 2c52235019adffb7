use crate::call::Call;
use crate::wire::User;
use crate::{Client, ClientError};

impl Client {
    /// The user of this name, in any case.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with `not-found`: nobody has it, as far as one may know.
    pub async fn user(&self, username: &str) -> Result<User, ClientError> {
        self.fetch(&Call::get(&["v1", "users", username])).await
    }
}
