//! A unit of work, and how it is run.

use std::collections::BTreeSet;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::inbox::NewEvent;
use sealpost_domain::ports::MasterKeyRepository;
use sealpost_domain::ports::{
    AccountRepository, AppPasswordRepository, AuditRepository, AvatarRepository,
    ChallengeRepository, ChannelRepository, ChatRepository, CodeRepository, ContactRepository,
    ConversationRepository, CustodialKeyRepository, DataKeyRepository, DeliveryRepository,
    EnvelopeRepository, FactorRepository, FileGrantRepository, FileIdRepository,
    FileLinkRepository, FileRepository, FileUpkeepRepository, GroupRepository,
    IdempotencyRepository, IdentityRepository, InboxRepository, InstallationRepository,
    InviteRepository, KeyBackupRepository, KeyLogRepository, KeyRepository, MailboxKeyRepository,
    MessageRepository, OutboxRepository, PresenceRepository, RecoveryRepository, SessionRepository,
    SocketTicketRepository, StorageRepository, StoreError, ThrottleRepository, TicketRepository,
    Tx, Unit, UploadRepository, Verdict,
};

use super::{Conn, bulk, inbox, messages};
use crate::failure::{Failure, QueryError};
use crate::news::News;
use crate::sends::{Heads, Sends};

/// A unit of work in progress on one connection, inside a transaction that the backend opened.
pub(super) struct UnitTx<'c> {
    conn: &'c mut Conn,
    failure: Option<Failure>,
    /// Written as the last step, so that the locks on the inboxes are held briefly and taken in one order.
    pub(super) events: Vec<(BTreeSet<AccountId>, NewEvent)>,
    /// Whose events of which messages are notices, too.
    pub(super) noticed: BTreeSet<(AccountId, [u8; 16])>,
    /// Whether a mail was put into the outbox.
    pub(super) mail_waits: bool,
    /// What the unit's group knows and leaves, if it is one of a group that sends.
    pub(super) sends: Option<&'c mut Sends>,
    /// How many questions it may still ask, if they are counted.
    questions: Option<u32>,
}

/// What is to become of a unit whose closure has returned.
#[derive(Debug)]
pub(crate) enum Ran {
    /// Keep it; then tell the news.
    Commit(News),
    /// The rule refused: keep nothing.
    RollBack,
    /// The store failed: keep nothing.
    Failed(Failure, StoreError),
}

/// Runs the closure once.
pub(crate) fn run_unit(conn: &mut Conn, unit: &mut Unit) -> Ran {
    let mut tx = UnitTx::on(conn);
    let verdict = unit(&mut tx);
    match (tx.failure, verdict) {
        // Whatever the closure made of it: after a failure nothing is kept. What it was, the closure was told.
        (Some(failure), _) => Ran::Failed(failure, StoreError::Ended),
        (None, Verdict::RollBack) => Ran::RollBack,
        (None, Verdict::Commit) => {
            match inbox::write_events(tx.conn, &tx.events, &tx.noticed, &mut Heads::default()) {
                Ok(grown) => Ran::Commit(News {
                    grown,
                    mail_waits: tx.mail_waits,
                    ..News::default()
                }),
                Err(error) => Ran::Failed(error.failure(), error.into_store_error()),
            }
        }
    }
}

/// The same for a unit that asks one question, without a transaction.
pub(crate) fn run_asking(conn: &mut Conn, unit: &mut Unit) -> Ran {
    let mut tx = UnitTx {
        questions: Some(1),
        ..UnitTx::on(conn)
    };
    unit(&mut tx);
    match tx.failure {
        Some(failure) => Ran::Failed(failure, StoreError::Ended),
        None => Ran::RollBack,
    }
}

/// The same for a unit that sends, over what its group knows. What it writes is left in `sends`; until [`write_sends`] is
/// done, nobody may be told.
pub(crate) fn run_sending(conn: &mut Conn, unit: &mut Unit, sends: &mut Sends) -> Ran {
    let mark = sends.mark();
    let mut tx = UnitTx {
        sends: Some(&mut *sends),
        ..UnitTx::on(conn)
    };
    let verdict = unit(&mut tx);
    let UnitTx {
        failure,
        events,
        noticed,
        mail_waits,
        ..
    } = tx;
    match (failure, verdict) {
        (Some(failure), _) => Ran::Failed(failure, StoreError::Ended),
        (None, Verdict::RollBack) => {
            sends.undo(mark);
            Ran::RollBack
        }
        (None, Verdict::Commit) => {
            sends.events.extend(events);
            sends.noticed.extend(noticed);
            Ran::Commit(News {
                mail_waits,
                ..News::default()
            })
        }
    }
}

