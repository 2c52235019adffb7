//! The operating system's randomness.

use std::io::Write;

use sealpost_domain::ports::Entropy;

/// Randomness from the operating system's own generator. aws-lc's, which is seeded from it, first measures the jitter of
/// the processor's clock for some 25 ms: a start need not wait for that.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter behind the Entropy port"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Nothing safe can be done without randomness, and a panic could be caught and survived.
            let _ = writeln!(
                std::io::stderr(),
                "the source of randomness failed: stopping at once"
            );
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_everything_and_differently_each_time() {
        let (mut first, mut second) = ([0_u8; 64], [0_u8; 64]);
        OsEntropy.fill(&mut first);
        OsEntropy.fill(&mut second);
        assert_ne!(first, second);
        for half in first.chunks(32) {
            assert_ne!(half, [0; 32]);
        }
    }
}
