//! Providers of identities: OpenID providers by discovery, and OAuth 2.0 servers that tell who somebody is.
//!
//! The adapters behind [`sealpost_domain::ports::IdentityProvider`]. What a login is worth is decided in the domain;
//! here is what it takes to believe a provider: its signature, issuer, audience, nonce and time, over connections that
//! go to allowed hosts alone, follow no redirect and take no answer that is too long or too late. This crate must never
//! know accounts, the store or a web framework.
//!
//! Start with [`OidcProvider`] and [`OAuthProvider`]; `fetch.rs` is the only place from which anything is asked.

mod failure;
mod fetch;
mod hosts;
mod oauth;
mod oidc;
mod picture;
mod settings;

pub use fetch::TlsError;
pub use hosts::AllowedHost;
pub use oauth::OAuthProvider;
pub use oidc::OidcProvider;
pub use settings::{
    ClientAuth, Credentials, Endpoint, FieldMap, Issuer, JsonPointer, OAuthSettings, OidcSettings,
};
