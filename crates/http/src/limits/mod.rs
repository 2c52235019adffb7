//! How often one client may ask, by route. Counted in this process, by the client's address, or by the account once
//! somebody is logged in.

mod budget;
mod clock;
mod rate;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::StatusCode;
use sealpost_domain::accounts::AccountId;

use crate::problem::Problem;
pub(crate) use budget::Budget;
pub use clock::RateClock;
use rate::Rate;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// How many messages an account sends in a minute.
pub(crate) const MESSAGES_A_MINUTE: u32 = 300;
/// How many of them at once.
pub(crate) const MESSAGES_AT_ONCE: u32 = 300;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// `messenger`: asking for the data key.
    DataKey,
    /// `messenger`: making an account.
    Register,
    /// Making an account with an idempotency key, 300 an hour: what is noted for it comes before the count of new accounts.
    KeyedRegistration,
    /// `messenger`: logging in.
    Login,
    /// `messenger`: starting a conversation.
    StartConversation,
    /// `messenger`: asking for a new access token.
    Renew,
    /// `mailbox`: looking for somebody's key or picture, 1,000 an hour.
    MailboxLookUp,
    /// `/media/…`: fetching pictures and attachments, 600 a minute.
    Media,
}

/// What is counted by account, through all doors together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// Learning of users by their names: 1,000 an hour, each user shown counts.
    LookUp,
    /// Asking somebody to be a contact: 100 an hour.
    ContactRequest,
    /// Saying something on a chat socket: 120 a minute, 40 at once.
    Chat,
    /// Fetching tickets for sockets: 60 a minute.
    SocketTicket,
    /// Saying that one is writing: 60 a minute, 20 at once.
    Typing,
    /// Sending a message through the native API: 300 a minute, as many at once.
    Message,
    /// `messenger`: logging out.
    Logout,
    /// `messenger`: sending a message.
    SendMessage,
    /// `messenger`: reading messages.
    GetMessages,
    /// `messenger`: acknowledging.
    Acknowledge,
    /// `messenger`: changing the settings.
    UpdateSettings,
}

/// Every rate, shared by all workers.
pub(crate) struct Limits {
    data_key: [Rate<IpAddr>; 1],
    register: [Rate<IpAddr>; 2],
    keyed_registration: [Rate<IpAddr>; 1],
    login: [Rate<IpAddr>; 2],
    start_conversation: [Rate<IpAddr>; 1],
    renew: [Rate<IpAddr>; 1],
    mailbox_look_up: [Rate<IpAddr>; 1],
    media: [Rate<IpAddr>; 1],
    look_up: Rate<AccountId>,
    contact_request: Rate<AccountId>,
    chat: Rate<AccountId>,
    socket_ticket: Rate<AccountId>,
    typing: Rate<AccountId>,
    message: Rate<AccountId>,
    logout: Rate<AccountId>,
    send_message: Rate<AccountId>,
    get_messages: Rate<AccountId>,
    acknowledge: Rate<AccountId>,
    update_settings: Rate<AccountId>,
    enabled: bool,
}

impl Limits {
    /// The rates of the contracts; none if not `enabled`.
    pub(crate) fn new(enabled: bool, clock: &RateClock) -> Self {
        let ticks = clock.start();
        let of_address = |requests, interval| Rate::new(requests, interval, &ticks);
        let of_account = |requests, interval| Rate::new(requests, interval, &ticks);
        let twice = || [of_address(5, MINUTE), of_address(10, 30 * MINUTE)];
        Self {
            data_key: [of_address(3, 60 * MINUTE)],
            register: twice(),
            keyed_registration: [of_address(300, 60 * MINUTE)],
            login: twice(),
            start_conversation: [of_address(10, 15 * MINUTE)],
            renew: [of_address(5, MINUTE)],
            mailbox_look_up: [of_address(1_000, 60 * MINUTE)],
            media: [of_address(600, MINUTE)],
            look_up: of_account(1_000, 60 * MINUTE),
            contact_request: of_account(100, 60 * MINUTE),
            chat: of_account(40, MINUTE / 3),
            socket_ticket: of_account(60, MINUTE),
            typing: of_account(20, MINUTE / 3),
            message: of_account(
                MESSAGES_AT_ONCE,
                MINUTE / (MESSAGES_A_MINUTE / MESSAGES_AT_ONCE),
            ),
            logout: of_account(5, MINUTE),
            send_message: of_account(5, SECOND),
            get_messages: of_account(10, MINUTE),
            acknowledge: of_account(5, SECOND),
            update_settings: of_account(10, MINUTE),
            enabled,
        }
    }

