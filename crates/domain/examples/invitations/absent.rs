//! The parts of the store that this service does not use: each call fails, which ends the unit of work.

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::{AccountId, Username};
use sealpost_domain::audit::{AuditEvent, AuditEventId, AuditKind};
use sealpost_domain::codes::{CodePurpose, MailedCode};
use sealpost_domain::contacts::{Acquaintance, Relation, Tally};
use sealpost_domain::conversations::{
    ConversationId, ConversationOverview, Membership, NewConversation,
};
use sealpost_domain::data_keys::{DataKey, DataKeyUse};
use sealpost_domain::directory::UsernamePrefix;
use sealpost_domain::factors::{FactorKind, FactorSet};
use sealpost_domain::federation::{ExternalId, Identity, IdentityId, IdentityProfile, Transaction};
use sealpost_domain::files::FileId;
use sealpost_domain::inbox::{InboxEvent, NewEvent, Offset, Window};
use sealpost_domain::key_backups::KeyBackupStamp;
use sealpost_domain::keys::{KeyEvent, KeyId, KeyOwner, PublicKey};
use sealpost_domain::mail::{MailId, MailSummary, SealedMail};
use sealpost_domain::messages::{ClientId, MessageId, Reach, Receipt};
use sealpost_domain::ports::{
    AuditRepository, BlobName, CodeRepository, ContactRepository, ConversationRepository, DataKeyRepository, Digest, FactorRepository, FileRepository, InboxRepository, InstallationRepository, KeyBackupRepository, KeyRepository, LeasedMail, MessageRepository, NewMessage, OutboxRepository, PresenceRepository, SessionRepository, ShreddedFile, StoreError, StoredFile, StoredKeyBackup, StoredMessage, StoredRefreshToken, StoredTicket, StoredTotp, ThrottleRepository, TicketRepository, IdentityRepository,
};
use sealpost_domain::sessions::{EndedSession, Session, SessionId};
use sealpost_domain::throttle::Counter;

/// Stands where a repository would.
pub(crate) struct Absent;

fn absent<T>() -> Result<T, StoreError> {
    Err(StoreError::Internal(
        "this service keeps accounts only".into(),
    ))
}

impl AuditRepository for Absent {
    fn settle(
        &mut self,
        _: AuditEventId,
        _: AuditKind,
        _: Option<SessionId>,
    ) -> Result<(), StoreError> {
        absent()
    }

    fn append(&mut self, _: &AuditEvent) -> Result<(), StoreError> {
        absent()
    }

