use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

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
    SocketTicketRepository, StorageRepository, StoreError, ThrottleRepository, TicketRepository,
    UploadRepository,
};
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::messages::ClientId;

/// What the closure of a unit of work wants done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Keep everything.
    Commit,
    /// Keep nothing.
    RollBack,
}

/// The closure of a unit of work. It may run more than once (the adapter retries contention, and a group that failed
/// runs again singly), so it must have no effect but through the [`Tx`] and must start afresh each time.
pub type Unit = Box<dyn FnMut(&mut dyn Tx) -> Verdict + Send>;

/// What a unit of work that sends a message asks first. A store that knows it beforehand can ask for many at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The conversation whose membership is locked.
    pub conversation: ConversationId,
    /// Whose membership.
    pub sender: AccountId,
    /// Under which name an earlier message is looked for.
    pub client_id: ClientId,
}

/// One unit of work: hands out the repositories. After any `Err` of a repository the unit has ended: every later call
/// answers [`StoreError::Ended`] and nothing is kept, whatever the closure returns.
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

/// The database: runs units of work, all or nothing. Use it through [`StoreExt`].
#[async_trait]
pub trait Store: Send + Sync {
    /// Runs `unit` in a transaction that may write and returns once its verdict is carried out; after
    /// [`Verdict::Commit`], once it is durable. Dropping the future early leaves no transaction open; the unit may
    /// or may not have been committed.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing was kept — except [`StoreError::Unavailable`], when the connection broke at the
    /// commit and nobody can tell (repeat with the same idempotency key).
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError>;

    /// As [`Store::run_write`], for a unit that sends one message: it asks what `sending` says by
    /// [`ConversationRepository::lock_membership`] and [`MessageRepository::find_sent`], it writes by
    /// [`MessageRepository::append`] and [`InboxRepository::collect`] alone, and reads nothing of what it has written. The
    /// store may run it with others of its kind, in one transaction and with common statements; each is kept or dropped
    /// by itself all the same, and none is answered before what it wrote is durable.
    ///
    /// # Errors
    /// As [`Store::run_write`].
    async fn run_send(&self, _sending: Sending, unit: Unit) -> Result<(), StoreError> {
        self.run_write(unit).await
    }

    /// Runs `unit` on one consistent snapshot, without writing. The verdict does not matter.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn run_read(&self, unit: Unit) -> Result<(), StoreError>;

    /// As [`Store::run_read`], for a unit that asks one question: it calls one function of one repository, which is one statement.
    /// What a statement sees is a snapshot by itself, so that a store may do without a transaction.
    ///
    /// # Errors
    /// [`StoreError`], also when the unit asks again.
    async fn run_ask(&self, unit: Unit) -> Result<(), StoreError> {
        self.run_read(unit).await
    }

    /// Writes, and rolls back, a probe row: whether the store could take a write now.
    ///
    /// # Errors
    /// [`StoreError`] when it could not.
    async fn probe(&self) -> Result<(), StoreError>;
}

/// Typed units of work over any [`Store`].
pub trait StoreExt: Store {
    /// Runs `rule` in a transaction: `Ok` commits, `Err` rolls back. See [`Store::run_write`].
    fn write<T, E, F>(&self, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_write(unit).await;
            settle(ran, &outcome)
        }
    }

    /// Runs `rule`, which sends a message: `Ok` commits, `Err` rolls back. See [`Store::run_send`].
    fn send<T, E, F>(&self, sending: Sending, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_send(sending, unit).await;
            settle(ran, &outcome)
        }
    }

    /// Runs `rule` on a snapshot. See [`Store::run_read`].
    fn read<T, E, F>(&self, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_read(unit).await;
            settle(ran, &outcome)
        }
    }

    /// Runs `rule`, which asks one question. See [`Store::run_ask`].
    fn ask<T, E, F>(&self, rule: F) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    {
        async move {
            let (unit, outcome) = package(rule);
            let ran = self.run_ask(unit).await;
            settle(ran, &outcome)
        }
    }
}

impl<S: Store + ?Sized> StoreExt for S {}

/// Where the last run of a closure leaves its result for the caller.
type Outcome<T, E> = Arc<Mutex<Option<Result<T, E>>>>;

fn package<T, E, F>(mut rule: F) -> (Unit, Outcome<T, E>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
{
    let outcome: Outcome<T, E> = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&outcome);
    let unit = Box::new(move |tx: &mut dyn Tx| {
        let result = rule(tx);
        let verdict = if result.is_ok() {
            Verdict::Commit
        } else {
            Verdict::RollBack
        };
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        verdict
    });
    (unit, outcome)
}

fn settle<T, E: From<StoreError>>(
    ran: Result<(), StoreError>,
    outcome: &Outcome<T, E>,
) -> Result<T, E> {
    let result = outcome
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match (ran, result) {
        (Ok(()), Some(result)) => result,
        // The rule's own refusal says more than the store's word that the unit had already failed.
        (Err(_), Some(Err(refusal))) => Err(refusal),
        (Err(error), _) => Err(error.into()),
        (Ok(()), None) => Err(StoreError::Ended.into()),
    }
}
