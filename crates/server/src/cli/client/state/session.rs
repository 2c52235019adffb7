use sealpost_client::{AccountId, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Where somebody is logged in, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli::client) struct Session {
    pub(in crate::cli::client) server: String,
    pub(in crate::cli::client) username: String,
    pub(in crate::cli::client) account: AccountId,
    pub(in crate::cli::client) refresh_token: Secret<String>,
}

/// As it is in the file.
#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    server: String,
    username: String,
    account_id: String,
    refresh_token: Zeroizing<String>,
}

impl Session {
    /// None for anything that is no session.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(json).ok()?;
        if stored.v != 1 {
            return None;
        }
        Some(Self {
            server: stored.server,
            username: stored.username,
            account: stored.account_id.parse().ok()?,
            refresh_token: Secret::new(String::clone(&stored.refresh_token)),
        })
    }

    pub(super) fn to_json(&self) -> Option<Zeroizing<Vec<u8>>> {
        let stored = Stored {
            v: 1,
            server: self.server.clone(),
            username: self.username.clone(),
            account_id: self.account.to_string(),
            refresh_token: Zeroizing::new(self.refresh_token.expose().clone()),
        };
        serde_json::to_vec(&stored).ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_leads_back_and_is_not_shown() {
        let session = Session {
            server: "https://chat.example/".to_owned(),
            username: "alice".to_owned(),
            account: "019aa6b0-7c3a-7d52-9a5e-0242ac120002".parse().unwrap(),
            refresh_token: Secret::new("spr_canary".to_owned()),
        };
        assert!(!format!("{session:?}").contains("spr_canary"));
        let json = session.to_json().unwrap();
        assert_eq!(Session::parse(&json), Some(session));
        for wrong in ["", "{}", "[]"] {
            assert_eq!(Session::parse(wrong.as_bytes()), None, "{wrong}");
        }
        let later = String::from_utf8(json.to_vec())
            .unwrap()
            .replace("\"v\":1", "\"v\":2");
        assert_eq!(Session::parse(later.as_bytes()), None);
    }
}
