//! What an operator's commands mean for whoever is logged in.

use serde_json::json;

use crate::support::{TestServer, access_token};

#[test]
fn disabling_an_account_ends_what_was_logged_in_to_it() {
    let server = TestServer::start();
    server.register("alice");
    let (one, other) = (server.open_session("alice"), server.open_session("alice"));
    server.disable("alice");
    for session in [&one, &other] {
        let refused = server.get_as(&access_token(session), "/v1/me");
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (401, &json!("session-ended"))
        );
        let token = json!({"refresh_token": session["refresh_token"]});
        let refused = server.post("/v1/sessions/refresh", &token.to_string());
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (401, &json!("invalid-refresh-token"))
        );
    }
}
