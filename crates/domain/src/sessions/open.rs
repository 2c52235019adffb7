//! The session that somebody gets who is let in ([`crate::authentication`]).

use super::{Dialect, OpaqueToken, RefreshToken, Session, Sessions};
use crate::Timestamp;
use crate::accounts::Account;
use crate::app_passwords::AppPasswordId;
use crate::ports::{TokenDigests, TokenError};

/// A session and its fresh tokens. The tokens are nowhere stored.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub account: Account,
    /// Good for [`Dialect::access_lifetime`].
    pub access_token: String,
    /// Good once.
    pub refresh_token: RefreshToken,
    /// Good as long as the session; only some dialects have one, and only when the session is opened.
    pub opaque_token: Option<OpaqueToken>,
}

impl Sessions {
    /// A session that is to be stored, with its tokens, for somebody who has proved who they are. An app password proves
    /// less than they do: what needs a fresh login stays closed to it.
    pub(crate) fn draft(
        &self,
        account: Account,
        dialect: Dialect,
        client: Option<String>,
        app_password: Option<AppPasswordId>,
    ) -> Result<OpenedSession, TokenError> {
        let now = self.env.now();
        let session = Session {
            id: self.env.new_id(),
            account: account.id,
            dialect,
            client: client.map(|name| name.chars().take(Session::MAX_CLIENT_CHARS).collect()),
            created_at: now,
            authenticated_at: match app_password {
                None => now,
                Some(_) => Timestamp::from_seconds(0),
            },
            app_password,
            expires_at: now + dialect.session_lifetime(),
        };
        let refresh_token = if dialect.has_identified_tokens() {
            self.issue_refresh(&session, &account, self.env.random(), now)?
        } else if dialect.has_named_tokens() {
            let claims = self.claims(&session, &account, now);
            RefreshToken::signed(self.ports.signer.sign_refresh(&claims)?)
        } else {
            RefreshToken::from_bytes(&self.env.random())
        };
        Ok(OpenedSession {
            access_token: self.issue_access(&session, &account, &refresh_token, now)?,
            refresh_token,
            opaque_token: OpaqueToken::draw(dialect, &self.env),
            session,
            account,
        })
    }

    /// What is stored in place of the tokens.
    pub(crate) fn digests(&self, opened: &OpenedSession) -> TokenDigests {
        let digester = &*self.ports.digester;
        let opaque = opened.opaque_token.as_ref();
        TokenDigests {
            refresh: opened.refresh_token.digest(digester),
            opaque: opaque.map(|token| token.digest(digester)),
        }
    }
}
