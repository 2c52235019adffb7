//! What the handlers work with.

use std::sync::Arc;

use sealpost_domain::accounts::{Accounts, HumanCheck, RegistrationPolicy};
use sealpost_domain::app_passwords::AppPasswords;
use sealpost_domain::audit::AuditTrail;
use sealpost_domain::authentication::Authentication;
use sealpost_domain::avatars::Avatars;
use sealpost_domain::challenges::Challenges;
use sealpost_domain::channels::Channels;
use sealpost_domain::chats::Chats;
use sealpost_domain::contacts::Contacts;
use sealpost_domain::conversations::Conversations;
use sealpost_domain::custodial_keys::CustodialKeys;
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::directory::Directory;
use sealpost_domain::enrolment::Enrolment;
use sealpost_domain::envelopes::Envelopes;
use sealpost_domain::exports::Exports;
use sealpost_domain::factors::Factors;
use sealpost_domain::federation::Federation;
use sealpost_domain::files::Files;
use sealpost_domain::groups::Groups;
use sealpost_domain::idempotency::Idempotency;
use sealpost_domain::inbox::Inbox;
use sealpost_domain::invites::Invites;
use sealpost_domain::key_backups::KeyBackups;
use sealpost_domain::key_log::KeyLog;
use sealpost_domain::keys::Keys;
use sealpost_domain::links::FileLinks;
use sealpost_domain::mail::Outbox;
use sealpost_domain::mailbox_keys::MailboxKeys;
use sealpost_domain::messages::Messages;
use sealpost_domain::operators::Operators;
use sealpost_domain::ports::{Clock, Entropy, PublicSigningKey, RsaPem};
use sealpost_domain::presence::Presence;
use sealpost_domain::profiles::Profiles;
use sealpost_domain::recovery::Recoveries;
use sealpost_domain::sessions::Sessions;
use sealpost_domain::storage::Storage;
use sealpost_domain::throttle::SharedRates;
use sealpost_domain::typing::Typing;
use sealpost_domain::uploads::Uploads;

use crate::live::Readers;
use crate::{Hub, ReadinessCheck};

/// The domain's services and what else the handlers need; made once and shared by all workers.
pub struct Services {
    /// Use cases of accounts.
    pub accounts: Accounts,
    /// The one door: who is let in.
    pub authentication: Authentication,
    /// Use cases of app passwords.
    pub app_passwords: AppPasswords,
    /// Use cases of recovery.
    pub recoveries: Recoveries,
    /// Use cases of secure channels.
    pub channels: Channels,
    /// What lets requests be repeated.
    pub idempotency: Idempotency,
    /// Use cases of invites.
    pub invites: Invites,
    /// What the operator does with accounts.
    pub operators: Operators,
    /// Use cases of second factors.
    pub factors: Factors,
    /// Use cases of the audit trail.
    pub audit: AuditTrail,
    /// Who may export their account.
    pub exports: Exports,
    /// Use cases of avatars.
    pub avatars: Avatars,
    /// Use cases of sessions.
    pub sessions: Sessions,
    /// Use cases of federated login.
    pub federation: Federation,
    /// Use cases of keys.
    pub keys: Keys,
    /// The key log.
    pub key_log: KeyLog,
    /// The private keys that the server keeps for people.
    pub custodial_keys: CustodialKeys,
    /// Use cases of key backups.
    pub key_backups: KeyBackups,
    /// An account with its first key, for the dialects that want both at once.
    pub enrolment: Enrolment,
    /// The keys that passwords travel under.
    pub data_keys: DataKeys,
    /// RSA keys as PEM.
    pub rsa_pem: Arc<dyn RsaPem>,
    /// Use cases of contacts and blocks.
    pub contacts: Contacts,
    /// Use cases of the directory.
    pub directory: Directory,
    /// Who is there.
    pub presence: Presence,
    /// People, for the dialect `social`.
    pub profiles: Profiles,
    /// Live chat, for the dialect `social`.
    pub chats: Chats,
    /// Use cases of conversations.
    pub conversations: Conversations,
    /// Use cases of groups.
    pub groups: Groups,
    /// Use cases of messages.
    pub messages: Messages,
    /// Use cases of envelopes without a conversation.
    pub envelopes: Envelopes,
    /// The keys that dialect `mailbox` hands out.
    pub mailbox_keys: MailboxKeys,
    /// What people complete to show that they are.
    pub challenges: Challenges,
    /// Use cases of links to files.
    pub links: FileLinks,
    /// Use cases of files.
    pub files: Files,
    /// Use cases of quotas.
    pub storage: Storage,
    /// Use cases of uploads that go on.
    pub uploads: Uploads,
    /// Use cases of outgoing mail.
    pub outbox: Outbox,
    /// Who is writing.
    pub typing: Typing,
    /// What instances tell one another of the rates in their memory.
    pub shared_rates: SharedRates,
    /// Use cases of the inbox.
    pub inbox: Inbox,
    /// Those who wait for their inboxes read them through this.
    pub readers: Readers,
    /// Wakes who waits for an inbox; the store has a handle to it too.
    pub hub: Arc<Hub>,
    /// Dates the request ids.
    pub clock: Arc<dyn Clock>,
    /// Makes the request ids.
    pub entropy: Arc<dyn Entropy>,
    /// What must work before `/readyz` says so.
    pub readiness: Vec<Arc<dyn ReadinessCheck>>,
    /// The keys published at `/.well-known/jwks.json`.
    pub signing_keys: Vec<PublicSigningKey>,
    /// What `GET /v1/server` tells.
    pub info: ServerInfo,
}

/// What a client may know about this server before anybody logs in.
#[derive(Debug, Clone)]
pub struct ServerInfo {
    /// The version of the program.
    pub version: &'static str,
    /// Where clients reach it.
    pub public_url: String,
    /// Who may make an account.
    pub registration: RegistrationPolicy,
    /// What people do before who make one through the native API.
    pub human_check: HumanCheck,
}
