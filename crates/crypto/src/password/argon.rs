//! The computation itself, and the memory it fills.

use std::sync::Arc;

use argon2::Block;
use hmac::Mac;
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::ports::Entropy;
use zeroize::{Zeroize, Zeroizing};

use super::Argon2Params;
use super::stored::{OUTPUT_LEN, SALT_LEN};
use crate::derive::{HmacSha256, keyed};

/// Argon2id over a peppered password.
pub(super) struct Argon {
    pepper: HmacSha256,
    entropy: Arc<dyn Entropy>,
}

impl Argon {
    pub(super) fn new(pepper: &Secret<[u8; 32]>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            pepper: keyed(pepper.expose()),
            entropy,
        }
    }

    pub(super) fn new_salt(&self) -> [u8; SALT_LEN] {
        let mut salt = [0; SALT_LEN];
        self.entropy.fill(&mut salt);
        salt
    }

    /// Argon2id(HMAC-SHA-256(pepper, password), salt).
    pub(super) fn compute(
        &self,
        password: &Password,
        salt: &[u8],
        params: Argon2Params,
        scratch: &mut Scratch,
    ) -> Result<Zeroizing<[u8; OUTPUT_LEN]>, argon2::Error> {
        let mac = self
            .pepper
            .clone()
            .chain_update(password.expose())
            .finalize();
        let peppered: Zeroizing<[u8; 32]> = Zeroizing::new(mac.into_bytes().into());
        let mut output = Zeroizing::new([0; OUTPUT_LEN]);
        let memory = scratch.borrow(params.blocks())?;
        params.algorithm()?.hash_password_into_with_memory(
            peppered.as_slice(),
            salt,
            output.as_mut_slice(),
            &mut *memory.0,
        )?;
        Ok(output)
    }
}

/// The memory of one thread, kept from hash to hash: asking the kernel for 19 MiB each time costs thousands of
/// page faults. Between hashes it holds zeros.
pub(crate) struct Scratch {
    blocks: Vec<Block>,
    usual: usize,
}

/// Blocks in use; wiped at the end, even of a panic.
struct Borrowed<'a>(&'a mut [Block]);

impl Scratch {
    /// Memory that will usually be asked for `usual` blocks. Nothing is allocated yet.
    pub(super) const fn new(usual: usize) -> Self {
        Self {
            blocks: Vec::new(),
            usual,
        }
    }

    /// Gives all of it back: nobody has logged in for a while.
    pub(super) fn give_back(&mut self) {
        self.blocks = Vec::new();
    }

    fn borrow(&mut self, count: usize) -> Result<Borrowed<'_>, argon2::Error> {
        // What a hash of once costlier parameters took is given back.
        let wanted = count.max(self.usual);
        if self.blocks.len() > wanted {
            self.blocks.truncate(wanted);
            self.blocks.shrink_to_fit();
        }
        let missing = count.saturating_sub(self.blocks.len());
        if self.blocks.try_reserve_exact(missing).is_err() {
            return Err(argon2::Error::OutOfMemory);
        }
        self.blocks
            .resize(self.blocks.len() + missing, Block::new());
        let blocks = self
            .blocks
            .get_mut(..count)
            .ok_or(argon2::Error::OutOfMemory)?;
        Ok(Borrowed(blocks))
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::testing::CountingEntropy;

    use super::*;

    fn is_wiped(scratch: &Scratch) -> bool {
        scratch
            .blocks
            .iter()
            .all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    #[test]
    fn memory_is_reused_wiped_and_given_back() {
        let argon = Argon::new(&Secret::new([7; 32]), Arc::new(CountingEntropy::default()));
        let password = Password::attempt("correct horse");
        let (small, large) = (
            Argon2Params::cheap(),
            Argon2Params::stored(128, 1, 1).unwrap(),
        );
        let mut scratch = Scratch::new(small.blocks());
        let mut compute = |params| {
            let output = argon
                .compute(&password, &[1; 16], params, &mut scratch)
                .unwrap();
            assert!(is_wiped(&scratch));
            (output, scratch.blocks.capacity(), scratch.blocks.as_ptr())
        };
        let (first, length, address) = compute(small);
        let (again, _, same) = compute(small);
        assert_eq!((first, length, address), (again, 64, same));
        assert_eq!(compute(large).1, 128);
        assert_eq!(compute(small).1, 64);
        scratch.give_back();
        assert_eq!(scratch.blocks.capacity(), 0);
    }
}
