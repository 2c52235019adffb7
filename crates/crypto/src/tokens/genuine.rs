//! Tokens that were found genuine a moment ago. Clients show the same one with each request, and checking a signature costs
//! more than most of what they ask for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use sealpost_domain::ports::AccessClaims;

/// So many tokens of each generation, of about 300 bytes.
const GENERATION: usize = 8_192;

/// Stands for a token and what it was taken for. The token itself is not kept: who reads the memory does not get it.
type Fingerprint = [u8; 32];

/// What they say. Whether they are still good is asked each time, elsewhere: a genuine token stays genuine.
#[derive(Default)]
pub(super) struct Genuine(Mutex<Generations>);

/// When the newer is full it becomes the older, and what nobody showed meanwhile is forgotten.
#[derive(Default)]
struct Generations {
    newer: HashMap<Fingerprint, AccessClaims>,
    older: HashMap<Fingerprint, AccessClaims>,
}

impl Genuine {
    /// The claims of a token that was found genuine before; otherwise what `check` says.
    ///
    /// # Errors
    /// That of `check`; nothing is kept of what it refuses.
    pub(super) fn or_check<E>(
        &self,
        (kind, token): (&str, &str),
        check: impl FnOnce() -> Result<AccessClaims, E>,
    ) -> Result<AccessClaims, E> {
        let fingerprint = fingerprint(kind, token);
        if let Some(claims) = self.lock().find(&fingerprint) {
            return Ok(claims);
        }
        let claims = check()?;
        self.lock().keep(fingerprint, claims.clone());
        Ok(claims)
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn find(&mut self, fingerprint: &Fingerprint) -> Option<AccessClaims> {
        if let Some(claims) = self.newer.get(fingerprint) {
            return Some(claims.clone());
        }
        let claims = self.older.remove(fingerprint)?;
        self.keep(*fingerprint, claims.clone());
        Some(claims)
    }

    fn keep(&mut self, fingerprint: Fingerprint, claims: AccessClaims) {
        if self.newer.len() >= GENERATION {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(fingerprint, claims);
    }
}

fn fingerprint(kind: &str, token: &str) -> Fingerprint {
    let mut context = Context::new(&SHA256);
    context.update(kind.as_bytes());
    // No kind has a line break, so no two pairs read the same.
    context.update(b"\n");
    context.update(token.as_bytes());
    let mut fingerprint = Fingerprint::default();
    for (slot, byte) in fingerprint.iter_mut().zip(context.finish().as_ref()) {
        *slot = *byte;
    }
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    fn ask(genuine: &Genuine, kind: &str, token: &str) -> &'static str {
        let mut asked = "remembered";
        let found = genuine.or_check((kind, token), || {
            asked = "checked";
            Ok::<_, ()>(claims())
        });
        assert_eq!(found, Ok(claims()));
        asked
    }

    #[test]
    fn a_token_is_checked_once_as_what_it_is_shown_for() {
        let genuine = Genuine::default();
        assert_eq!(ask(&genuine, "at+jwt", "a.b.c"), "checked");
        assert_eq!(ask(&genuine, "at+jwt", "a.b.c"), "remembered");
        assert_eq!(ask(&genuine, "rt+jwt", "a.b.c"), "checked");
        assert_eq!(ask(&genuine, "at+jwt", "a.b.d"), "checked");
    }

    #[test]
    fn what_is_refused_is_not_remembered() {
        let genuine = Genuine::default();
        for _ in 0..2 {
            assert_eq!(genuine.or_check(("at+jwt", "x"), || Err(())), Err(()));
        }
        assert_eq!(ask(&genuine, "at+jwt", "x"), "checked");
    }

    #[test]
    fn who_shows_many_tokens_fills_no_memory_and_those_in_use_stay() {
        let genuine = Genuine::default();
        for number in 0..3 * GENERATION {
            assert_eq!(ask(&genuine, "at+jwt", &number.to_string()), "checked");
            let used = ask(&genuine, "at+jwt", "in use");
            assert_eq!(used == "remembered", number > 0);
        }
        let generations = genuine.lock();
        assert!(generations.newer.len() + generations.older.len() <= 2 * GENERATION);
    }
}
