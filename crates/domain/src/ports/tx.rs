use super::MasterKeyRepository;
use super::{
    Absent, AccountRepository, AppPasswordRepository, AuditRepository, AvatarRepository,
    ChallengeRepository, ChannelRepository, ChatRepository, CodeRepository, ContactRepository,
    ConversationRepository, CustodialKeyRepository, DataKeyRepository, DeliveryRepository,
    EnvelopeRepository, FactorRepository, FileGrantRepository, FileIdRepository,
    FileLinkRepository, FileRepository, FileUpkeepRepository, GroupRepository,
    IdempotencyRepository, IdentityRepository, InboxRepository, InstallationRepository,
    InviteRepository, KeyBackupRepository, KeyLogRepository, KeyRepository, MailboxKeyRepository,
    MessageRepository, OutboxRepository, PresenceRepository, RecoveryRepository, SessionRepository,
    SocketTicketRepository, StorageRepository, ThrottleRepository, TicketRepository,
    UploadRepository,
};

/// One unit of work: hands out the repositories. After any `Err` of a repository the unit has ended: every later call
/// answers [`super::StoreError::Ended`] and nothing is kept, whatever the closure returns.
///
/// A store that keeps only some of it implements only these: the others are [`Absent`].
pub trait Tx {
    /// Accounts and their credentials.
    fn accounts(&mut self) -> &mut dyn AccountRepository {
        Absent::lend()
    }

    /// The accounts' audit trails.
    fn audit(&mut self) -> &mut dyn AuditRepository {
        Absent::lend()
    }

    /// App passwords.
    fn app_passwords(&mut self) -> &mut dyn AppPasswordRepository {
        Absent::lend()
    }

    /// Recoveries.
    fn recoveries(&mut self) -> &mut dyn RecoveryRepository {
        Absent::lend()
    }

    /// Mailed codes.
    fn codes(&mut self) -> &mut dyn CodeRepository {
        Absent::lend()
    }

    /// Avatars.
    fn avatars(&mut self) -> &mut dyn AvatarRepository {
        Absent::lend()
    }

    /// Sessions.
    fn sessions(&mut self) -> &mut dyn SessionRepository {
        Absent::lend()
    }

    /// Published keys and their history.
    fn keys(&mut self) -> &mut dyn KeyRepository {
        Absent::lend()
    }

    /// The key log.
    fn key_log(&mut self) -> &mut dyn KeyLogRepository {
        Absent::lend()
    }

    /// Private keys that the server keeps.
    fn custodial_keys(&mut self) -> &mut dyn CustodialKeyRepository {
        Absent::lend()
    }

    /// Secure channels.
    fn channels(&mut self) -> &mut dyn ChannelRepository {
        Absent::lend()
    }

    /// Key backups.
    fn key_backups(&mut self) -> &mut dyn KeyBackupRepository {
        Absent::lend()
    }

    /// Contacts, requests and blocks.
    fn contacts(&mut self) -> &mut dyn ContactRepository {
        Absent::lend()
    }

    /// Who is there.
    fn presence(&mut self) -> &mut dyn PresenceRepository {
        Absent::lend()
    }

    /// Conversations and their members.
    fn conversations(&mut self) -> &mut dyn ConversationRepository {
        Absent::lend()
    }

    /// Groups and the changes of their members.
    fn groups(&mut self) -> &mut dyn GroupRepository {
        Absent::lend()
    }

    /// Messages.
    fn messages(&mut self) -> &mut dyn MessageRepository {
        Absent::lend()
    }

    /// Messages that are to be acknowledged.
    fn deliveries(&mut self) -> &mut dyn DeliveryRepository {
        Absent::lend()
    }

    /// Envelopes without a conversation.
    fn envelopes(&mut self) -> &mut dyn EnvelopeRepository {
        Absent::lend()
    }

    /// The keys of dialect `mailbox`.
    fn mailbox_keys(&mut self) -> &mut dyn MailboxKeyRepository {
        Absent::lend()
    }

    /// Numbers of conversations, for dialect `social`.
    fn chats(&mut self) -> &mut dyn ChatRepository {
        Absent::lend()
    }

    /// Files.
    fn files(&mut self) -> &mut dyn FileRepository {
        Absent::lend()
    }

    /// Who may read files that are not theirs.
    fn file_grants(&mut self) -> &mut dyn FileGrantRepository {
        Absent::lend()
    }

    /// Links to files.
    fn file_links(&mut self) -> &mut dyn FileLinkRepository {
        Absent::lend()
    }

    /// Challenges that were answered.
    fn challenges(&mut self) -> &mut dyn ChallengeRepository {
        Absent::lend()
    }

    /// Ids of files that are to come.
    fn file_ids(&mut self) -> &mut dyn FileIdRepository {
        Absent::lend()
    }

    /// What the server does of its own accord about files.
    fn file_upkeep(&mut self) -> &mut dyn FileUpkeepRepository {
        Absent::lend()
    }

    /// Unfinished uploads.
    fn uploads(&mut self) -> &mut dyn UploadRepository {
        Absent::lend()
    }

    /// Idempotency keys.
    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository {
        Absent::lend()
    }

    /// Who may log in by a provider's word.
    fn identities(&mut self) -> &mut dyn IdentityRepository {
        Absent::lend()
    }

    /// The accounts' logs of events.
    fn inbox(&mut self) -> &mut dyn InboxRepository {
        Absent::lend()
    }

    /// Data keys and what was accepted under them.
    fn data_keys(&mut self) -> &mut dyn DataKeyRepository {
        Absent::lend()
    }

    /// Counters of guesses and requests.
    fn throttles(&mut self) -> &mut dyn ThrottleRepository {
        Absent::lend()
    }

    /// Outgoing mail.
    fn outbox(&mut self) -> &mut dyn OutboxRepository {
        Absent::lend()
    }

    /// Second factors.
    fn factors(&mut self) -> &mut dyn FactorRepository {
        Absent::lend()
    }

    /// Logins that wait for their second factor.
    fn tickets(&mut self) -> &mut dyn TicketRepository {
        Absent::lend()
    }

    /// Tickets that open a WebSocket.
    fn socket_tickets(&mut self) -> &mut dyn SocketTicketRepository {
        Absent::lend()
    }

    /// How much everybody stores.
    fn storage(&mut self) -> &mut dyn StorageRepository {
        Absent::lend()
    }

    /// Invites.
    fn invites(&mut self) -> &mut dyn InviteRepository {
        Absent::lend()
    }

    /// What rests under which master key.
    fn master_keys(&mut self) -> &mut dyn MasterKeyRepository {
        Absent::lend()
    }

    /// The installation's own sealed secrets.
    fn installation(&mut self) -> &mut dyn InstallationRepository {
        Absent::lend()
    }
}
