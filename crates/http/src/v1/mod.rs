//! The native API: a file for each resource, with its handlers, its wire types and their documentation.

mod accounts;
mod me;
mod server;
mod sessions;

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1")
            .service(server::describe_server)
            .service(accounts::create_account)
            .service(sessions::open_session)
            .service(me::view_me),
    );
}
