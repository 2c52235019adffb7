//! The JWE around a message: general JSON serialization (RFC 7516, section 7.2.1), read and written.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::content::Sealed;
use super::{MAX_RECIPIENTS, agreement, oaep};
use crate::{b64, json};

/// The content encryption that the format has.
const ENC: &str = "A256GCM";
/// The longest text that is looked at. A body that the server takes is shorter.
const MAX_BYTES: usize = 1024 * 1024;

type Members = Map<String, Value>;

/// A JWE whose form is good. Nothing in it has been checked by a key.
pub(crate) struct Jwe {
    aad: String,
    shared: Members,
    recipients: Vec<Recipient>,
    sealed: Sealed,
}

/// One entry for one key.
pub(crate) struct Recipient {
    /// Which key: by the format's rule its RFC 7638 thumbprint.
    pub(crate) kid: String,
    header: Members,
    encrypted_key: Vec<u8>,
}

/// How the content key is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alg {
    Agreement,
    Oaep,
}

impl Alg {
    fn parse(name: &str) -> Option<Self> {
        match name {
            agreement::ALG => Some(Self::Agreement),
            oaep::ALG => Some(Self::Oaep),
            _ => None,
        }
    }
}

/// The header of one recipient (RFC 7516, section 4): its own members and those that all share.
#[derive(Clone, Copy)]
pub(super) struct Header<'a> {
    shared: &'a Members,
    own: &'a Members,
}

impl<'a> Header<'a> {
    /// A member, wherever it stands.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.own.get(name).or_else(|| self.shared.get(name))
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// How the content key is hidden; None if in a way that the format does not have.
    pub(super) fn alg(self) -> Option<Alg> {
        Alg::parse(self.text("alg")?)
    }

    /// A member in base64url; empty if it is not there.
    pub(super) fn bytes(self, name: &str) -> Option<Vec<u8>> {
        match self.get(name) {
            None => Some(Vec::new()),
            Some(value) => b64::decode(value.as_str()?),
        }
    }
}

impl Jwe {
    /// Reads a text; None if it is no JWE of the format: [`MAX_RECIPIENTS`] at the most, each with a `kid` and a
    /// known `alg`, `enc` under protection, nothing compressed, nothing critical that is not understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let members = json::object(text)?;
        // Section 7.2.2: these two belong to the flattened form, which has no `recipients`.
        if ["header", "encrypted_key"]
            .iter()
            .any(|name| members.contains_key(*name))
        {
            return None;
        }
        let shared = shared_header(&members)?;
        let entries = members.get("recipients")?.as_array()?;
        if !(1..=MAX_RECIPIENTS).contains(&entries.len()) {
            return None;
        }
        let recipients = entries
            .iter()
            .map(|entry| Recipient::parse(entry, &shared))
            .collect::<Option<_>>()?;
        Some(Self {
            aad: associated_data(&members)?,
            recipients,
            sealed: sealed(&members)?,
            shared,
        })
    }

    /// The entries, in their order.
    pub(crate) fn into_recipients(self) -> Vec<Recipient> {
        self.recipients
    }

    /// The first entry that one of these keys can open, and which: its place among the keys.
    pub(super) fn find<'a>(
        &self,
        kids: impl Iterator<Item = &'a str>,
    ) -> Option<(&Recipient, usize)> {
        let places: HashMap<&str, usize> = kids.zip(0..).collect();
        self.recipients
            .iter()
            .find_map(|one| Some((one, *places.get(one.kid.as_str())?)))
    }

    /// The whole header of an entry.
    pub(super) const fn header<'a>(&'a self, recipient: &'a Recipient) -> Header<'a> {
        Header {
            shared: &self.shared,
            own: &recipient.header,
        }
    }

    /// What is authenticated beside the content (RFC 7516, section 5.1, step 14).
    pub(super) const fn aad(&self) -> &[u8] {
        self.aad.as_bytes()
    }

    /// The encrypted content.
    pub(super) const fn sealed(&self) -> &Sealed {
        &self.sealed
    }
}

impl Recipient {
    fn parse(entry: &Value, shared: &Members) -> Option<Self> {
        let entry = entry.as_object()?;
        let own = match entry.get("header") {
            None => Members::new(),
            Some(header) => header.as_object()?.clone(),
        };
        // Section 7.2.1: a member stands in one of the headers only.
        if own.keys().any(|name| shared.contains_key(name)) || !is_understood(&own) {
            return None;
        }
        let header = Header { shared, own: &own };
        header.alg()?;
        Some(Self {
            kid: header.text("kid")?.to_owned(),
            encrypted_key: b64::decode(json::text(entry, "encrypted_key")?)?,
            header: own,
        })
    }

    /// The hidden content key.
    pub(super) fn encrypted_key(&self) -> &[u8] {
        &self.encrypted_key
    }
}

fn shared_header(members: &Members) -> Option<Members> {
    let protected = b64::decode(json::text(members, "protected")?)?;
    let mut shared = json::object(std::str::from_utf8(&protected).ok()?)?;
    if json::text(&shared, "enc") != Some(ENC) {
        return None;
    }
    if let Some(unprotected) = members.get("unprotected") {
        for (name, value) in unprotected.as_object()? {
            if shared.insert(name.clone(), value.clone()).is_some() {
                return None;
            }
        }
    }
    is_understood(&shared).then_some(shared)
}

/// No extension is understood (RFC 7516, section 4.1.13), and nothing is compressed: the length of what is compressed
/// together tells of the content (section 4.1.3).
fn is_understood(header: &Members) -> bool {
    !header.contains_key("crit") && !header.contains_key("zip")
}

fn associated_data(members: &Members) -> Option<String> {
    let protected = json::text(members, "protected")?;
    match members.get("aad") {
        None => Some(protected.to_owned()),
        Some(aad) => {
            let aad = aad.as_str()?;
            b64::decode(aad)?;
            Some(format!("{protected}.{aad}"))
        }
    }
}

fn sealed(members: &Members) -> Option<Sealed> {
    Some(Sealed {
        iv: b64::decode_array(json::text(members, "iv")?)?,
        ciphertext: b64::decode(json::text(members, "ciphertext")?)?,
        tag: b64::decode_array(json::text(members, "tag")?)?,
    })
}

/// The header that all recipients share. The `cty` says that a JWS or JWE in compact serialization is inside
/// (RFC 7515, section 4.1.9).
pub(super) fn protected_header() -> String {
    b64::encode(br#"{"enc":"A256GCM","typ":"JOSE+JSON","cty":"JOSE"}"#)
}

/// The entry for one key.
#[derive(Serialize)]
pub(super) struct Entry {
    pub(super) header: Value,
    pub(super) encrypted_key: String,
}

#[derive(Serialize)]
struct Written<'a> {
    protected: &'a str,
    recipients: Vec<Entry>,
    iv: String,
    ciphertext: String,
    tag: String,
}

/// The text of a JWE; None if the serializer fails.
pub(super) fn write(protected: &str, recipients: Vec<Entry>, sealed: &Sealed) -> Option<String> {
    serde_json::to_string(&Written {
        protected,
        recipients,
        iv: b64::encode(&sealed.iv),
        ciphertext: b64::encode(&sealed.ciphertext),
        tag: b64::encode(&sealed.tag),
    })
    .ok()
}
