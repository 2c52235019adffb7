//! Why somebody may read a file, and the key that they read it with.

use super::seal::{GrantRow, open_key, open_labels, open_owned, open_text, to_key};
use super::{File, FileId, FileSharer, Files, WrappedKey};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::messages::Protection;
use crate::ports::{FileKey, GrantedFile, SealError, Sealer, StoreError, StoreExt, StoredFile, Tx};
use crate::sessions::Actor;

/// A file that somebody may read, as it rests for them.
#[derive(Debug)]
pub(super) struct Readable {
    pub(super) stored: StoredFile,
    access: Access,
}

/// Why.
#[derive(Debug)]
enum Access {
    Owner,
    Grant(AccountId, Box<GrantedFile>),
    /// It came with a message.
    Message,
}

impl Readable {
    /// What was granted to this account.
    pub(super) fn granted(grantee: AccountId, granted: GrantedFile) -> Self {
        Self {
            stored: granted.file.clone(),
            access: Access::Grant(grantee, Box::new(granted)),
        }
    }

    /// The file as they see it.
    pub(super) fn show(&self, sealer: &dyn Sealer) -> Result<File, SealError> {
        match &self.access {
            Access::Owner => open_owned(&self.stored, sealer),
            Access::Grant(grantee, granted) => show_granted(*grantee, granted, sealer),
            Access::Message => open_labels(&self.stored, sealer),
        }
    }

    /// The key that they read it with: what was granted is read with the grant's own.
    pub(super) fn open_key(&self, sealer: &dyn Sealer) -> Result<FileKey, SealError> {
        match &self.access {
            Access::Owner | Access::Message => open_key(&self.stored, sealer),
            Access::Grant(grantee, granted) => {
                let row = GrantRow::new(self.stored.id, *grantee);
                to_key(&sealer.open(&row.binding(), &granted.sealed_key)?)
            }
        }
    }
}

/// The file as whoever was granted it sees it.
pub(crate) fn show_granted(
    grantee: AccountId,
    granted: &GrantedFile,
    sealer: &dyn Sealer,
) -> Result<File, SealError> {
    let row = GrantRow::new(granted.file.id, grantee);
    let wrapped_key = match granted.file.protection {
        Protection::Server => None,
        Protection::EndToEnd => {
            let wrapped = open_text(&row.binding(), &granted.sealed_key, sealer)?;
            Some(WrappedKey::restore(wrapped))
        }
    };
    Ok(File {
        wrapped_key,
        shared_by: Some(FileSharer {
            account: granted.file.owner,
            username: granted.owner_username.clone(),
        }),
        ..open_labels(&granted.file, sealer)?
    })
}

impl Files {
    /// A file that the caller may read: their own, one that was shared with them, or one that came with a message to them.
    pub(super) async fn find_readable(
        &self,
        actor: &Actor,
        id: FileId,
    ) -> Result<Option<Readable>, StoreError> {
        let (account, now) = (actor.account(), self.env.now());
        self.env
            .store
            .read(move |tx| find(tx, account, id, now))
            .await
    }
}

fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    id: FileId,
    now: Timestamp,
) -> Result<Option<Readable>, StoreError> {
    let as_found = |access| move |stored| Readable { stored, access };
    if let Some(own) = tx.files().find(account, id)? {
        return Ok(Some(as_found(Access::Owner)(own)));
    }
    if let Some(granted) = tx.file_grants().find(account, id)? {
        return Ok(Some(Readable::granted(account, granted)));
    }
    let came = tx.files().find_shared(account, id, now)?;
    Ok(came.map(as_found(Access::Message)))
}
