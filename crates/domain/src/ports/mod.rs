//! The ports: everything the domain asks of the world, as traits that adapters implement.
//!
//! Repository ports are sync and live inside a unit of work ([`Tx`]); ports that really wait are async. Each method
//! states its contract here; the conformance suites in `testing` hold every adapter to it.
#![cfg_attr(
    any(test, feature = "testing"),
    expect(
        unreachable_pub,
        reason = "what mockall makes inside a macro of ours is looked at like our own"
    )
)]

#[macro_use]
mod absent;
mod accounts;
mod app_passwords;
mod audit;
mod avatars;
mod blob_digest;
mod blobs;
mod challenges;
mod channel_cipher;
mod channels;
mod chats;
mod checksums;
mod clock;
mod codes;
mod common_passwords;
mod contacts;
mod conversations;
mod custodial_cipher;
mod custodial_keys;
mod custodial_pairs;
mod data_key_cipher;
mod data_keys;
mod deliveries;
mod digester;
mod entropy;
mod envelopes;
mod factors;
mod fernet_cipher;
mod file_cipher;
mod file_grants;
mod file_ids;
mod file_links;
mod file_upkeep;
mod files;
mod groups;
mod growing_blobs;
mod hotp;
mod idempotency;
mod identities;
mod identity_provider;
mod inbox;
mod installation;
mod invites;
mod key_backups;
mod key_inspector;
mod key_log;
mod keys;
mod link_keys;
mod mailbox_keys;
mod mailer;
mod master_keys;
mod messages;
mod outbox;
mod pace;
mod password_hasher;
mod password_keys;
mod pictures;
mod presence;
mod recoveries;
mod rsa_pem;
mod sealer;
mod sessions;
mod signals;
mod socket_tickets;
mod storage;
mod store;
mod store_error;
mod throttles;
mod tickets;
mod token_signer;
mod tx;
mod uploads;
mod wake_ups;

pub use absent::Absent;
pub use accounts::AccountRepository;
pub use app_passwords::AppPasswordRepository;
pub use audit::AuditRepository;
pub use avatars::AvatarRepository;
pub use blob_digest::BlobDigest;
pub use blobs::{BlobEntry, BlobError, BlobName, BlobStore, BlobWriter, ByteStream};
pub use challenges::ChallengeRepository;
pub use channel_cipher::ChannelCipher;
pub use channels::ChannelRepository;
pub use chats::{ChatRepository, NumberedConversation};
pub use checksums::{ChecksumKind, Checksums, ResumableDigest, RunningChecksum};
pub use clock::Clock;
pub use codes::CodeRepository;
pub use common_passwords::CommonPasswords;
pub use contacts::ContactRepository;
pub use conversations::{ConversationRepository, Progress, StoredConversation, StoredReceipts};
pub use custodial_cipher::{Addressing, CustodialCipher, SecretUse};
pub use custodial_keys::CustodialKeyRepository;
pub use custodial_pairs::{CustodialPair, CustodialPairs, NoPair};
pub use data_key_cipher::{DataKeyCipher, DataKeyFailure, DataKeyOpener, NewDataKeyPair};
pub use data_keys::DataKeyRepository;
pub use deliveries::{DeliveryRepository, NewDelivery};
pub use digester::{Digest, Digester, MacPurpose};
pub use entropy::Entropy;
pub use envelopes::{EnvelopeRepository, NewEnvelope};
pub use factors::{FactorRepository, StoredTotp};
pub use fernet_cipher::{FernetCipher, FernetKey, FernetRenderer};
pub use file_cipher::{ChunkSealer, FileCipher, FileCipherError, FileKey, FileOpener, FileSealer};
pub use file_grants::{FileGrantRepository, GrantedFile, NamedGrant, PutGrant, StoredGrant};
pub use file_ids::FileIdRepository;
pub use file_links::{FileLinkRepository, LinkedFile, NewDownload, SpentLink, StoredLink};
pub use file_upkeep::FileUpkeepRepository;
pub use files::{FileRepository, ShreddedFile, StoredFile};
pub use groups::{GroupRepository, GroupSettings, NewGroup, NewMember};
pub use growing_blobs::{BlobState, GrowingBlob};
pub use hotp::Hotp;
pub use idempotency::{Claim, ClaimState, IdempotencyRepository, NewClaim};
pub use identities::IdentityRepository;
pub use identity_provider::{
    AuthorizationRequest, Exchange, IdentityProvider, ProvedEmail, ProvedIdentity, ProviderError,
};
pub use inbox::InboxRepository;
pub use installation::InstallationRepository;
pub use invites::InviteRepository;
pub use key_backups::{KeyBackupRepository, StoredKeyBackup};
pub use key_inspector::{InspectedKey, KeyInspector, KeyMaterial, KeyRefused};
pub use key_log::{CheckpointSigner, KeyLogRepository, LogHead, NextLink, SigningFailed};
pub use keys::{KeyRepository, Recipient};
pub use link_keys::LinkKeys;
pub use mailbox_keys::MailboxKeyRepository;
pub use mailer::{MailError, Mailer, OutgoingMail};
pub use master_keys::{
    KeyringFailure, MasterKeyRepository, MasterKeyring, NotedMasterKey, SealedHead,
};
pub use messages::{MessageRepository, NewMessage, StoredMessage};
pub use outbox::{LeasedMail, OutboxRepository};
pub use pace::Pace;
pub use password_hasher::{HashError, PasswordHash, PasswordHasher, Verification};
pub use password_keys::{KeyParameters, PasswordKeys};
pub use pictures::{PictureError, PictureProcessor};
pub use presence::PresenceRepository;
pub use recoveries::RecoveryRepository;
pub use rsa_pem::{PrivatePemError, RsaPem};
pub use sealer::{Binding, SealError, SealPurpose, Sealer};
pub use sessions::{SessionRepository, StoredRefreshToken, TokenDigests};
pub use signals::{Signal, Signals};
pub use socket_tickets::SocketTicketRepository;
pub use storage::StorageRepository;
pub use store::{Sending, Store, StoreExt, Unit, Verdict};
pub use store_error::{Constraint, StoreError};
pub use throttles::ThrottleRepository;
pub use tickets::{StoredTicket, TicketRepository};
pub use token_signer::{AccessClaims, PublicSigningKey, TokenError, TokenId, TokenSigner};
pub use tx::Tx;
pub use uploads::{AbandonedUpload, StoredUpload, UploadProgress, UploadRepository};
pub use wake_ups::WakeUps;

