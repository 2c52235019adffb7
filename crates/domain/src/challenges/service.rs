use super::Challenge;
use super::pool::POOL;
use crate::Environment;

/// The use cases of challenges. Cloning is cheap.
#[derive(Clone)]
pub struct Challenges {
    env: Environment,
}

impl Challenges {
    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment) -> Self {
        Self { env }
    }

    /// One of the pool, by chance.
    #[must_use]
    pub fn draw(&self) -> Challenge {
        let [byte] = self.env.random::<1>();
        let [first, rest @ ..] = POOL;
        let index = usize::from(byte) % POOL.len();
        index
            .checked_sub(1)
            .and_then(|index| rest.get(index).copied())
            .unwrap_or(first)
    }
}
