use std::sync::Arc;

use super::enter::{Entered, Entry, Proof, enter};
use super::*;
use crate::accounts::Account;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::factors::{FactorCode, FactorKind, FactorPorts, FactorSet};
use crate::mail::Outbox;
use crate::ports::{
    Hotp, MockMailer, MockPasswordHasher, MockSealer, MockTokenSigner, PasswordHash, StoredTotp,
};
use crate::presence::Presence;
use crate::sessions::{Dialect, Session, SessionPorts, Sessions};
use crate::testing::{CountingEntropy, FixedClock, MockTx, NoStore, ToyDigester, account, session};
use crate::throttle::{Counter, Guess, Subject, Throttles};
use crate::{Environment, Secret, Timestamp};

/// The code of every step.
const CODE: u32 = 123_456;

struct OneCode;

impl Hotp for OneCode {
    fn password(&self, _: &Secret<Vec<u8>>, _: u64) -> u32 {
        CODE
    }
}

fn env() -> Environment {
    Environment {
        store: Arc::new(NoStore),
        clock: Arc::new(FixedClock::at(session(account("alice").id).created_at)),
        entropy: Arc::new(CountingEntropy::default()),
    }
}

fn sessions() -> Sessions {
    let ports = SessionPorts {
        signer: Arc::new(MockTokenSigner::new()),
        digester: Arc::new(ToyDigester),
    };
    Sessions::new(env(), ports, "https://us")
}