    /// Counts a request from this address ([`crate::extract::ClientAddress::limit_key`]). Of two rates the shorter comes
    /// first: what it refuses is not counted by the longer one.
    pub(crate) fn count(&self, counted: Counted, address: IpAddr) -> Result<(), Problem> {
        if !self.enabled {
            return Ok(());
        }
        let rates: &[Rate<IpAddr>] = match counted {
            Counted::DataKey => &self.data_key,
            Counted::Register => &self.register,
            Counted::KeyedRegistration => &self.keyed_registration,
            Counted::Login => &self.login,
            Counted::StartConversation => &self.start_conversation,
            Counted::Renew => &self.renew,
            Counted::MailboxLookUp => &self.mailbox_look_up,
            Counted::Media => &self.media,
        };
        let mut waits = rates.iter().filter_map(|rate| rate.count(&address).err());
        waits.next().map_or(Ok(()), |wait| Err(too_often(wait)))
    }

    /// Takes one from the account's budget.
    pub(crate) fn spend(&self, spent: Spent, account: AccountId) -> Result<(), Problem> {
        self.spend_many(spent, account, 1)
    }

    /// Takes so many from the account's budget, all or none of them.
    pub(crate) fn spend_many(
        &self,
        spent: Spent,
        account: AccountId,
        count: usize,
    ) -> Result<(), Problem> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let (true, Some(count)) = (self.enabled, NonZeroU32::new(count)) else {
            return Ok(());
        };
        let rate = self.of(spent);
        rate.count_many(&account, count)
            .map(drop)
            .map_err(too_often)
    }

    /// Takes one from the account's budget of messages and says what is left of it; None if nothing is counted.
    pub(crate) fn spend_message(&self, account: AccountId) -> Result<Option<Budget>, Problem> {
        if !self.enabled {
            return Ok(None);
        }
        let rate = self.of(Spent::Message);
        let budget = |left, wait| Budget {
            name: "messages",
            at_once: rate.burst(),
            interval: rate.interval(),
            left,
            wait,
        };
        match rate.count(&account) {
            Ok(left) => Ok(Some(budget(left, rate.interval() / rate.burst()))),
            Err(wait) => {
                let headers = budget(0, wait).headers();
                let problem = headers
                    .into_iter()
                    .fold(too_often(wait), |problem, (name, value)| {
                        problem.with_header(name, value)
                    });
                Err(problem)
            }
        }
    }

    const fn of(&self, spent: Spent) -> &Rate<AccountId> {
        match spent {
            Spent::LookUp => &self.look_up,
            Spent::ContactRequest => &self.contact_request,
            Spent::Chat => &self.chat,
            Spent::SocketTicket => &self.socket_ticket,
            Spent::Typing => &self.typing,
            Spent::Message => &self.message,
            Spent::Logout => &self.logout,
            Spent::SendMessage => &self.send_message,
            Spent::GetMessages => &self.get_messages,
            Spent::Acknowledge => &self.acknowledge,
            Spent::UpdateSettings => &self.update_settings,
        }
    }
}

fn too_often(wait: Duration) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        format!(
            "too many requests: try again in {} seconds",
            wait.as_secs() + 1
        ),
    )
    .with_retry_after(wait)
}
