//! The frames that wait for a client, with their bounds. Nobody waits in here: who does leaves a waker.

use std::collections::VecDeque;
use std::task::{Context, Waker};
use std::time::Duration;

use actix_web::web::Bytes;
use tokio::time::Instant;

/// The most frames that wait to be taken.
pub(super) const MAX_FRAMES: usize = 64;
/// The most bytes that wait to be taken.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// Only when less than this waits are further events read: room stays for answers.
pub(super) const LOW_WATER: usize = MAX_BYTES / 4;
/// How much the connection takes at once, so that a slow client shows progress before a large frame is through.
pub(super) const SLICE: usize = 16 * 1024;

/// Something cannot be sent: too much waits already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// What waits to be sent.
pub(super) struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// The most bytes that wait.
    max_bytes: usize,
    /// Part of the first frame was taken: the rest has to follow.
    begun: bool,
    /// When something was last taken, or something came into an empty queue.
    moved: Option<Instant>,
    /// Nothing more will be put in.
    pub(super) ended: bool,
    /// Nothing more will be taken.
    pub(super) gone: bool,
    taker: Option<Waker>,
    giver: Option<Waker>,
}

impl Queue {
    /// An empty queue for so many bytes.
    pub(super) const fn within(max_bytes: usize) -> Self {
        Self {
            frames: VecDeque::new(),
            bytes: 0,
            max_bytes,
            begun: false,
            moved: None,
            ended: false,
            gone: false,
            taker: None,
            giver: None,
        }
    }

    /// Puts a frame in, if there is room.
    pub(super) fn offer(&mut self, frame: Bytes) -> Result<(), Full> {
        if self.frames.len() >= MAX_FRAMES
            || self.bytes.saturating_add(frame.len()) > self.max_bytes
        {
            return Err(Full);
        }
        self.put(frame);
        Ok(())
    }

    /// Puts the last frame in, room or not.
    pub(super) fn end_with(&mut self, frame: Bytes) {
        self.put(frame);
        self.ended = true;
    }

    fn put(&mut self, frame: Bytes) {
        if self.frames.is_empty() {
            self.moved = Some(Instant::now());
        }
        self.bytes += frame.len();
        self.frames.push_back(frame);
        wake(&mut self.taker);
    }

    /// Takes the next piece.
    pub(super) fn take(&mut self) -> Option<Bytes> {
        let first = self.frames.front_mut()?;
        let slice = first.split_to(first.len().min(SLICE));
        self.begun = !first.is_empty();
        if first.is_empty() {
            self.frames.pop_front();
        }
        self.bytes -= slice.len();
        self.moved = Some(Instant::now());
        wake(&mut self.giver);
        Some(slice)
    }

    /// Leaves of all frames only the one that is on its way.
    pub(super) fn discard(&mut self) {
        self.frames.truncate(usize::from(self.begun));
        self.bytes = self.frames.iter().map(Bytes::len).sum();
    }

    /// The giver lets go, also of what was not taken.
    pub(super) fn abandon(&mut self) {
        self.frames.clear();
        (self.bytes, self.ended) = (0, true);
        wake(&mut self.taker);
    }

    /// The taker lets go.
    pub(super) fn leave(&mut self) {
        self.gone = true;
        wake(&mut self.giver);
    }

    /// Whether further events may be read.
    pub(super) fn has_room(&self) -> bool {
        self.bytes < LOW_WATER && self.frames.len() < MAX_FRAMES / 2
    }

    /// Whether all was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// For how long something has waited without any of it being taken.
    pub(super) fn stalled_for(&self) -> Duration {
        let moved = self.moved.filter(|_| !self.frames.is_empty());
        moved.map_or(Duration::ZERO, |moved| moved.elapsed())
    }

    /// Wakes the taker when there is something to take, or never will be.
    pub(super) fn wake_taker_later(&mut self, context: &Context<'_>) {
        self.taker = Some(context.waker().clone());
    }

    /// Wakes the giver when something was taken, or never will be.
    pub(super) fn wake_giver_later(&mut self, context: &Context<'_>) {
        self.giver = Some(context.waker().clone());
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
