//! `/v1/oauth/{provider}`: logging in with another provider's word.

mod callback;
mod cookie;
mod start;

use std::time::Duration;

use sealpost_domain::federation::ProviderId;

pub(crate) use callback::CameBack;
pub(super) use callback::finish_login;
pub(crate) use cookie::TransactionCookie;
pub(super) use start::{start_link, start_login};

use crate::Services;

/// How long a provider may take to answer what it is asked; the handler has its own time besides.
pub(crate) const PROVIDER_PATIENCE: Duration = Duration::from_secs(10);

/// Where a provider sends browsers back to. Made of the configured public URL alone: were it made of the `Host` header,
/// whoever writes that header would choose where codes go.
fn redirect_uri(services: &Services, provider: &ProviderId) -> String {
    format!("{}/v1/oauth/{provider}/callback", services.info.public_url)
}