#[cfg(any(test, feature = "testing"))]
pub use self::master_keys::{MockMasterKeyRepository, MockMasterKeyring};
#[cfg(any(test, feature = "testing"))]
pub use self::{
    accounts::MockAccountRepository,
    app_passwords::MockAppPasswordRepository,
    audit::MockAuditRepository,
    avatars::MockAvatarRepository,
    blobs::MockBlobStore,
    challenges::MockChallengeRepository,
    channel_cipher::MockChannelCipher,
    channels::MockChannelRepository,
    chats::MockChatRepository,
    checksums::MockChecksums,
    codes::MockCodeRepository,
    common_passwords::MockCommonPasswords,
    contacts::MockContactRepository,
    conversations::MockConversationRepository,
    custodial_cipher::MockCustodialCipher,
    custodial_keys::MockCustodialKeyRepository,
    custodial_pairs::MockCustodialPairs,
    data_keys::MockDataKeyRepository,
    deliveries::MockDeliveryRepository,
    envelopes::MockEnvelopeRepository,
    factors::MockFactorRepository,
    fernet_cipher::MockFernetCipher,
    file_cipher::MockFileCipher,
    file_grants::MockFileGrantRepository,
    file_ids::MockFileIdRepository,
    file_links::MockFileLinkRepository,
    file_upkeep::MockFileUpkeepRepository,
    files::MockFileRepository,
    groups::MockGroupRepository,
    idempotency::MockIdempotencyRepository,
    identities::MockIdentityRepository,
    identity_provider::MockIdentityProvider,
    inbox::MockInboxRepository,
    installation::MockInstallationRepository,
    invites::MockInviteRepository,
    key_backups::MockKeyBackupRepository,
    key_inspector::MockKeyInspector,
    key_log::{MockCheckpointSigner, MockKeyLogRepository},
    keys::MockKeyRepository,
    link_keys::MockLinkKeys,
    mailbox_keys::MockMailboxKeyRepository,
    mailer::MockMailer,
    messages::MockMessageRepository,
    outbox::MockOutboxRepository,
    password_hasher::MockPasswordHasher,
    password_keys::MockPasswordKeys,
    pictures::MockPictureProcessor,
    presence::MockPresenceRepository,
    recoveries::MockRecoveryRepository,
    rsa_pem::MockRsaPem,
    sealer::MockSealer,
    sessions::MockSessionRepository,
    socket_tickets::MockSocketTicketRepository,
    storage::MockStorageRepository,
    throttles::MockThrottleRepository,
    tickets::MockTicketRepository,
    token_signer::MockTokenSigner,
    uploads::MockUploadRepository,
};
