use super::{CodePurpose, MailedCode};
use crate::accounts::{AccountId, Email};
use crate::ports::{Digest, Digester, MacPurpose};
use crate::{Environment, Secret};

/// A code that is to be mailed, and the row that it is checked against.
#[derive(Debug, Clone)]
pub struct DraftedCode {
    /// To be stored ([`super::put`]).
    pub row: MailedCode,
    /// To be mailed. It is nowhere stored.
    pub code: Secret<String>,
}

/// A fresh code for `account`. Touches no store: call it before the unit of work.
#[must_use]
pub fn draft(
    env: &Environment,
    digester: &dyn Digester,
    account: AccountId,
    purpose: CodePurpose,
    target: Option<Email>,
) -> DraftedCode {
    let code = purpose.alphabet().random(env, purpose.length());
    let (salt, now) = (env.random(), env.now());
    let row = MailedCode {
        account,
        purpose,
        salt,
        mac: mac(digester, purpose.code(), account.as_bytes(), &salt, &code),
        target,
        tries_left: MailedCode::TRIES,
        created_at: now,
        expires_at: now + purpose.lifetime(),
    };
    DraftedCode { row, code }
}

/// What is stored in place of a code. Whoever has the database without the master key cannot try codes against it.
pub(crate) fn mac(
    digester: &dyn Digester,
    purpose: i16,
    subject: &[u8; 16],
    salt: &[u8; 16],
    code: &Secret<String>,
) -> Digest {
    // All before the code is of fixed length, so that no two inputs look alike.
    let mut data = zeroize::Zeroizing::new(Vec::with_capacity(2 + 16 + 16 + 4 * 32));
    data.extend_from_slice(&purpose.to_be_bytes());
    data.extend_from_slice(subject);
    data.extend_from_slice(salt);
    data.extend_from_slice(code.expose().as_bytes());
    digester.mac(MacPurpose::Code, &data)
}
