//! The road of a mail, over an outbox and a mailer that only pretend.

mod codec;
mod scene;

use std::sync::Arc;
use std::time::Duration;

use super::deliver::presentable;
use super::*;
use crate::ports::{LeasedMail, MailError};
use crate::testing::MockTx;
use crate::{DomainError, Environment, ErrorKind};
use scene::{HOUR, NOW, mail, scene};

fn temporary() -> Result<(), MailError> {
    Err(MailError::Temporary("answered 450".to_owned()))
}

#[test]
fn a_sent_mail_is_deleted() {
    let scene = scene(Ok(()), Duration::ZERO);
    assert_eq!(scene.deliver(HOUR, 1), Delivered::Sent);
    assert_eq!(scene.row.deeds(), ["deleted"]);
    let sent = scene.sent.lock().unwrap();
    assert_eq!(sent[0].written_at, NOW);
    assert_eq!(sent[0].within, Duration::from_secs(50));
}

#[test]
fn the_waits_double_up_to_a_quarter_of_an_hour_give_or_take_a_fifth() {
    let scene = scene(Ok(()), Duration::ZERO);
    for (attempts, seconds) in [
        (1, 5),
        (2, 10),
        (5, 80),
        (8, 640),
        (9, 900),
        (u32::MAX, 900),
    ] {
        for _ in 0..50 {
            let wait = scene.outbox.wait(attempts).as_secs_f64() / f64::from(seconds);
            assert!((0.8..=1.2).contains(&wait), "{attempts}: {wait}");
        }
    }
}

#[test]
fn a_temporary_failure_waits_but_never_past_the_end() {
    let one = scene(temporary(), Duration::ZERO);
    let Delivered::Deferred { next_at, .. } = one.deliver(HOUR, 3) else {
        panic!("not deferred");
    };
    assert!((16..=24).contains(&next_at.since(NOW).as_secs()));
    let other = scene(temporary(), Duration::ZERO);
    other.deliver(Duration::from_secs(60), 12);
    assert_eq!(other.row.deeds(), ["12 deferred by 60s: answered 450"]);
}

#[test]
fn a_permanent_failure_and_one_after_the_end_make_a_dead_letter() {
    let permanent = Err(MailError::Permanent("answered 550 5.1.1".to_owned()));
    let one = scene(permanent, Duration::ZERO);
    one.deliver(HOUR, 1);
    assert_eq!(one.row.deeds(), ["1 buried: answered 550 5.1.1"]);
    let slow = scene(temporary(), Duration::from_secs(9));
    slow.deliver(Duration::from_secs(8), 2);
    assert_eq!(slow.row.deeds(), ["2 buried: answered 450"]);
}

#[test]
fn nothing_is_sent_after_its_end() {
    let scene = scene(Ok(()), Duration::ZERO);
    assert!(matches!(
        scene.deliver(Duration::ZERO, 1),
        Delivered::Dead { .. }
    ));
    // The mailer is told how long it has.
    scene.deliver(Duration::from_secs(7), 1);
    // Somebody moved the end in the row; what was sealed holds.
    let sealed = scene.outbox.seal(&Mail {
        not_after: NOW,
        ..mail(MailMessage::Test)
    });
    let moved = scene.deliver_leased(LeasedMail {
        id: sealed.id,
        template: sealed.template,
        payload: sealed.payload,
        created_at: NOW,
        not_after: NOW + HOUR,
        attempts: 1,
    });
    assert!(matches!(moved, Delivered::Dead { .. }), "{moved:?}");
    let sent = scene.sent.lock().unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].within, Duration::from_secs(7));
}

#[test]
fn a_damaged_mail_dies_and_one_of_a_later_version_waits() {
    let scene = scene(Ok(()), Duration::ZERO);
    let leased = |payload: Vec<u8>| LeasedMail {
        id: MailId::from_bytes([1; 16]),
        template: MailTemplate::Test,
        payload,
        created_at: NOW,
        not_after: NOW + HOUR,
        attempts: 1,
    };
    let dead = scene.deliver_leased(leased(vec![1, 0]));
    assert!(matches!(dead, Delivered::Dead { .. }), "{dead:?}");
    let later = scene.deliver_leased(leased(vec![9, 0]));
    assert!(matches!(later, Delivered::Deferred { .. }), "{later:?}");
    assert!(scene.sent.lock().unwrap().is_empty());
}

#[test]
fn who_was_overtaken_decides_nothing() {
    let mut scene = scene(temporary(), Outbox::LEASE);
    scene.row.lost = true;
    let env = Environment {
        store: Arc::new(scene.row.clone()),
        ..scene.outbox.env.clone()
    };
    scene.outbox.env = env;
    assert_eq!(scene.deliver(HOUR, 1), Delivered::Overtaken);
}

#[test]
fn no_address_gets_into_a_reason() {
    assert_eq!(
        presentable("answered 550\r\n5.1.1 <a@b.example>: unknown\0user"),
        "answered 550 5.1.1 … unknown user"
    );
    assert_eq!(presentable(&"long ".repeat(100)).chars().count(), 200);
}

#[test]
fn a_full_outbox_takes_nothing_more() {
    let sealed = scene(Ok(()), Duration::ZERO)
        .outbox
        .seal(&mail(MailMessage::Test));
    let mut tx = MockTx::default();
    tx.outbox
        .expect_has_waiting()
        .withf(|count| *count == 100_000)
        .return_once(|_| Ok(true));
    let refused = enqueue(&mut tx, &sealed).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert_eq!(refused.code(), "outbox-full");
    let mut tx = MockTx::default();
    tx.outbox.expect_has_waiting().return_once(|_| Ok(false));
    tx.outbox.expect_insert().once().return_once(|_| Ok(()));
    enqueue(&mut tx, &sealed).unwrap();
}

#[test]
fn only_what_can_still_be_sent_is_tried_again() {
    let id = MailId::from_bytes([1; 16]);
    let waiting = MailSummary {
        id,
        template: MailTemplate::Test,
        state: MailState::Waiting,
        created_at: NOW,
        not_after: NOW + HOUR,
        attempts: 3,
        next_at: Some(NOW + HOUR),
        died_at: None,
        reason: None,
    };
    let tried = |summary: Option<MailSummary>| {
        let mut tx = MockTx::default();
        tx.outbox.expect_find().return_once(move |_| Ok(summary));
        tx.outbox
            .expect_hasten()
            .withf(|_, attempts, now| (*attempts, *now) == (3, NOW))
            .returning(|_, _, _| Ok(true));
        retry::retry(&mut tx, id, NOW).map_err(|error| error.code())
    };
    assert_eq!(tried(Some(waiting.clone())), Ok(()));
    let leased = MailSummary {
        state: MailState::Leased,
        ..waiting.clone()
    };
    assert_eq!(tried(Some(leased.clone())), Err("mail-being-sent"));
    let abandoned = MailSummary {
        next_at: Some(NOW),
        ..leased
    };
    assert_eq!(tried(Some(abandoned)), Ok(()));
    let late = MailSummary {
        not_after: NOW,
        ..waiting.clone()
    };
    assert_eq!(tried(Some(late)), Err("mail-too-late"));
    let dead = MailSummary {
        state: MailState::Dead,
        next_at: None,
        died_at: Some(NOW),
        ..waiting
    };
    assert_eq!(tried(Some(dead)), Err("mail-given-up"));
    assert_eq!(tried(None), Err("not-found"));
}
