//! The services of the domain, put together over adapters: in one place for the server and for the tests.

use std::sync::Arc;
use std::time::Duration;

use sealpost_domain::Environment;
use sealpost_domain::accounts::{AccountPorts, Accounts};
use sealpost_domain::app_passwords::{AppPasswordPorts, AppPasswords};
use sealpost_domain::audit::AuditTrail;
use sealpost_domain::authentication::{Authentication, AuthenticationPorts};
use sealpost_domain::avatars::Avatars;
use sealpost_domain::challenges::Challenges;
use sealpost_domain::channels::{ChannelPorts, ChannelRules, Channels};
use sealpost_domain::chats::Chats;
use sealpost_domain::contacts::Contacts;
use sealpost_domain::conversations::Conversations;
use sealpost_domain::custodial_keys::{CustodialKeyPorts, CustodialKeys};
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::directory::Directory;
use sealpost_domain::enrolment::Enrolment;
use sealpost_domain::envelopes::Envelopes;
use sealpost_domain::exports::Exports;
use sealpost_domain::factors::{FactorPorts, Factors};
use sealpost_domain::federation::Federation;
use sealpost_domain::files::{FilePorts, Files};
use sealpost_domain::groups::Groups;
use sealpost_domain::idempotency::Idempotency;
use sealpost_domain::inbox::Inbox;
use sealpost_domain::invites::Invites;
use sealpost_domain::key_backups::KeyBackups;
use sealpost_domain::key_log::KeyLog;
use sealpost_domain::keys::Keys;
use sealpost_domain::links::{FileLinks, LinkPorts};
use sealpost_domain::mail::Outbox;
use sealpost_domain::mailbox_keys::MailboxKeys;
use sealpost_domain::messages::Messages;
use sealpost_domain::operators::Operators;
use sealpost_domain::ports::{
    BlobStore, ChannelCipher, CheckpointSigner, Checksums, CommonPasswords, CustodialCipher,
    CustodialPairs, DataKeyCipher, Digester, FernetCipher, FileCipher, Hotp, IdentityProvider,
    KeyInspector, LinkKeys, Mailer, PasswordHasher, PasswordKeys, PictureProcessor, RsaPem, Sealer,
    Signals, TokenSigner,
};
use sealpost_domain::presence::Presence;
use sealpost_domain::profiles::Profiles;
use sealpost_domain::recovery::{Recoveries, RecoveryPorts};
use sealpost_domain::sessions::{SessionPorts, Sessions};
use sealpost_domain::storage::{Storage, StorageRules};
use sealpost_domain::throttle::{SharedRates, Throttles};
use sealpost_domain::typing::Typing;
use sealpost_domain::uploads::{UploadRules, Uploads};

use crate::idempotency::ClaimedStore;
use crate::{Hub, Readers, ServerInfo, Services};

/// What stands behind the domain's ports. Cloning is cheap.
#[derive(Clone)]
pub struct Adapters {
    /// The store, the clock and the source of randomness.
    pub env: Environment,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Derives keys from passwords.
    pub password_keys: Arc<dyn PasswordKeys>,
    /// Encrypts what is said in secure channels.
    pub channel_cipher: Arc<dyn ChannelCipher>,
    /// Uses the keys that the server keeps for people.
    pub custodial_cipher: Arc<dyn CustodialCipher>,
    /// Has such keys ready.
    pub custodial_pairs: Arc<dyn CustodialPairs>,
    /// Signs access tokens.
    pub signer: Arc<dyn TokenSigner>,
    /// Signs the key log.
    pub checkpoint_signer: Arc<dyn CheckpointSigner>,
    /// Makes digests and MACs.
    pub digester: Arc<dyn Digester>,
    /// Seals what rests.
    pub sealer: Arc<dyn Sealer>,
    /// Looks at public keys.
    pub inspector: Arc<dyn KeyInspector>,
    /// Makes the keys that passwords travel under.
    pub data_key_cipher: Arc<dyn DataKeyCipher>,
    /// Reads and writes RSA keys as PEM.
    pub rsa_pem: Arc<dyn RsaPem>,
    /// Computes one-time passwords.
    pub hotp: Arc<dyn Hotp>,
    /// Seals files.
    pub file_cipher: Arc<dyn FileCipher>,
    /// Derives what links are opened with.
    pub link_keys: Arc<dyn LinkKeys>,
    /// Renders files as Fernet tokens.
    pub fernet_cipher: Arc<dyn FernetCipher>,
    /// Computes digests of what comes piece by piece.
    pub checksums: Arc<dyn Checksums>,
    /// Where sealed files rest.
    pub blobs: Arc<dyn BlobStore>,
    /// Sends mail.
    pub mailer: Arc<dyn Mailer>,
    /// Draws pictures anew.
    pub pictures: Arc<dyn PictureProcessor>,
    /// Knows the passwords that are refused.
    pub common_passwords: Arc<dyn CommonPasswords>,
    /// Who may vouch for people, in the operator's order.
    pub providers: Vec<Arc<dyn IdentityProvider>>,
    /// Brings signals to those who are there.
    pub signals: Arc<dyn Signals>,
}

