//! The operator deletes an account for good.

use super::view::find;
use super::{FindAccountError, Operator, Operators};
use crate::accounts::{Account, Username, remove};
use crate::ports::StoreExt;

impl Operators {
    /// Deletes the account with this username, exactly as its owner would
    /// ([`crate::accounts::Accounts::leave`]). Returns the account that was there and how many sessions were ended.
    ///
    /// # Errors
    /// [`FindAccountError`]; then everything is as it was.
    pub async fn delete(
        &self,
        _: Operator,
        username: Username,
    ) -> Result<(Account, usize), FindAccountError> {
        let now = self.env.now();
        let account = self.env.store.read(move |tx| find(tx, &username)).await?;
        let (id, notice) = (account.id, self.accounts.farewell(&account));
        let env = self.env.clone();
        let ended = self
            .env
            .store
            .write(move |tx| {
                let removed = remove(tx, id, notice.as_ref(), &|| env.new_id(), now)?;
                removed.ok_or(FindAccountError::Unknown)
            })
            .await?;
        self.sessions.note_ended(&ended);
        Ok((account, ended.len()))
    }
}
