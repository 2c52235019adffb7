//! Level 4: the built `sealpost` as a process: started, used, killed, started again, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests: what goes wrong must fail the test"
)]

mod account_flows;
mod across;
mod admin;
mod backup;
mod cli;
mod demo;
mod disk_full;
mod document_000;
mod document_001;
mod document_002;
mod document_003;
mod document_004;
mod federation;
mod files;
mod instances;
mod key_log;
mod keys;
mod kill;
mod mail;
mod memory;
mod messenger;
mod metrics;
mod operations_pages;
mod pages;
mod readers;
mod rotation_speed;
mod s3;
mod sdk;
mod sharing_page;
mod start;
mod stream;
mod support;
mod two_people;
mod uploads;
mod web;
