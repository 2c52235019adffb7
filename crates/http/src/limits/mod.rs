//! How often one client may ask, by route. Counted in this process, by the client's address, or by the account once
//! somebody is logged in; where other instances can be, who spends much is told to them ([`share`]).

mod budget;
mod clock;
mod ledger;
mod rate;
mod share;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::throttle::{MemoryRate, Subject};
use tokio::sync::Notify;

use crate::problem::Problem;
pub(crate) use budget::Budget;
pub use clock::RateClock;
use rate::Rate;
pub(crate) use share::share;

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
    /// `/v1/keylog/…`: 600 a minute.
    KeyLog,
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
    data_key: [Rate; 1],
    register: [Rate; 2],
    keyed_registration: [Rate; 1],
    login: [Rate; 2],
    start_conversation: [Rate; 1],
    renew: [Rate; 1],
    mailbox_look_up: [Rate; 1],
    media: [Rate; 1],
    key_log: [Rate; 1],
    look_up: Rate,
    contact_request: Rate,
    chat: Rate,
    socket_ticket: Rate,
    typing: Rate,
    message: Rate,
    logout: Rate,
    send_message: Rate,
    get_messages: Rate,
    acknowledge: Rate,
    update_settings: Rate,
    enabled: bool,
    /// Rings when other instances should be told something.
    bell: Arc<Notify>,
}

impl Limits {
    /// The rates of the contracts; none if not `enabled`. What is counted is for other instances too if it is `shared`.
    pub(crate) fn new(enabled: bool, shared: bool, clock: &RateClock) -> Self {
        let (ticks, bell) = (clock.start(), Arc::default());
        // The numbers name the rates in the store.
        let rate = |number, requests, interval| {
            let rate = Rate::new(requests, interval, &ticks);
            if shared {
                rate.told_as(MemoryRate(number), &bell)
            } else {
                rate
            }
        };
        let message_interval = MINUTE / (MESSAGES_A_MINUTE / MESSAGES_AT_ONCE);
        Self {
            data_key: [rate(1, 3, 60 * MINUTE)],
            register: [rate(2, 5, MINUTE), rate(3, 10, 30 * MINUTE)],
            keyed_registration: [rate(4, 300, 60 * MINUTE)],
            login: [rate(5, 5, MINUTE), rate(6, 10, 30 * MINUTE)],
            start_conversation: [rate(7, 10, 15 * MINUTE)],
            renew: [rate(8, 5, MINUTE)],
            mailbox_look_up: [rate(9, 1_000, 60 * MINUTE)],
            media: [rate(10, 600, MINUTE)],
            key_log: [rate(11, 600, MINUTE)],
            look_up: rate(32, 1_000, 60 * MINUTE),
            contact_request: rate(33, 100, 60 * MINUTE),
            chat: rate(34, 40, MINUTE / 3),
            socket_ticket: rate(35, 60, MINUTE),
            typing: rate(36, 20, MINUTE / 3),
            message: rate(37, MESSAGES_AT_ONCE, message_interval),
            logout: rate(38, 5, MINUTE),
            send_message: rate(39, 5, SECOND),
            get_messages: rate(40, 10, MINUTE),
            acknowledge: rate(41, 5, SECOND),
            update_settings: rate(42, 10, MINUTE),
            enabled,
            bell: Arc::clone(&bell),
        }
    }

    /// Every rate.
    fn all(&self) -> impl Iterator<Item = &Rate> {
        let of_addresses = [
            self.data_key.as_slice(),
            &self.register,
            &self.keyed_registration,
            &self.login,
            &self.start_conversation,
            &self.renew,
            &self.mailbox_look_up,
            &self.media,
            &self.key_log,
        ];
        let of_accounts = [
            &self.look_up,
            &self.contact_request,
            &self.chat,
            &self.socket_ticket,
            &self.typing,
            &self.message,
            &self.logout,
            &self.send_message,
            &self.get_messages,
            &self.acknowledge,
            &self.update_settings,
        ];
        of_addresses.into_iter().flatten().chain(of_accounts)
    }

    /// Counts a request from this address ([`crate::extract::ClientAddress::limit_key`]). Of two rates the shorter comes
    /// first: what it refuses is not counted by the longer one.
    pub(crate) fn count(&self, counted: Counted, address: IpAddr) -> Result<(), Problem> {
        if !self.enabled {
            return Ok(());
        }
        let address = Subject::Address(address);
        let rates: &[Rate] = match counted {
            Counted::DataKey => &self.data_key,
            Counted::Register => &self.register,
            Counted::KeyedRegistration => &self.keyed_registration,
            Counted::Login => &self.login,
            Counted::StartConversation => &self.start_conversation,
            Counted::Renew => &self.renew,
            Counted::MailboxLookUp => &self.mailbox_look_up,
            Counted::Media => &self.media,
            Counted::KeyLog => &self.key_log,
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
        rate.count_many(&Subject::Account(account), count)
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
        match rate.count(&Subject::Account(account)) {
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

    const fn of(&self, spent: Spent) -> &Rate {
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
