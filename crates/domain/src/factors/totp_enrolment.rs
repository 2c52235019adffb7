//! An authenticator app is set up: first it gets a secret, then it shows that it has it.

use zeroize::Zeroize;

use super::service::{put_first_recovery_codes, stored};
use super::{FactorCode, FactorError, Factors, RecoveryCodes, totp};
use crate::Secret;
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailFactor, MailMessage};
use crate::ports::StoreExt;
use crate::sessions::Actor;

/// What an authenticator app needs to know.
#[derive(Debug, Clone)]
pub struct TotpEnrolment {
    /// The secret in base32 (RFC 4648), for typing.
    pub secret: Secret<String>,
    /// The same as an `otpauth://totp/…` URL (Key URI Format), for a QR code.
    pub url: Secret<String>,
}

impl Factors {
    /// Makes a secret for the caller's authenticator app. It is no factor before [`Factors::confirm_totp`]; asking again
    /// replaces it. `issuer` is the name the app shows: the server's host. Needs a fresh login.
    ///
    /// # Errors
    /// [`FactorError`].
    pub async fn begin_totp(
        &self,
        actor: &Actor,
        issuer: &str,
    ) -> Result<TotpEnrolment, FactorError> {
        let account = self.fresh(actor).await?;
        let bytes = self.env.random::<{ totp::SECRET_BYTES }>();
        let secret = Secret::new(bytes.to_vec());
        let sealed = totp::seal(&*self.ports.sealer, account.id, &secret);
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| {
                let put = tx.factors().put_totp(account.id, &sealed, now)?;
                put.then_some(()).ok_or(FactorError::AlreadyOn)
            })
            .await?;
        let text = totp::base32(secret.expose());
        let url = url(issuer, account.username.as_str(), &text);
        Ok(TotpEnrolment { secret: text, url })
    }

    /// Switches the authenticator on, once its app has shown a right code. With the first factor of an account come
    /// recovery codes. Needs a fresh login.
    ///
    /// # Errors
    /// [`FactorError`].
    pub async fn confirm_totp(
        &self,
        actor: &Actor,
        code: &FactorCode,
    ) -> Result<Option<RecoveryCodes>, FactorError> {
        let account = self.fresh(actor).await?;
        let number = code.number().ok_or(FactorError::WrongCode)?;
        let codes = RecoveryCodes::draw(&self.env);
        let macs = codes.macs(&*self.ports.digester, account.id);
        let event = AuditEvent::by(actor, &self.env, AuditKind::FactorAdded);
        let factor = MailFactor::Totp;
        let notice = self
            .outbox
            .notice(&account, MailMessage::FactorAdded { factor });
        let (ports, now) = (self.ports.clone(), self.env.now());
        let were_stored = self
            .env
            .store
            .write(move |tx| {
                let before = tx.factors().find_set(account.id)?;
                let drafted = tx.factors().find_totp(account.id)?;
                let drafted = drafted.ok_or(FactorError::NotOn)?;
                let secret = totp::open(&*ports.sealer, account.id, &drafted.sealed_secret)?;
                let step = totp::matching_step(&*ports.hotp, &secret, number, 0, now)
                    .ok_or(FactorError::WrongCode)?;
                let sealed = &drafted.sealed_secret;
                if !tx.factors().confirm_totp(account.id, sealed, step, now)? {
                    return Err(FactorError::AlreadyOn);
                }
                tx.audit().append(&event)?;
                mail::enqueue_if(tx, notice.as_ref())?;
                Ok(put_first_recovery_codes(tx, account.id, before, &macs)?)
            })
            .await?;
        Ok(stored(codes, were_stored))
    }
}

/// Every character but the unreserved ones of RFC 3986 is written as its bytes in hexadecimal.
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn url(issuer: &str, username: &str, secret: &Secret<String>) -> Secret<String> {
    let (issuer, username) = (escape(issuer), escape(username));
    let mut head = format!(
        "otpauth://totp/{issuer}:{username}?secret={}",
        secret.expose()
    );
    let url = format!(
        "{head}&issuer={issuer}&algorithm=SHA1&digits=6&period={}",
        totp::STEP_SECONDS
    );
    head.zeroize();
    Secret::new(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_survives_any_name() {
        let secret = Secret::new("MZXW6".to_owned());
        assert_eq!(
            url("seal.example:5000", "é&?b", &secret).expose(),
            "otpauth://totp/seal.example%3A5000:%C3%A9%26%3Fb?secret=MZXW6&issuer=seal.example%3A5000&algorithm=SHA1&digits=6&period=30"
        );
    }
}
