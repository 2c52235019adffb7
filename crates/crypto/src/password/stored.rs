//! A password hash as it is stored: a PHC string.

use argon2::ARGON2ID_IDENT;
use argon2::password_hash::phc::{self, Output, ParamsString, Salt};
use sealpost_domain::ports::{KeyParameters, PasswordHash};

use super::{Argon2Params, Failure};

/// Bytes of salt in a new hash (RFC 9106, section 4).
pub(super) const SALT_LEN: usize = 16;
/// Bytes of output (RFC 9106, section 4).
pub(super) const OUTPUT_LEN: usize = 32;
/// Argon2 v1.3, in decimal as PHC strings write it.
const VERSION: u32 = 0x13;

/// A parsed hash, ready to be computed against.
pub(super) struct Stored {
    params: Argon2Params,
    salt: Salt,
    output: [u8; OUTPUT_LEN],
}

impl Stored {
    pub(super) fn new(
        params: Argon2Params,
        salt: &[u8],
        output: [u8; OUTPUT_LEN],
    ) -> Result<Self, phc::Error> {
        Ok(Self {
            params,
            salt: Salt::new(salt)?,
            output,
        })
    }

    /// Reads `$argon2id$v=19$m=…,t=…,p=…$salt$output` and nothing else: only this crate writes these rows.
    pub(super) fn parse(hash: &PasswordHash) -> Result<Self, Failure> {
        let parsed = phc::PasswordHash::new(hash.as_str()).map_err(|_| Failure::Stored)?;
        if parsed.algorithm != ARGON2ID_IDENT || parsed.version != Some(VERSION) {
            return Err(Failure::Stored);
        }
        let output = parsed.hash.as_ref().map(Output::as_bytes);
        Ok(Self {
            params: read_params(&parsed.params).ok_or(Failure::Stored)?,
            salt: parsed.salt.ok_or(Failure::Stored)?,
            output: output
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or(Failure::Stored)?,
        })
    }

    pub(super) fn to_phc(&self) -> Result<PasswordHash, phc::Error> {
        let hash = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(VERSION),
            params: self.params.written()?,
            salt: Some(self.salt),
            hash: Some(Output::new(&self.output)?),
        };
        Ok(PasswordHash::new(hash.to_string()))
    }

    pub(super) const fn params(&self) -> Argon2Params {
        self.params
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) const fn output(&self) -> &[u8; OUTPUT_LEN] {
        &self.output
    }
}

/// How a key comes out of a password: a PHC string without the output.
pub(super) struct Derivation {
    params: Argon2Params,
    salt: [u8; SALT_LEN],
}

impl Derivation {
    pub(super) const fn new(params: Argon2Params, salt: &[u8; SALT_LEN]) -> Self {
        Self {
            params,
            salt: *salt,
        }
    }

    /// Reads `$argon2id$v=19$m=…,t=…,p=…$salt` and nothing else.
    pub(super) fn parse(parameters: &KeyParameters) -> Result<Self, Failure> {
        let parsed = phc::PasswordHash::new(parameters.as_str()).map_err(|_| Failure::Stored)?;
        if parsed.algorithm != ARGON2ID_IDENT
            || parsed.version != Some(VERSION)
            || parsed.hash.is_some()
        {
            return Err(Failure::Stored);
        }
        let salt = parsed.salt.ok_or(Failure::Stored)?;
        Ok(Self {
            params: read_params(&parsed.params).ok_or(Failure::Stored)?,
            salt: salt.as_ref().try_into().map_err(|_| Failure::Stored)?,
        })
    }

    pub(super) fn to_parameters(&self) -> Result<KeyParameters, phc::Error> {
        let text = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(VERSION),
            params: self.params.written()?,
            salt: Some(Salt::new(&self.salt)?),
            hash: None,
        };
        Ok(KeyParameters::new(text.to_string()))
    }

    pub(super) const fn params(&self) -> Argon2Params {
        self.params
    }

    pub(super) const fn salt(&self) -> &[u8; SALT_LEN] {
        &self.salt
    }
}

impl Argon2Params {
    fn written(self) -> Result<ParamsString, phc::Error> {
        let mut params = ParamsString::new();
        for (letter, value) in self.letters() {
            params.add_decimal(letter, value)?;
        }
        Ok(params)
    }
}

fn read_params(params: &ParamsString) -> Option<Argon2Params> {
    // A fourth parameter would change the result, and this crate never writes one.
    if params.iter().count() != 3 {
        return None;
    }
    let decimal = |letter: &str| params.get_decimal(letter);
    Argon2Params::stored(decimal("m")?, decimal("t")?, decimal("p")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "$argon2id$v=19$m=64,t=1,p=1$wMDAwMDAwMAAAAAAAAAAAA$hww03dA1LClUBZTkUrui+0tT2hdOLb5ZB0qDMRZ9RBI";

    #[test]
    fn reads_what_it_writes() {
        let stored = Stored::parse(&PasswordHash::new(GOOD.to_owned())).unwrap();
        assert_eq!(stored.params(), Argon2Params::cheap());
        assert_eq!(stored.to_phc().unwrap().as_str(), GOOD);
    }

    #[test]
    fn anything_else_is_refused_without_being_shown() {
        let damaged = [
            ("$argon2id", "$argon2i"),
            ("v=19", "v=16"),
            ("$v=19", ""),
            ("m=64", "m=4294967295"),
            ("m=64", "m=0"),
            ("m=64,", ""),
            ("p=1", "p=1,data=AAAA"),
            ("$hww03dA1LClUBZTkUrui+0tT2hdOLb5ZB0qDMRZ9RBI", ""),
            ("ZB0qDMRZ9RBI", ""),
            ("$wMDAwMDAwMAAAAAAAAAAAA", ""),
            (GOOD, ""),
        ];
        for (part, instead) in damaged {
            let text = GOOD.replace(part, instead);
            let Err(failure) = Stored::parse(&PasswordHash::new(text.clone())) else {
                panic!("{text} was taken");
            };
            assert!(matches!(failure, Failure::Stored), "{text}");
            assert!(!format!("{failure} {failure:?}").contains("wMDA"));
        }
    }
}
