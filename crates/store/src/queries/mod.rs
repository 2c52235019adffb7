//! The one text of every query. Compiled once for each backend; `Conn` is that backend's connection.
//!
//! Nothing here may depend on the engine. Where the engines really differ, the query lives in the backend's own file.

mod accounts;
mod addresses;
mod app_passwords;
mod audit;
mod avatars;
mod challenges;
mod channels;
mod chats;
mod codes;
mod contacts;
mod conversations;
mod custodial_keys;
mod data_keys;
mod deliveries;
mod envelopes;
mod factors;
mod file_grants;
mod file_ids;
mod file_links;
mod file_upkeep;
mod files;
mod groups;
mod idempotency;
mod identities;
pub(crate) mod inbox;
mod installation;
mod invites;
mod key_backups;
mod key_log;
mod keys;
mod mailbox_keys;
mod master_keys;
pub(crate) mod memberships;
mod message_ends;
pub(crate) mod messages;
mod names;
mod outbox;
mod presence;
mod progress;
mod recoveries;
mod sealed_columns;
mod sessions;
mod socket_tickets;
mod storage;
mod throttles;
mod tickets;
mod uploads;

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

use super::{Conn, bulk, expressions, locks};
use crate::failure::{Failure, QueryError};
use crate::news::News;
use crate::sends::Sends;

/// A unit of work in progress on one connection, inside a transaction that the backend opened.
struct UnitTx<'c> {
    conn: &'c mut Conn,
    failure: Option<Failure>,
    /// Written as the last step, so that the locks on the inboxes are held briefly and taken in one order.
    events: Vec<(BTreeSet<AccountId>, NewEvent)>,
    /// Whose events of which messages are notices, too.
    noticed: BTreeSet<(AccountId, [u8; 16])>,
    /// Whether a mail was put into the outbox.
    mail_waits: bool,
    /// What the unit's group knows and leaves, if it is one of a group that sends.
    sends: Option<&'c mut Sends>,
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
    let mut tx = UnitTx {
        conn,
        failure: None,
        events: Vec::new(),
        noticed: BTreeSet::new(),
        mail_waits: false,
        sends: None,
    };
    let verdict = unit(&mut tx);
    match (tx.failure, verdict) {
        // Whatever the closure made of it: after a failure nothing is kept. What it was, the closure was told.
        (Some(failure), _) => Ran::Failed(failure, StoreError::Ended),
        (None, Verdict::RollBack) => Ran::RollBack,
        (None, Verdict::Commit) => match inbox::write_events(tx.conn, &tx.events, &tx.noticed) {
            Ok(grown) => Ran::Commit(News {
                grown,
                mail_waits: tx.mail_waits,
            }),
            Err(error) => Ran::Failed(error.failure(), error.into_store_error()),
        },
    }
}

/// The same for a unit that sends, over what its group knows. What it writes is left in `sends`; until [`write_sends`] is
/// done, nobody may be told.
pub(crate) fn run_sending(conn: &mut Conn, unit: &mut Unit, sends: &mut Sends) -> Ran {
    let mark = sends.mark();
    let mut tx = UnitTx {
        conn,
        failure: None,
        events: Vec::new(),
        noticed: BTreeSet::new(),
        mail_waits: false,
        sends: Some(&mut *sends),
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

/// Writes what the units of a group have left; returns how the inboxes have grown.
pub(crate) fn write_sends(conn: &mut Conn, sends: &Sends) -> Result<News, QueryError> {
    bulk::write_messages(conn, sends)?;
    for (message, _) in &sends.messages {
        messages::attach(conn, message)?;
    }
    let grown = inbox::write_events(conn, &sends.events, &sends.noticed)?;
    Ok(News {
        grown,
        ..News::default()
    })
}

impl UnitTx<'_> {
    /// Runs one query, unless the unit has ended; its failure ends the unit.
    fn run<T>(
        &mut self,
        query: impl FnOnce(&mut Conn) -> Result<T, QueryError>,
    ) -> Result<T, StoreError> {
        if self.failure.is_some() {
            return Err(StoreError::Ended);
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