fn ports() -> AuthenticationPorts {
    let mut sealer = MockSealer::new();
    sealer
        .expect_open()
        .returning(|_, sealed| Ok(sealed.to_vec().into()));
    let sealer = Arc::new(sealer);
    AuthenticationPorts {
        hasher: Arc::new(MockPasswordHasher::new()),
        factors: FactorPorts {
            sealer: sealer.clone(),
            digester: Arc::new(ToyDigester),
            hotp: Arc::new(OneCode),
        },
        throttles: Throttles::new(Arc::new(ToyDigester), true),
        outbox: Outbox::new(env(), sealer, Arc::new(MockMailer::new())),
        presence: Presence::new(env(), sessions()),
    }
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

fn noted() -> AuditEventId {
    AuditEventId::from_bytes([9; 16])
}

fn entry(dialect: Dialect, code: Option<&str>) -> Entry {
    let alice = account("alice").id;
    let session = Session {
        dialect,
        ..session(alice)
    };
    Entry {
        tokens: [3; 32].into(),
        proof: Proof::Password {
            checked: hash("checked"),
            rehashed: None,
        },
        guess: Some((noted(), Subject::Account(alice))),
        factor: code.map(FactorCode::attempt),
        used: None,
        ticket: Ticket::draw(&env()),
        event: AuditEvent::outside(alice, Some(dialect), &env(), AuditKind::LoggedIn),
        recovered: AuditEvent::outside(alice, Some(dialect), &env(), AuditKind::RecoveryCodeUsed),
        proved: AuditEvent::outside(alice, Some(dialect), &env(), AuditKind::EmailVerified),
        session,
    }
}

fn with_totp() -> FactorSet {
    FactorSet {
        totp: Some(Timestamp::from_seconds(1)),
        ..FactorSet::default()
    }
}

/// A unit that finds this account, with this password and these factors.
fn tx(found: Account, password: &'static str, set: FactorSet) -> MockTx {
    let mut tx = MockTx::default();
    tx.accounts
        .expect_lock()
        .returning(move |_| Ok(Some(found.clone())));
    tx.accounts
        .expect_find_password()
        .returning(move |_| Ok(Some(hash(password))));
    tx.factors.expect_find_set().returning(move |_| Ok(set));
    tx.throttles
        .expect_lock()
        .returning(|_, now| Ok(Counter::new(now)));
    tx.throttles.expect_update().returning(|_, _| Ok(()));
    tx
}

/// The attempt ends up in the trail as this, once.
fn expect_noted(tx: &mut MockTx, expected: AuditKind) {
    tx.audit
        .expect_settle()
        .withf(move |id, kind, session| {
            *id == noted()
                && *kind == expected
                && session.is_some() == (*kind == AuditKind::LoggedIn)
        })
        .once()
        .returning(|_, _, _| Ok(()));
}

fn expect_session(tx: &mut MockTx) {
    tx.sessions.expect_list().returning(|_| Ok(Vec::new()));
    tx.sessions.expect_insert().once().returning(|_, _| Ok(()));
    expect_noted(tx, AuditKind::LoggedIn);
}

fn has_totp(tx: &mut MockTx, last_step: u64) {
    tx.factors.expect_find_totp().returning(move |_| {
        Ok(Some(StoredTotp {
            sealed_secret: vec![1; 20],
            created_at: Timestamp::from_seconds(1),
            confirmed_at: Some(Timestamp::from_seconds(1)),
            last_step,
        }))
    });
}

#[test]
fn a_right_password_opens_a_session_and_forgives_the_guesses() {
    let mut tx = tx(account("alice"), "checked", FactorSet::default());
    tx.throttles.expect_remove().once().returning(|_| Ok(()));
    expect_session(&mut tx);
    let entered = enter(&mut tx, &ports(), &entry(Dialect::Messenger, None));
    assert!(matches!(entered, Ok(Entered::In(ended)) if ended.is_empty()));
}

#[test]
fn a_password_changed_meanwhile_and_an_account_disabled_meanwhile_open_nothing() {
    let mut changed = tx(account("alice"), "newer", FactorSet::default());
    let refused = enter(&mut changed, &ports(), &entry(Dialect::Native, None));
    assert!(matches!(refused, Err(LoginError::WrongCredentials)));

    let disabled = Account {
        disabled_at: Some(Timestamp::from_seconds(1)),
        ..account("alice")
    };
    let mut tx = tx(disabled, "checked", FactorSet::default());
    let refused = enter(&mut tx, &ports(), &entry(Dialect::Native, None));
    assert!(matches!(refused, Err(LoginError::Disabled)));
}

#[test]
fn an_outdated_hash_is_replaced_with_the_session() {
    let mut tx = tx(account("alice"), "checked", FactorSet::default());
    tx.accounts
        .expect_replace_password()
        .withf(|_, old, new| old.as_str() == "checked" && new.as_str() == "stronger")
        .once()
        .returning(|_, _, _| Ok(true));
    tx.throttles.expect_remove().returning(|_| Ok(()));
    expect_session(&mut tx);
    let proof = Proof::Password {
        checked: hash("checked"),
        rehashed: Some(hash("stronger")),
    };
    let entry = Entry {
        proof,
        ..entry(Dialect::Native, None)
    };
    assert!(matches!(
        enter(&mut tx, &ports(), &entry),
        Ok(Entered::In(_))
    ));
}

#[test]
fn the_oldest_session_makes_room() {
    let mut tx = tx(account("alice"), "checked", FactorSet::default());
    tx.throttles.expect_remove().returning(|_| Ok(()));
    let many = vec![session(account("alice").id); 100];
    tx.sessions
        .expect_list()
        .returning(move |_| Ok(many.clone()));
    tx.sessions.expect_end().once().returning(|_, _| Ok(true));
    tx.inbox.expect_collect().once().return_const(());
    tx.sessions.expect_insert().once().returning(|_, _| Ok(()));
    expect_noted(&mut tx, AuditKind::LoggedIn);
    let entered = enter(&mut tx, &ports(), &entry(Dialect::Native, None));
    assert!(matches!(entered, Ok(Entered::In(ended)) if ended.len() == 1));
}

#[test]
fn with_a_second_factor_on_a_password_alone_gets_a_ticket_or_nothing() {
    let mut native = tx(account("alice"), "checked", with_totp());
    native
        .throttles
        .expect_remove()
        .once()
        .returning(|_| Ok(()));
    native
        .tickets
        .expect_insert()
        .withf(|_, ticket, tries| ticket.checked.is_some() && *tries == 5)
        .once()
        .returning(|_, _, _| Ok(()));
    expect_noted(&mut native, AuditKind::PasswordAccepted);
    let asked = enter(&mut native, &ports(), &entry(Dialect::Native, None));
    assert!(matches!(asked, Ok(Entered::FactorWanted(kinds)) if kinds == [FactorKind::Totp]));

    for dialect in Dialect::ALL.into_iter().skip(1) {
        let mut tx = tx(account("alice"), "checked", with_totp());
        tx.throttles.expect_remove().returning(|_| Ok(()));
        let refused = enter(&mut tx, &ports(), &entry(dialect, None));
        assert!(matches!(refused, Err(LoginError::WrongCredentials)));
    }
}

#[test]
fn a_provider_that_vouches_does_not_get_around_the_second_factor() {
    let mut tx = tx(account("alice"), "checked", with_totp());
    tx.tickets
        .expect_insert()
        .withf(|_, ticket, _| ticket.checked.is_none())
        .once()
        .returning(|_, _, _| Ok(()));
    tx.audit.expect_append().once().returning(|_| Ok(()));
    let entry = Entry {
        proof: Proof::Vouched,
        guess: None,
        ..entry(Dialect::Native, None)
    };
    assert!(matches!(
        enter(&mut tx, &ports(), &entry),
        Ok(Entered::FactorWanted(_))
    ));
}

#[test]
fn a_right_code_is_used_up_and_opens_the_session() {
    let mut tx = tx(account("alice"), "checked", with_totp());
    tx.throttles.expect_remove().times(2).returning(|_| Ok(()));
    has_totp(&mut tx, 0);
    tx.factors
        .expect_use_step()
        .once()
        .returning(|_, _| Ok(true));
    expect_session(&mut tx);
    let entered = enter(&mut tx, &ports(), &entry(Dialect::Social, Some("123456")));
    assert!(matches!(entered, Ok(Entered::In(_))));
}

#[test]
fn a_recovery_code_stands_in_the_trail_if_it_was_one() {
    for right in [true, false] {
        let mut tx = tx(account("alice"), "checked", with_totp());
        tx.factors
            .expect_take_recovery_code()
            .once()
            .returning(move |_, _| Ok(right));
        if right {
            tx.throttles.expect_remove().times(2).returning(|_| Ok(()));
            tx.audit
                .expect_append()
                .withf(|event| event.kind == AuditKind::RecoveryCodeUsed)
                .once()
                .returning(|_| Ok(()));
            expect_session(&mut tx);
        } else {
            tx.throttles.expect_remove().once().returning(|_| Ok(()));
            expect_noted(&mut tx, AuditKind::SecondFactorFailed);
        }
        let entry = entry(Dialect::Social, Some("0123-4567-89AB-CDEF"));
        let entered = enter(&mut tx, &ports(), &entry);
        assert_eq!(matches!(entered, Ok(Entered::In(_))), right);
    }
}

#[test]
fn a_code_that_somebody_else_just_used_and_a_wrong_one_open_nothing() {
    for code in ["123456", "000000"] {
        let mut tx = tx(account("alice"), "checked", with_totp());
        tx.throttles.expect_remove().once().returning(|_| Ok(()));
        has_totp(&mut tx, 0);
        tx.factors.expect_use_step().returning(|_, _| Ok(false));
        expect_noted(&mut tx, AuditKind::SecondFactorFailed);
        let entered = enter(&mut tx, &ports(), &entry(Dialect::Social, Some(code)));
        assert!(matches!(entered, Ok(Entered::WrongFactor)), "{code}");
    }
}

#[test]
fn after_too_many_wrong_codes_none_is_looked_at() {
    let mut tx = tx(account("alice"), "checked", with_totp());
    tx.throttles.checkpoint();
    tx.throttles.expect_remove().once().returning(|_| Ok(()));
    tx.throttles.expect_lock().returning(|_, now| {
        Ok(Counter {
            consecutive: Guess::MOST_IN_A_ROW,
            ..Counter::new(now)
        })
    });
    let entered = enter(&mut tx, &ports(), &entry(Dialect::Social, Some("123456")));
    assert!(matches!(entered, Ok(Entered::TooMany(_))));
}

#[test]
fn of_two_who_come_with_one_ticket_one_gets_in() {
    // The factors were switched off meanwhile, so no code decides between them.
    for (removed, is_in) in [(true, true), (false, false)] {
        let mut tx = tx(account("alice"), "checked", FactorSet::default());
        tx.tickets
            .expect_remove()
            .once()
            .returning(move |_| Ok(removed));
        if is_in {
            tx.sessions.expect_list().returning(|_| Ok(Vec::new()));
            tx.sessions.expect_insert().once().returning(|_, _| Ok(()));
            tx.audit.expect_append().once().returning(|_| Ok(()));
        }
        let entry = Entry {
            proof: Proof::Ticket([5; 32]),
            guess: None,
            ..entry(Dialect::Native, Some("123456"))
        };
        match enter(&mut tx, &ports(), &entry) {
            Ok(Entered::In(_)) => assert!(is_in),
            Err(LoginError::InvalidTicket) => assert!(!is_in),
            _ => panic!("neither in nor refused"),
        }
    }
}