    fn page(
        &mut self,
        _: AccountId,
        _: Option<AuditEventId>,
        _: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl CodeRepository for Absent {
    fn put(&mut self, _: &MailedCode, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn spend_try(
        &mut self,
        _: AccountId,
        _: CodePurpose,
        _: Timestamp,
    ) -> Result<Option<MailedCode>, StoreError> {
        absent()
    }

    fn delete(&mut self, _: AccountId, _: CodePurpose) -> Result<bool, StoreError> {
        absent()
    }

    fn delete_all(&mut self, _: AccountId) -> Result<u64, StoreError> {
impl IdentityRepository for Absent {
    fn insert(&mut self, _: &Identity) -> Result<bool, StoreError> {
        absent()
    }

    fn find(&mut self, _: &ExternalId) -> Result<Option<Identity>, StoreError> {
        absent()
    }

    fn list(&mut self, _: AccountId) -> Result<Vec<Identity>, StoreError> {
        absent()
    }

    fn lock(&mut self, _: AccountId) -> Result<Vec<Identity>, StoreError> {
        absent()
    }

    fn note_use(
        &mut self,
        _: IdentityId,
        _: &IdentityProfile,
        _: Timestamp,
    ) -> Result<bool, StoreError> {
        absent()
    }

    fn delete(&mut self, _: AccountId, _: IdentityId) -> Result<bool, StoreError> {
        absent()
    }

    fn begin(&mut self, _: &Transaction) -> Result<(), StoreError> {
        absent()
    }

    fn count_begun(&mut self, _: Option<Digest>, _: Timestamp) -> Result<u64, StoreError> {
        absent()
    }

    fn take(&mut self, _: &Digest, _: &Digest) -> Result<Option<Transaction>, StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl KeyBackupRepository for Absent {
    fn find(
        &mut self,
        _: AccountId,
        _: Option<u32>,
    ) -> Result<Option<StoredKeyBackup>, StoreError> {
        absent()
    }

    fn lock_newest(&mut self, _: AccountId) -> Result<Option<KeyBackupStamp>, StoreError> {
        absent()
    }

    fn insert(&mut self, _: AccountId, _: &StoredKeyBackup) -> Result<(), StoreError> {
        absent()
    }

    fn delete_before(&mut self, _: AccountId, _: u32) -> Result<(), StoreError> {
        absent()
    }
}

impl SessionRepository for Absent {
    fn list_ended(&mut self, _: Timestamp, _: u32) -> Result<Vec<EndedSession>, StoreError> {
        absent()
    }

    fn insert(&mut self, _: &Session, _: &Digest) -> Result<(), StoreError> {
        absent()
    }

    fn find(&mut self, _: SessionId) -> Result<Option<Session>, StoreError> {
        absent()
    }

    fn list(&mut self, _: AccountId) -> Result<Vec<Session>, StoreError> {
        absent()
    }

    fn find_refresh(&mut self, _: &Digest) -> Result<Option<StoredRefreshToken>, StoreError> {
        absent()
    }

    fn spend_refresh(&mut self, _: &Digest, _: &Digest, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn end(&mut self, _: AccountId, _: &EndedSession) -> Result<bool, StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl ContactRepository for Absent {
    fn find_by_username(
        &mut self,
        _: AccountId,
        _: &Username,
    ) -> Result<Option<Acquaintance>, StoreError> {
        absent()
    }

    fn find_many(
        &mut self,
        _: AccountId,
        _: &[AccountId],
    ) -> Result<Vec<Acquaintance>, StoreError> {
        absent()
    }

    fn search(
        &mut self,
        _: AccountId,
        _: &UsernamePrefix,
        _: &str,
        _: u32,
    ) -> Result<Vec<Acquaintance>, StoreError> {
        absent()
    }

    fn page(&mut self, _: AccountId, _: &str, _: u32) -> Result<Vec<Acquaintance>, StoreError> {
        absent()
    }

    fn page_blocked(
        &mut self,
        _: AccountId,
        _: &str,
        _: u32,
    ) -> Result<Vec<Acquaintance>, StoreError> {
        absent()
    }

    fn list_mutual(&mut self, _: AccountId, _: u32) -> Result<Vec<AccountId>, StoreError> {
        absent()
    }

    fn lock(&mut self, _: AccountId, _: AccountId) -> Result<Relation, StoreError> {
        absent()
    }

    fn save(&mut self, _: AccountId, _: AccountId, _: &Relation) -> Result<(), StoreError> {
        absent()
    }

    fn tally(&mut self, _: AccountId) -> Result<Tally, StoreError> {
        absent()
    }
}

impl PresenceRepository for Absent {
    fn renew(&mut self, _: &[AccountId], _: Timestamp, _: Timestamp) -> Result<u64, StoreError> {
        absent()
    }

    fn end_without_session(&mut self, _: AccountId, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn list_online(&mut self, _: &[AccountId], _: Timestamp) -> Result<Vec<AccountId>, StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl ConversationRepository for Absent {
    fn has_pair(&mut self, _: AccountId, _: AccountId) -> Result<bool, StoreError> {
        absent()
    }

    fn list_partners(&mut self, _: AccountId, _: u32) -> Result<Vec<AccountId>, StoreError> {
        absent()
    }

    fn find_or_insert_pair(&mut self, _: &NewConversation) -> Result<ConversationId, StoreError> {
        absent()
    }

    fn find_membership(
        &mut self,
        _: ConversationId,
        _: AccountId,
    ) -> Result<Option<Membership>, StoreError> {
        absent()
    }

    fn find_many(
        &mut self,
        _: AccountId,
        _: &[ConversationId],
    ) -> Result<Vec<ConversationOverview>, StoreError> {
        absent()
    }

    fn page(
        &mut self,
        _: AccountId,
        _: Option<ConversationId>,
        _: u32,
    ) -> Result<Vec<ConversationId>, StoreError> {
        absent()
    }
}

impl MessageRepository for Absent {
    fn append(&mut self, _: &NewMessage) -> Result<u64, StoreError> {
        absent()
    }

    fn find_sent(
        &mut self,
        _: AccountId,
        _: &ClientId,
    ) -> Result<Option<(Receipt, Digest)>, StoreError> {
        absent()
    }

    fn page(
        &mut self,
        _: ConversationId,
        _: Reach,
        _: u32,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        absent()
    }

    fn find_many(&mut self, _: &[MessageId]) -> Result<Vec<StoredMessage>, StoreError> {
        absent()
    }
}

impl FileRepository for Absent {
    fn insert(&mut self, _: &StoredFile) -> Result<(), StoreError> {
        absent()
    }

    fn find(&mut self, _: AccountId, _: FileId) -> Result<Option<StoredFile>, StoreError> {
        absent()
    }

    fn page(
        &mut self,
        _: AccountId,
        _: Option<FileId>,
        _: u32,
    ) -> Result<Vec<StoredFile>, StoreError> {
        absent()
    }

    fn shred(
        &mut self,
        _: AccountId,
        _: FileId,
        _: Timestamp,
    ) -> Result<Option<ShreddedFile>, StoreError> {
        absent()
    }

    fn list_shredded(&mut self, _: u32) -> Result<Vec<ShreddedFile>, StoreError> {
        absent()
    }

    fn remove(&mut self, _: FileId) -> Result<bool, StoreError> {
        absent()
    }

    fn known_blobs(&mut self, _: &[BlobName]) -> Result<Vec<BlobName>, StoreError> {
        absent()
    }
}

impl InboxRepository for Absent {
    fn collect(&mut self, _: &[AccountId], _: NewEvent) {}

    fn window(&mut self, _: AccountId) -> Result<Option<Window>, StoreError> {
        absent()
    }

    fn page(&mut self, _: AccountId, _: Offset, _: u32) -> Result<Vec<InboxEvent>, StoreError> {
        absent()
    }

    fn acknowledge(&mut self, _: SessionId, _: Offset) -> Result<Offset, StoreError> {
        absent()
    }

    fn trim(&mut self, _: AccountId, _: Offset) -> Result<(), StoreError> {
        absent()
    }
}

impl InstallationRepository for Absent {
    fn find(&mut self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        absent()
    }

    fn find_or_insert(&mut self, _: &str, _: &[u8], _: Timestamp) -> Result<Vec<u8>, StoreError> {
        absent()
    }
}

impl KeyRepository for Absent {
    fn find_version(&mut self, _: AccountId, _: KeyId) -> Result<Option<u64>, StoreError> {
        absent()
    }

    fn insert_new(&mut self, _: AccountId, _: &PublicKey) -> Result<bool, StoreError> {
        absent()
    }

    fn list(&mut self, _: AccountId) -> Result<Vec<PublicKey>, StoreError> {
        absent()
    }

    fn find_many(&mut self, _: &[KeyId]) -> Result<Vec<(KeyOwner, PublicKey)>, StoreError> {
        absent()
    }

    fn revoke(&mut self, _: AccountId, _: KeyId, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn record(&mut self, _: &KeyEvent) -> Result<(), StoreError> {
        absent()
    }

    fn history(&mut self, _: AccountId, _: u64, _: u32) -> Result<Vec<KeyEvent>, StoreError> {
        absent()
    }
}

impl DataKeyRepository for Absent {
    fn insert_new(&mut self, _: &DataKey) -> Result<bool, StoreError> {
        absent()
    }

    fn list(&mut self) -> Result<Vec<DataKey>, StoreError> {
        absent()
    }

    fn delete_retired(&mut self, _: Timestamp) -> Result<u64, StoreError> {
        absent()
    }

    fn is_used(&mut self, _: &DataKeyUse) -> Result<bool, StoreError> {
        absent()
    }

    fn record_use(&mut self, _: &DataKeyUse) -> Result<bool, StoreError> {
        absent()
    }
}

impl ThrottleRepository for Absent {
    fn lock(&mut self, _: &Digest, _: Timestamp) -> Result<Counter, StoreError> {
        absent()
    }

    fn update(&mut self, _: &Digest, _: &Counter) -> Result<(), StoreError> {
        absent()
    }

    fn remove(&mut self, _: &Digest) -> Result<(), StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl OutboxRepository for Absent {
    fn insert(&mut self, _: &SealedMail) -> Result<(), StoreError> {
        absent()
    }

    fn has_waiting(&mut self, _: u32) -> Result<bool, StoreError> {
        absent()
    }

    fn lease_next(&mut self, _: Timestamp, _: Timestamp) -> Result<Option<LeasedMail>, StoreError> {
        absent()
    }

    fn delete(&mut self, _: MailId) -> Result<bool, StoreError> {
        absent()
    }

    fn defer(&mut self, _: MailId, _: u32, _: Timestamp, _: &str) -> Result<bool, StoreError> {
        absent()
    }

    fn bury(&mut self, _: MailId, _: u32, _: Timestamp, _: &str) -> Result<bool, StoreError> {
        absent()
    }

    fn hasten(&mut self, _: MailId, _: u32, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn find(&mut self, _: MailId) -> Result<Option<MailSummary>, StoreError> {
        absent()
    }

    fn page(&mut self, _: Option<MailId>, _: u32) -> Result<Vec<MailSummary>, StoreError> {
        absent()
    }

    fn delete_dead(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}

impl FactorRepository for Absent {
    fn find_set(&mut self, _: AccountId) -> Result<FactorSet, StoreError> {
        absent()
    }

    fn find_totp(&mut self, _: AccountId) -> Result<Option<StoredTotp>, StoreError> {
        absent()
    }

    fn put_totp(&mut self, _: AccountId, _: &[u8], _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn confirm_totp(
        &mut self,
        _: AccountId,
        _: &[u8],
        _: u64,
        _: Timestamp,
    ) -> Result<bool, StoreError> {
        absent()
    }

    fn use_step(&mut self, _: AccountId, _: u64) -> Result<bool, StoreError> {
        absent()
    }

    fn put_email_code(&mut self, _: AccountId, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn remove(&mut self, _: AccountId, _: FactorKind) -> Result<bool, StoreError> {
        absent()
    }

    fn replace_recovery_codes(&mut self, _: AccountId, _: &[Digest]) -> Result<(), StoreError> {
        absent()
    }

    fn take_recovery_code(&mut self, _: AccountId, _: &Digest) -> Result<bool, StoreError> {
        absent()
    }
}

impl TicketRepository for Absent {
    fn insert(&mut self, _: &Digest, _: &StoredTicket, _: u16) -> Result<(), StoreError> {
        absent()
    }

    fn find(&mut self, _: &Digest, _: Timestamp) -> Result<Option<StoredTicket>, StoreError> {
        absent()
    }

    fn spend_try(&mut self, _: &Digest, _: Timestamp) -> Result<bool, StoreError> {
        absent()
    }

    fn remove(&mut self, _: &Digest) -> Result<bool, StoreError> {
        absent()
    }

    fn remove_all(&mut self, _: AccountId) -> Result<(), StoreError> {
        absent()
    }

    fn sweep(&mut self, _: Timestamp, _: u32) -> Result<u64, StoreError> {
        absent()
    }
}
