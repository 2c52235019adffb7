use crate::Timestamp;

/// What time it is. A port, so that tests can stand still and move on at will.
pub trait Clock: Send + Sync {
    /// The present moment, UTC. It may jump when the machine's clock is set; no rule may rely on it never going back.
    fn now(&self) -> Timestamp;
}