/// Writes what the units of a group have left; returns how the inboxes have grown. `heads` is what is known of where they end,
/// before and after.
pub(crate) fn write_sends(
    conn: &mut Conn,
    sends: Sends,
    heads: &mut Heads,
) -> Result<News, QueryError> {
    bulk::write_messages(conn, &sends)?;
    for (message, _) in &sends.messages {
        messages::attach(conn, message)?;
    }
    Ok(News {
        grown: inbox::write_events(conn, &sends.events, &sends.noticed, heads)?,
        sent: sends.into_stored(),
        ..News::default()
    })
}

impl<'c> UnitTx<'c> {
    const fn on(conn: &'c mut Conn) -> Self {
        Self {
            conn,
            failure: None,
            events: Vec::new(),
            noticed: BTreeSet::new(),
            mail_waits: false,
            sends: None,
            questions: None,
        }
    }

    /// Runs one query, unless the unit has ended; its failure ends the unit.
    pub(super) fn run<T>(
        &mut self,
        query: impl FnOnce(&mut Conn) -> Result<T, QueryError>,
    ) -> Result<T, StoreError> {
        if self.failure.is_some() {
            return Err(StoreError::Ended);
        }
        if let Some(left) = self.questions.as_mut() {
            let Some(less) = left.checked_sub(1) else {
                self.failure = Some(Failure::Final);
                return Err(StoreError::Internal("a unit may ask only once".into()));
            };
            *left = less;
        }
        query(self.conn).map_err(|error| {
            self.failure = Some(error.failure());
            error.into_store_error()
        })
    }
}

impl Tx for UnitTx<'_> {
    fn accounts(&mut self) -> &mut dyn AccountRepository {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditRepository {
        self
    }

    fn app_passwords(&mut self) -> &mut dyn AppPasswordRepository {
        self
    }

    fn recoveries(&mut self) -> &mut dyn RecoveryRepository {
        self
    }

    fn codes(&mut self) -> &mut dyn CodeRepository {
        self
    }

    fn avatars(&mut self) -> &mut dyn AvatarRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn keys(&mut self) -> &mut dyn KeyRepository {
        self
    }

    fn key_log(&mut self) -> &mut dyn KeyLogRepository {
        self
    }

    fn custodial_keys(&mut self) -> &mut dyn CustodialKeyRepository {
        self
    }

    fn channels(&mut self) -> &mut dyn ChannelRepository {
        self
    }

    fn key_backups(&mut self) -> &mut dyn KeyBackupRepository {
        self
    }

    fn contacts(&mut self) -> &mut dyn ContactRepository {
        self
    }

    fn presence(&mut self) -> &mut dyn PresenceRepository {
        self
    }

    fn conversations(&mut self) -> &mut dyn ConversationRepository {
        self
    }

    fn groups(&mut self) -> &mut dyn GroupRepository {
        self
    }

    fn messages(&mut self) -> &mut dyn MessageRepository {
        self
    }

    fn deliveries(&mut self) -> &mut dyn DeliveryRepository {
        self
    }

    fn envelopes(&mut self) -> &mut dyn EnvelopeRepository {
        self
    }

    fn mailbox_keys(&mut self) -> &mut dyn MailboxKeyRepository {
        self
    }

    fn chats(&mut self) -> &mut dyn ChatRepository {
        self
    }

    fn files(&mut self) -> &mut dyn FileRepository {
        self
    }

    fn file_grants(&mut self) -> &mut dyn FileGrantRepository {
        self
    }

    fn file_links(&mut self) -> &mut dyn FileLinkRepository {
        self
    }

    fn challenges(&mut self) -> &mut dyn ChallengeRepository {
        self
    }

    fn file_ids(&mut self) -> &mut dyn FileIdRepository {
        self
    }

    fn file_upkeep(&mut self) -> &mut dyn FileUpkeepRepository {
        self
    }

    fn uploads(&mut self) -> &mut dyn UploadRepository {
        self
    }

    fn idempotency(&mut self) -> &mut dyn IdempotencyRepository {
        self
    }

    fn identities(&mut self) -> &mut dyn IdentityRepository {
        self
    }

    fn inbox(&mut self) -> &mut dyn InboxRepository {
        self
    }

    fn data_keys(&mut self) -> &mut dyn DataKeyRepository {
        self
    }

    fn throttles(&mut self) -> &mut dyn ThrottleRepository {
        self
    }

    fn outbox(&mut self) -> &mut dyn OutboxRepository {
        self
    }

    fn factors(&mut self) -> &mut dyn FactorRepository {
        self
    }

    fn tickets(&mut self) -> &mut dyn TicketRepository {
        self
    }

    fn socket_tickets(&mut self) -> &mut dyn SocketTicketRepository {
        self
    }

    fn storage(&mut self) -> &mut dyn StorageRepository {
        self
    }

    fn invites(&mut self) -> &mut dyn InviteRepository {
        self
    }

    fn master_keys(&mut self) -> &mut dyn MasterKeyRepository {
        self
    }

    fn installation(&mut self) -> &mut dyn InstallationRepository {
        self
    }
}
