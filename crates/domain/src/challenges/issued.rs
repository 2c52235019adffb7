//! A challenge that was handed out. What was asked, from where, and until when stands in a token under the server's key: nothing
//! is stored for a stranger who asks, only for one who has answered.

use std::net::IpAddr;
use std::time::Duration;

use subtle::ConstantTimeEq as _;
use thiserror::Error;

use super::Challenge;
use super::pool::POOL;
use crate::ports::{Digester, MacPurpose};
use crate::text::{hex, unhex};
use crate::{DomainError, Environment, ErrorKind, Timestamp};

define_id! {
    /// Names a challenge that was handed out.
    ChallengeId
}

/// How long somebody has for an answer.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
const PREFIX: &str = "spq_";

/// A challenge, and what shows that this server has asked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedChallenge {
    /// The sentence.
    pub question: &'static str,
    /// Comes back with the answer. It is no secret, and opens nothing.
    pub token: String,
    /// Until when it is taken.
    pub expires_at: Timestamp,
}

/// What somebody says to a challenge.
#[derive(Debug, Clone)]
pub struct AnsweredChallenge {
    /// [`IssuedChallenge::token`].
    pub token: String,
    /// The word that is missing. Case and white space do not matter.
    pub answer: String,
}

/// A challenge that was answered as people answer it. It is good for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompletedChallenge {
    /// Its id.
    pub id: ChallengeId,
    /// Until when it would be taken once more, if nobody remembered that it was.
    pub expires_at: Timestamp,
}

/// The answer is wrong, late, for another server or another network, or was given before: never says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sentence was not completed, or not in time: get another one")]
pub struct ChallengeFailed;

impl DomainError for ChallengeFailed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "challenge-failed"
    }

    fn field(&self) -> Option<&'static str> {
        Some("challenge")
    }
}

/// What is under the MAC.
struct Asked {
    id: [u8; 16],
    expires_at: [u8; 8],
    index: [u8; 1],
}

impl Asked {
    const LENGTH: usize = 16 + 8 + 1;

    fn bytes(&self) -> Vec<u8> {
        [&self.id[..], &self.expires_at[..], &self.index[..]].concat()
    }

    fn mac(&self, digester: &dyn Digester, address: Option<IpAddr>) -> [u8; 32] {
        let mut data = self.bytes();
        match address {
            None => {}
            Some(IpAddr::V4(address)) => data.extend(address.octets()),
            Some(IpAddr::V6(address)) => data.extend(address.octets()),
        }
        digester.mac(MacPurpose::Challenge, &data)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk()?;
        let (expires_at, rest) = rest.split_first_chunk()?;
        let index = rest.try_into().ok()?;
        Some(Self {
            id: *id,
            expires_at: *expires_at,
            index,
        })
    }
}

/// Hands out a challenge to whoever asks from `address`.
pub(super) fn issue(
    env: &Environment,
    digester: &dyn Digester,
    address: Option<IpAddr>,
) -> IssuedChallenge {
    let expires_at = env.now() + LIFETIME;
    let [byte] = env.random::<1>();
    let index = usize::from(byte) % POOL.len();
    let asked = Asked {
        id: env.random(),
        expires_at: expires_at.as_micros().to_be_bytes(),
        index: [u8::try_from(index).unwrap_or(0)],
    };
    let token = [asked.bytes(), asked.mac(digester, address).to_vec()].concat();
    IssuedChallenge {
        question: at(index).question,
        token: format!("{PREFIX}{}", hex(&token)),
        expires_at,
    }
}

/// Whether an answer that comes from `address` is what is wanted.
///
/// # Errors
/// [`ChallengeFailed`].
pub(crate) fn complete(
    answered: &AnsweredChallenge,
    digester: &dyn Digester,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Result<CompletedChallenge, ChallengeFailed> {
    let digits = answered.token.strip_prefix(PREFIX).unwrap_or_default();
    let token = unhex(digits).ok_or(ChallengeFailed)?;
    let (asked, mac) = token
        .split_at_checked(Asked::LENGTH)
        .ok_or(ChallengeFailed)?;
    let asked = Asked::read(asked).ok_or(ChallengeFailed)?;
    if !bool::from(asked.mac(digester, address).as_slice().ct_eq(mac)) {
        return Err(ChallengeFailed);
    }
    let expires_at = Timestamp::from_micros(i64::from_be_bytes(asked.expires_at));
    let [index] = asked.index;
    let is_answer = at(usize::from(index)).is_completed_by(&answered.answer);
    if now >= expires_at || !is_answer {
        return Err(ChallengeFailed);
    }
    Ok(CompletedChallenge {
        id: ChallengeId::from_bytes(asked.id),
        expires_at,
    })
}

fn at(index: usize) -> Challenge {
    let [first, ..] = POOL;
    POOL.get(index).copied().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::{CountingEntropy, FixedClock, NoStore, ToyDigester};

    const HOME: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn asked() -> (AnsweredChallenge, IssuedChallenge) {
        let env = Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(100))),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let issued = issue(&env, &ToyDigester, HOME);
        let known = POOL.iter().find(|one| one.question == issued.question);
        let answered = AnsweredChallenge {
            token: issued.token.clone(),
            answer: known.unwrap().answer.to_owned(),
        };
        (answered, issued)
    }

    fn told(answered: &AnsweredChallenge, address: Option<IpAddr>, seconds: i64) -> bool {
        let now = Timestamp::from_seconds(seconds);
        complete(answered, &ToyDigester, address, now).is_ok()
    }

    #[test]
    fn it_is_good_for_ten_minutes() {
        let (answered, issued) = asked();
        assert_eq!(issued.expires_at, Timestamp::from_seconds(700));
        assert!(told(&answered, HOME, 100));
        assert!(told(&answered, HOME, 699));
        assert!(!told(&answered, HOME, 700));
    }

    #[test]
    fn an_answer_is_no_good_at_another_address() {
        let (answered, _) = asked();
        for address in [None, Some([127, 0, 0, 2].into()), Some([0; 16].into())] {
            assert!(!told(&answered, address, 100), "{address:?}");
        }
    }

    #[test]
    fn nobody_chooses_the_sentence_the_time_or_the_name_of_it() {
        let (answered, issued) = asked();
        let digits = issued.token.strip_prefix(PREFIX).unwrap();
        for at in 0..digits.len() {
            let mut changed = digits.to_owned().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let token = format!("{PREFIX}{}", String::from_utf8(changed).unwrap());
            let changed = AnsweredChallenge {
                token,
                ..answered.clone()
            };
            assert!(!told(&changed, HOME, 100), "{at}");
        }
        for token in ["", PREFIX, digits, "spq_zz", &issued.token[..60]] {
            let changed = AnsweredChallenge {
                token: token.to_owned(),
                ..answered.clone()
            };
            assert!(!told(&changed, HOME, 100), "{token}");
        }
    }

    #[test]
    fn the_right_word_is_wanted() {
        let (answered, _) = asked();
        for (answer, good) in [
            (answered.answer.to_uppercase(), true),
            (format!(" {} ", answered.answer), true),
            (String::new(), false),
            ("a".repeat(10_000), false),
        ] {
            let said = AnsweredChallenge {
                token: answered.token.clone(),
                answer,
            };
            assert_eq!(told(&said, HOME, 100), good, "{said:?}");
        }
    }
}
