//! What opens the routes, by the names that their `security(…)` uses.

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

pub(super) struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, scheme) in [
            ("bearer", bearer()),
            ("mailbox_session", mailbox_session()),
            ("vault", vault()),
            ("link", link()),
        ] {
            components.add_security_scheme(name, scheme);
        }
    }
}

fn bearer() -> SecurityScheme {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token that `POST /v1/sessions` gives"));
    SecurityScheme::Http(scheme.build())
}

fn mailbox_session() -> SecurityScheme {
    let description = "The session that `/authenticate` gives, beside the cookie `username`";
    let cookie = ApiKeyValue::with_description("session_id", description);
    SecurityScheme::ApiKey(ApiKey::Cookie(cookie))
}

fn link() -> SecurityScheme {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token that `POST /v1/links/{id}/open` gives"));
    SecurityScheme::Http(scheme.build())
}

fn vault() -> SecurityScheme {
    let description = "The token that `GET /login` gives";
    let header = ApiKeyValue::with_description("x-access-tokens", description);
    SecurityScheme::ApiKey(ApiKey::Header(header))
}
