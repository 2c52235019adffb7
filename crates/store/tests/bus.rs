//! Two instances on one PostgreSQL hear what the other tells.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::ports::{Signal, Signals, WakeUps};
use sealpost_store::PostgresBus;
use sealpost_store::testing::{break_hints, postgres_url};

#[derive(Default)]
struct Heard {
    woken: Mutex<Vec<AccountId>>,
    all: Mutex<u32>,
    signals: Mutex<Vec<(Vec<AccountId>, Signal)>>,
}

impl WakeUps for Heard {
    fn wake(&self, accounts: &[AccountId]) {
        self.woken.lock().unwrap().extend(accounts);
    }

    fn wake_all(&self) {
        *self.all.lock().unwrap() += 1;
    }
}

impl Signals for Heard {
    fn signal(&self, accounts: &[AccountId], signal: &Signal) {
        let told = (accounts.to_vec(), *signal);
        self.signals.lock().unwrap().push(told);
    }
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn instance(url: &str, number: u8) -> (PostgresBus, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let bus = PostgresBus::start(url, [number; 8], heard.clone()).unwrap();
    wait_until("it listens", || *heard.all.lock().unwrap() == 1);
    (bus, heard)
}

fn account(number: u16) -> AccountId {
    let [high, low] = number.to_be_bytes();
    let mut bytes = [0; 16];
    (bytes[0], bytes[1]) = (high, low);
    AccountId::from_bytes(bytes)
}

#[test]
fn what_one_tells_the_others_hear_and_it_does_not() {
    let Some(url) = postgres_url() else { return };
    let (first, own) = instance(&url, 1);
    let (_second, heard) = instance(&url, 2);
    // More than one letter holds.
    let many: Vec<AccountId> = (0..1_000).map(account).collect();
    first.wake(&many);
    let signal = Signal::ReadMarker {
        conversation: ConversationId::from_bytes([3; 16]),
        account: account(1),
        seq: 7,
    };
    first.signal(&many, &signal);
    wait_until("all are woken", || {
        heard.woken.lock().unwrap().len() == 1_000
    });
    assert_eq!(*heard.woken.lock().unwrap(), many);
    let told = || -> Vec<AccountId> {
        let signals = heard.signals.lock().unwrap();
        signals
            .iter()
            .flat_map(|(accounts, told)| {
                assert_eq!(*told, signal);
                accounts.clone()
            })
            .collect()
    };
    wait_until("all are told", || told().len() == 1_000);
    assert_eq!(told(), many);
    assert!(own.woken.lock().unwrap().is_empty());
    assert!(own.signals.lock().unwrap().is_empty());
}

#[test]
fn it_connects_again_and_says_that_something_may_have_been_missed() {
    let Some(url) = postgres_url() else { return };
    let (first, _) = instance(&url, 1);
    let (_second, heard) = instance(&url, 2);
    break_hints(&url);
    wait_until("it listens again", || *heard.all.lock().unwrap() == 2);
    // Until the first one is back, too, what it tells is kept or lost; the poll is for that.
    wait_until("hints come again", || {
        first.wake(&[account(5)]);
        std::thread::sleep(Duration::from_millis(50));
        heard.woken.lock().unwrap().contains(&account(5))
    });
}

#[test]
fn what_anybody_else_sends_on_its_channels_harms_nobody() {
    let Some(url) = postgres_url() else { return };
    let (_bus, heard) = instance(&url, 1);
    let mut conn = PgConnection::establish(&url).unwrap();
    let mut notify = |channel: &str, payload: &str| {
        sql_query("SELECT pg_notify($1, $2)")
            .bind::<Text, _>(channel)
            .bind::<Text, _>(payload)
            .execute(&mut conn)
            .unwrap();
    };
    for payload in ["", "nonsense", "0202020202020202ff", &"0".repeat(7_000)] {
        notify("sealpost_wake_ups", payload);
        notify("sealpost_signals", payload);
    }
    let good = format!("{}{}", "02".repeat(8), "07".repeat(16));
    notify("sealpost_wake_ups", &good);
    let last = AccountId::from_bytes([7; 16]);
    wait_until("the good one is heard", || {
        heard.woken.lock().unwrap().last() == Some(&last)
    });
}