/// What the installation is like.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What `GET /v1/server` tells.
    pub info: ServerInfo,
    /// What cursors of inboxes are bound to.
    pub inbox_epoch: String,
    /// How long events are kept.
    pub inbox_retention: Duration,
    /// The largest file, in bytes; None if there is no limit.
    pub max_file: Option<u64>,
    /// How much may be stored.
    pub storage: StorageRules,
    /// How long an unfinished upload waits for more bytes.
    pub upload_retention: Duration,
    /// The largest file that may come with a message of the dialect `social`, in bytes.
    pub max_attachment: usize,
    /// The least time between two changes of a username.
    pub rename_interval: Duration,
    /// Whether rates are counted; guesses always are.
    pub count_rates: bool,
    /// What the operator has chosen for the dialect `channel`.
    pub channel: ChannelRules,
}

impl Services {
    /// All services over these adapters. Nothing is checked before the server calls itself ready, until
    /// [`Services::readiness`] is filled.
    #[must_use]
    pub fn new(adapters: Adapters, facts: Facts, hub: Arc<Hub>) -> Self {
        let Adapters {
            mut env,
            hasher,
            password_keys,
            channel_cipher,
            custodial_cipher,
            custodial_pairs,
            signer,
            checkpoint_signer,
            digester,
            sealer,
            inspector,
            data_key_cipher,
            rsa_pem,
            hotp,
            file_cipher,
            link_keys,
            fernet_cipher,
            checksums,
            blobs,
            mailer,
            pictures,
            common_passwords,
            providers,
            signals,
        } = adapters;
        // Before requests are told apart: what an upload reserves is no part of what its request did.
        let storage = Storage::new(env.clone(), Arc::clone(&blobs), facts.storage);
        env.store = ClaimedStore::over(env.store);
        let signing_keys = signer.public_keys();
        let public_url = &facts.info.public_url;
        let session_ports = SessionPorts {
            signer,
            digester: digester.clone(),
        };
        let sessions = Sessions::new(env.clone(), session_ports, public_url);
        let keys = Keys::new(env.clone(), inspector.clone());
        let key_log = KeyLog::new(env.clone(), digester.clone(), checkpoint_signer);
        let mailbox_keys = MailboxKeys::new(
            env.clone(),
            keys.clone(),
            inspector.clone(),
            rsa_pem.clone(),
        );
        let outbox = Outbox::new(env.clone(), sealer.clone(), mailer);
        let throttles = Throttles::new(digester.clone(), facts.count_rates);
        let custodial_ports = CustodialKeyPorts {
            sealer: sealer.clone(),
            cipher: custodial_cipher.clone(),
            pairs: custodial_pairs,
            password_keys,
            outbox: outbox.clone(),
        };
        let custodial_keys = CustodialKeys::new(env.clone(), custodial_ports, keys.clone());
        let account_ports = AccountPorts {
            hasher: hasher.clone(),
            digester: digester.clone(),
            common_passwords: common_passwords.clone(),
            outbox: outbox.clone(),
            throttles: throttles.clone(),
        };
        let accounts = Accounts::new(env.clone(), account_ports, facts.info.registration)
            .with_human_check(facts.info.human_check)
            .with_rename_interval(facts.rename_interval)
            .with_custodial_keys(custodial_keys.clone());
        let factor_ports = FactorPorts {
            sealer: sealer.clone(),
            digester: digester.clone(),
            hotp,
        };
        let presence = Presence::new(env.clone(), sessions.clone());
        let recovery_ports = RecoveryPorts {
            hasher: hasher.clone(),
            common_passwords,
            factors: factor_ports.clone(),
            throttles: throttles.clone(),
            outbox: outbox.clone(),
            custodial_keys: custodial_keys.clone(),
        };
        let recoveries = Recoveries::new(env.clone(), recovery_ports, sessions.clone());
        let authentication = AuthenticationPorts {
            hasher,
            factors: factor_ports.clone(),
            throttles: throttles.clone(),
            outbox: outbox.clone(),
            presence: presence.clone(),
        };
        let authentication = Authentication::new(env.clone(), sessions.clone(), authentication);
        let app_password_ports = AppPasswordPorts {
            digester: digester.clone(),
            outbox: outbox.clone(),
            custodial_keys: custodial_keys.clone(),
        };
        let channel_ports = ChannelPorts {
            cipher: channel_cipher,
            custodial_cipher,
            sealer: sealer.clone(),
            digester: digester.clone(),
            throttles: throttles.clone(),
            presence: presence.clone(),
            accounts: accounts.clone(),
            authentication: authentication.clone(),
            sessions: sessions.clone(),
            recoveries: recoveries.clone(),
            custodial_keys: custodial_keys.clone(),
        };
        let files = FilePorts {
            sealer: sealer.clone(),
            cipher: file_cipher,
            fernet: fernet_cipher,
            blobs,
            checksums,
        };
        let upload_rules = UploadRules {
            max_size: facts.max_file,
            retention: facts.upload_retention,
        };
        let uploads = Uploads::new(env.clone(), files.clone(), storage.clone(), upload_rules);
        let files = Files::new(env.clone(), files, storage.clone(), facts.max_file);
        let conversations = Conversations::new(env.clone(), sealer.clone(), signals.clone());
        let messages = Messages::new(
            env.clone(),
            sealer.clone(),
            digester.clone(),
            inspector.clone(),
        );
        let avatars = Avatars::new(env.clone(), pictures);
        let inbox = Inbox::new(env.clone(), sealer.clone(), &facts.inbox_epoch)
            .with_retention(facts.inbox_retention);
        Self {
            enrolment: Enrolment::new(
                env.clone(),
                accounts.clone(),
                (keys.clone(), mailbox_keys.clone()),
                sessions.clone(),
                rsa_pem.clone(),
                avatars.clone(),
            ),
            app_passwords: AppPasswords::new(
                env.clone(),
                app_password_ports,
                authentication.clone(),
                sessions.clone(),
            ),
            channels: Channels::new(env.clone(), channel_ports, facts.channel),
            recoveries,
            federation: Federation::new(
                env.clone(),
                accounts.clone(),
                authentication.clone(),
                avatars.clone(),
                digester.clone(),
                outbox.clone(),
                providers,
            ),
            authentication,
            profiles: Profiles::new(
                env.clone(),
                accounts.clone(),
                avatars.clone(),
                presence.clone(),
            ),
            chats: Chats::new(
                env.clone(),
                sealer.clone(),
                (conversations.clone(), messages.clone(), files.clone()),
                presence.clone(),
                facts.max_attachment,
            ),
            avatars,
            idempotency: Idempotency::new(env.clone(), sealer.clone(), digester.clone()),
            invites: Invites::new(env.clone(), digester.clone()),
            operators: Operators::new(env.clone(), accounts.clone(), sessions.clone()),
            factors: Factors::new(env.clone(), factor_ports, outbox.clone()),
            data_keys: DataKeys::new(
                env.clone(),
                sealer.clone(),
                data_key_cipher,
                digester.clone(),
            ),
            contacts: Contacts::new(env.clone(), presence.clone()),
            directory: Directory::new(env.clone(), presence.clone()),
            presence,
            audit: AuditTrail::new(env.clone()),
            exports: Exports::new(env.clone()),
            typing: Typing::new(env.clone(), signals),
            shared_rates: SharedRates::new(env.clone(), digester.clone()),
            key_backups: KeyBackups::new(env.clone(), sealer.clone()),
            groups: Groups::new(env.clone(), sealer.clone()),
            conversations,
            messages,
            envelopes: Envelopes::new(env.clone(), inspector.clone(), facts.count_rates),
            custodial_keys,
            mailbox_keys,
            challenges: Challenges::new(env.clone(), digester.clone()),
            links: FileLinks::new(
                env.clone(),
                LinkPorts {
                    keys: link_keys,
                    sealer: sealer.clone(),
                    digester: digester.clone(),
                    throttles,
                },
                files.clone(),
            ),
            files,
            storage,
            uploads,
            readers: Readers::new(inbox.clone(), Arc::clone(&hub)),
            inbox,
            accounts,
            sessions,
            keys,
            key_log,
            rsa_pem,
            outbox,
            hub,
            clock: env.clock,
            entropy: env.entropy,
            readiness: Vec::new(),
            signing_keys,
            info: facts.info,
        }
    }
}
