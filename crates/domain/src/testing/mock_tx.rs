use crate::ports::{
    AccountRepository, AppPasswordRepository, AuditRepository, AvatarRepository,
    ChallengeRepository, ChannelRepository, ChatRepository, CodeRepository, ContactRepository,
    ConversationRepository, CustodialKeyRepository, DataKeyRepository, DeliveryRepository,
    EnvelopeRepository, FactorRepository, FileGrantRepository, FileIdRepository,
    FileLinkRepository, FileRepository, FileUpkeepRepository, GroupRepository,
    IdempotencyRepository, IdentityRepository, InboxRepository, InstallationRepository,
    InviteRepository, KeyBackupRepository, KeyLogRepository, KeyRepository, MailboxKeyRepository,
    MessageRepository, MockAccountRepository, MockAppPasswordRepository, MockAuditRepository,
    MockAvatarRepository, MockChallengeRepository, MockChannelRepository, MockChatRepository,
    MockCodeRepository, MockContactRepository, MockConversationRepository,
    MockCustodialKeyRepository, MockDataKeyRepository, MockDeliveryRepository,
    MockEnvelopeRepository, MockFactorRepository, MockFileGrantRepository, MockFileIdRepository,
    MockFileLinkRepository, MockFileRepository, MockFileUpkeepRepository, MockGroupRepository,
    MockIdempotencyRepository, MockIdentityRepository, MockInboxRepository,
    MockInstallationRepository, MockInviteRepository, MockKeyBackupRepository,
    MockKeyLogRepository, MockKeyRepository, MockMailboxKeyRepository, MockMessageRepository,
    MockOutboxRepository, MockPresenceRepository, MockRecoveryRepository, MockSessionRepository,
    MockSocketTicketRepository, MockStorageRepository, MockThrottleRepository,
    MockTicketRepository, MockUploadRepository, OutboxRepository, PresenceRepository,
    RecoveryRepository, SessionRepository, SocketTicketRepository, StorageRepository,
    ThrottleRepository, TicketRepository, Tx, UploadRepository,
};
use crate::ports::{MasterKeyRepository, MockMasterKeyRepository, NextLink};

/// A unit of work over mocks: expect what a rule should do to each repository; anything else fails the test.
#[derive(Default)]
pub struct MockTx {
    /// Accounts.
    pub accounts: MockAccountRepository,
    /// Audit trails.
    pub audit: MockAuditRepository,
    /// App passwords.
    pub app_passwords: MockAppPasswordRepository,
    /// Recoveries.
    pub recoveries: MockRecoveryRepository,
    /// Mailed codes.
    pub codes: MockCodeRepository,
    /// Avatars.
    pub avatars: MockAvatarRepository,
    /// Sessions.
    pub sessions: MockSessionRepository,
    /// Keys.
    pub keys: MockKeyRepository,
    /// The key log.
    pub key_log: MockKeyLogRepository,
    /// Private keys that the server keeps.
    pub custodial_keys: MockCustodialKeyRepository,
    /// Challenges that were answered.
    pub challenges: MockChallengeRepository,
    /// Secure channels.
    pub channels: MockChannelRepository,
    /// Key backups.
    pub key_backups: MockKeyBackupRepository,
    /// Contacts.
    pub contacts: MockContactRepository,
    /// Who is there.
    pub presence: MockPresenceRepository,
    /// Conversations.
    pub conversations: MockConversationRepository,
    /// Groups.
    pub groups: MockGroupRepository,
    /// Messages.
    pub messages: MockMessageRepository,
    /// Numbers of conversations.
    pub chats: MockChatRepository,
    /// Messages that are to be acknowledged.
    pub deliveries: MockDeliveryRepository,
    /// Files.
    pub files: MockFileRepository,
    /// Who may read files that are not theirs.
    pub file_grants: MockFileGrantRepository,
    /// Links to files.
    pub file_links: MockFileLinkRepository,
    /// Ids of files that are to come.
    pub file_ids: MockFileIdRepository,
    /// What the server does of its own accord about files.
    pub file_upkeep: MockFileUpkeepRepository,
    /// Unfinished uploads.
    pub uploads: MockUploadRepository,
    /// Idempotency keys.
    pub idempotency: MockIdempotencyRepository,
    /// Identities at providers.
    pub identities: MockIdentityRepository,
    /// Logs of events.
    pub inbox: MockInboxRepository,
    /// Data keys.
    pub data_keys: MockDataKeyRepository,
    /// Counters of guesses and requests.
    pub throttles: MockThrottleRepository,
    /// Outgoing mail.
    pub outbox: MockOutboxRepository,
    /// Second factors.
    pub factors: MockFactorRepository,
    /// Logins that wait for their second factor.
    pub tickets: MockTicketRepository,
    /// Envelopes.
    pub envelopes: MockEnvelopeRepository,
    /// The keys of dialect `mailbox`.
    pub mailbox_keys: MockMailboxKeyRepository,
    /// Tickets that open a WebSocket.
    pub socket_tickets: MockSocketTicketRepository,
    /// How much everybody stores.
    pub storage: MockStorageRepository,
    /// Invites.
    pub invites: MockInviteRepository,
    /// What rests under which master key.
    pub master_keys: MockMasterKeyRepository,
    /// The installation's secrets.
    pub installation: MockInstallationRepository,
}

