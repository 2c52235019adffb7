//! Dialect `social` (document 002): friends, presence, a mailed second step, live chat. What clients of the original meet here
//! stands in `docs/dialects/social.md`.

mod auth;
mod chat;
mod conversations;
mod errors;
mod input;
mod login;
mod logout;
mod oauth;
mod password;
mod people;
mod refresh;
mod register;
mod send_code;
mod tokens;
mod update;
mod users;
mod values;

use crate::registration::Registration;

pub(crate) use auth::Caller;
pub(crate) use conversations::MessageBody;
pub(super) use errors::say;
pub(crate) use errors::{Detail, Refusals};

const PREFIXES: [&str; 6] = [
    "/auth/",
    "/twofa/",
    "/users/",
    "/oauth/",
    "/conversations/",
    "/ws/chat/",
];
const ROUTES: [&str; 2] = ["/conversations", "/api/token/refresh"];

/// Whether this path is the dialect's.
pub(super) fn owns(path: &str) -> bool {
    super::is_one_of(path, &ROUTES) || PREFIXES.iter().any(|prefix| path.starts_with(prefix))
}

pub(super) fn configure(config: &mut Registration<'_>) {
    config
        .service(register::social_register)
        .service(send_code::social_send_code)
        .service(login::social_login)
        .service(logout::social_logout)
        .service(refresh::social_refresh)
        .service(password::social_change_password)
        .service(update::social_update)
        .service(users::social_user_list)
        .service(users::social_friend_list)
        .service(users::social_add_friend)
        .service(users::social_remove_friend)
        .service(oauth::social_authorize)
        .service(oauth::social_callback)
        .service(conversations::social_start)
        .service(conversations::social_conversations)
        .service(conversations::social_conversation)
        .service(chat::social_chat);
}
