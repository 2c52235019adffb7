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
mod message_pages;
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
mod unit;
mod uploads;

use super::{Conn, bulk, expressions, locks};
use unit::UnitTx;

pub(crate) use unit::{Ran, run_asking, run_sending, run_unit, write_sends};