impl MockTx {
    /// Lets the key log record whatever there is, for tests that are not about it. A link names all keys: `keys` must expect
    /// to be listed.
    pub fn records_links(&mut self) {
        self.key_log.expect_next_link().returning(|_| {
            Ok(Some(NextLink {
                seq: 1,
                username: "somebody".to_owned(),
            }))
        });
        self.key_log.expect_append().returning(|_| Ok(()));
        self.mailbox_keys.expect_find().returning(|_| Ok(None));
    }
}

impl Tx for MockTx {
    fn accounts(&mut self) -> &mut dyn AccountRepository {
        &mut self.accounts
    }

    fn audit(&mut self) -> &mut dyn AuditRepository {
        &mut self.audit
    }

    fn app_passwords(&mut self) -> &mut dyn AppPasswordRepository {
        &mut self.app_passwords
    }

    fn recoveries(&mut self) -> &mut dyn RecoveryRepository {
        &mut self.recoveries
    }

    fn codes(&mut self) -> &mut dyn CodeRepository {
        &mut self.codes
    }

    fn avatars(&mut self) -> &mut dyn AvatarRepository {
        &mut self.avatars
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        &mut self.sessions
    }

    fn keys(&mut self) -> &mut dyn KeyRepository {
        &mut self.keys
    }

    fn key_log(&mut self) -> &mut dyn KeyLogRepository {
        &mut self.key_log
    }

    fn custodial_keys(&mut self) -> &mut dyn CustodialKeyRepository {
        &mut self.custodial_keys
    }

    fn channels(&mut self) -> &mut dyn ChannelRepository {
        &mut self.channels
    }

    fn key_backups(&mut self) -> &mut dyn KeyBackupRepository {
        &mut self.key_backups
    }

    fn contacts(&mut self) -> &mut dyn ContactRepository {
        &mut self.contacts
    }

    fn presence(&mut self) -> &mut dyn PresenceRepository {
        &mut self.presence
    }

    fn conversations(&mut self) -> &mut dyn ConversationRepository {
        &mut self.conversations
    }

    fn groups(&mut self) -> &mut dyn GroupRepository {
        &mut self.groups
    }

    fn messages(&mut self) -> &mut dyn MessageRepository {
        &mut self.messages
    }

    fn deliveries(&mut self) -> &mut dyn DeliveryRepository {
        &mut self.deliveries
    }

    fn envelopes(&mut self) -> &mut dyn EnvelopeRepository {
        &mut self.envelopes
    }

    fn mailbox_keys(&mut self) -> &mut dyn MailboxKeyRepository {
        &mut self.mailbox_keys
    }

    fn chats(&mut self) -> &mut dyn ChatRepository {
        &mut self.chats
    }

    fn files(&mut self) -> &mut dyn FileRepository {
        &mut self.files
    }

    fn file_grants(&mut self) -> &mut dyn FileGrantRepository {
        &mut self.file_grants
    }

    fn file_links(&mut self) -> &mut dyn FileLinkRepository {
        &mut self.file_links
    }

    fn challenges(&mut self) -> &mut dyn ChallengeRepository {
        &mut self.challenges
    }

    fn file_ids(&mut self) -> &mut dyn FileIdRepository {
        &mut self.file_ids
    }

    fn file_upkeep(&mut self) -> &mut dyn FileUpkeepRepository {
        &mut self.file_upkeep
    }

    fn uploads(&mut self) -> &mut dyn UploadRepository {
        &mut self.uploads
    }

    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository {
        &mut self.idempotency
    }

    fn identities(&mut self) -> &mut dyn IdentityRepository {
        &mut self.identities
    }

    fn inbox(&mut self) -> &mut dyn InboxRepository {
        &mut self.inbox
    }

    fn data_keys(&mut self) -> &mut dyn DataKeyRepository {
        &mut self.data_keys
    }

    fn throttles(&mut self) -> &mut dyn ThrottleRepository {
        &mut self.throttles
    }

    fn outbox(&mut self) -> &mut dyn OutboxRepository {
        &mut self.outbox
    }

    fn factors(&mut self) -> &mut dyn FactorRepository {
        &mut self.factors
    }

    fn tickets(&mut self) -> &mut dyn TicketRepository {
        &mut self.tickets
    }

    fn socket_tickets(&mut self) -> &mut dyn SocketTicketRepository {
        &mut self.socket_tickets
    }

    fn storage(&mut self) -> &mut dyn StorageRepository {
        &mut self.storage
    }

    fn invites(&mut self) -> &mut dyn InviteRepository {
        &mut self.invites
    }

    fn master_keys(&mut self) -> &mut dyn MasterKeyRepository {
        &mut self.master_keys
    }

    fn installation(&mut self) -> &mut dyn InstallationRepository {
        &mut self.installation
    }
}
