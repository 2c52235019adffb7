//! Level 3: the routes, over real HTTP and the real store on SQLite.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail loudly"
)]

mod accounts;
mod app_passwords;
mod attachments;
mod audit;
mod authorization;
mod avatars;
mod blocks;
mod channel;
mod contacts;
mod conversations;
mod damage;
mod deleting;
mod directory;
mod document;
mod email;
mod envelopes;
mod events;
mod examples;
mod exporting;
mod federation;
mod files;
mod files_matrix;
mod files_refused;
mod frame;
mod groups;
mod guessing;
mod human_check;
mod idempotency;
mod invites;
mod key_backup;
mod key_log;
mod keys;
mod leaving;
mod links;
mod logs;
mod mail;
mod mailbox;
mod markers;
mod me;
mod messages;
mod messenger;
mod operators;
mod paging;
mod password;
mod presence;
mod problems;
mod quotas;
mod recipients;
mod recovery;
mod refresh;
mod rename;
mod resealed;
mod retention;
mod sealed_files;
mod second_factor;
mod server;
mod sessions;
mod settings;
mod sharing;
mod social;
mod sse;
mod strangers;
mod support;
mod uploads;
mod vault;
mod web;
mod ws;
