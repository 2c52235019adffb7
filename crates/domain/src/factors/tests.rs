use super::remove::remove;
use super::*;
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::testing::{MockTx, account};
use crate::{DomainError as _, Timestamp};

const ON: Option<Timestamp> = Some(Timestamp::from_seconds(1));

fn alice() -> AccountId {
    account("alice").id
}

fn event() -> AuditEvent {
    AuditEvent {
        id: AuditEventId::from_bytes([1; 16]),
        account: alice(),
        kind: AuditKind::FactorRemoved,
        at: Timestamp::from_seconds(1),
        session: None,
        dialect: None,
        subject: None,
    }
}

/// A unit in which the factors are first these and then those.
fn tx(before: FactorSet, after: FactorSet) -> MockTx {
    let mut tx = MockTx::default();
    let mut sets = vec![after, before];
    tx.factors
        .expect_find_set()
        .returning(move |_| Ok(sets.pop().unwrap()));
    tx.factors.expect_remove().once().returning(|_, _| Ok(true));
    tx
}

#[test]
fn recovery_codes_go_with_the_last_factor_and_stay_with_another() {
    let codes = FactorSet {
        recovery_codes: 10,
        ..FactorSet::default()
    };
    let totp = FactorSet { totp: ON, ..codes };
    let both = FactorSet {
        email_code: ON,
        ..totp
    };
    let mut last = tx(totp, codes);
    last.factors
        .expect_replace_recovery_codes()
        .withf(|_, codes| codes.is_empty())
        .once()
        .returning(|_, _| Ok(()));
    last.audit.expect_append().once().returning(|_| Ok(()));
    remove(&mut last, alice(), FactorKind::Totp, &event(), None).unwrap();

    let mut one_of_two = tx(both, totp);
    one_of_two
        .audit
        .expect_append()
        .once()
        .returning(|_| Ok(()));
    remove(
        &mut one_of_two,
        alice(),
        FactorKind::EmailCode,
        &event(),
        None,
    )
    .unwrap();
}

#[test]
fn forgetting_an_unconfirmed_authenticator_is_no_event() {
    let mut tx = tx(FactorSet::default(), FactorSet::default());
    remove(&mut tx, alice(), FactorKind::Totp, &event(), None).unwrap();
}

#[test]
fn what_is_not_on_is_unknown() {
    let mut tx = MockTx::default();
    tx.factors
        .expect_find_set()
        .returning(|_| Ok(FactorSet::default()));
    tx.factors.expect_remove().returning(|_, _| Ok(false));
    let refused = remove(&mut tx, alice(), FactorKind::EmailCode, &event(), None).unwrap_err();
    assert_eq!(refused.code(), "unknown-factor");
}
