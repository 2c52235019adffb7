//! Two identity providers that vouch for whomever a code spells out. What it takes to believe a real one is tested
//! where the real ones are asked.

use std::sync::Arc;

use actix_web::web::Bytes;
use async_trait::async_trait;
use sealpost_domain::accounts::Email;
use sealpost_domain::federation::{ExternalId, IdentityProfile, ProviderId, ProviderInfo};
use sealpost_domain::ports::{
    AuthorizationRequest, Exchange, IdentityProvider, ProvedEmail, ProvedIdentity, ProviderError,
};

struct Idp {
    info: ProviderInfo,
    issuer: String,
}

pub(super) fn providers() -> Vec<Arc<dyn IdentityProvider>> {
    let idp = |id: &str, display_name: &str| -> Arc<dyn IdentityProvider> {
        Arc::new(Idp {
            info: ProviderInfo {
                id: ProviderId::parse(id).unwrap(),
                display_name: display_name.to_owned(),
            },
            issuer: format!("https://{id}.example"),
        })
    };
    vec![idp("corp", "Example Corp"), idp("other", "Another One")]
}

#[async_trait]
impl IdentityProvider for Idp {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn issuer(&self) -> &str {
        &self.issuer
    }

    async fn authorization(&self, request: &AuthorizationRequest) -> Result<String, ProviderError> {
        Ok(format!(
            "{}/authorize?state={}&redirect_uri={}",
            self.issuer, request.state, request.redirect_uri
        ))
    }

    /// The code is `SUBJECT,USERNAME,ADDRESS,true|false`; `wrong` is refused and `down` not answered.
    async fn exchange(&self, exchange: Exchange) -> Result<ProvedIdentity, ProviderError> {
        let code = exchange.code.expose();
        let parts: Vec<&str> = code.split(',').collect();
        let [subject, username, address, verified] = parts[..] else {
            return Err(if code == "down" {
                ProviderError::Failed
            } else {
                ProviderError::Refused
            });
        };
        let picture = format!("{}/{username}.png", self.issuer);
        Ok(ProvedIdentity {
            external: ExternalId::new(&self.issuer, subject).unwrap(),
            profile: IdentityProfile::new(Some(username), Some(&picture)),
            email: Email::parse(address).ok().map(|address| ProvedEmail {
                address,
                verified: verified == "true",
            }),
        })
    }

    /// `painter` has a picture, `faker` something else; nobody else has any.
    async fn picture(&self, profile: &IdentityProfile, longest: usize) -> Option<Bytes> {
        let file = match profile.username()? {
            "painter" => Bytes::from_static(include_bytes!("../../../assets/avatars/fary.png")),
            "faker" => Bytes::from_static(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            _ => return None,
        };
        assert!(profile.picture().is_some() && file.len() <= longest);
        Some(file)
    }
}
