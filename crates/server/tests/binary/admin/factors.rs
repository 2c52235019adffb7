//! Somebody who has lost their second factors.

use sealpost_crypto::{HmacHotp, SystemClock};
use sealpost_domain::Secret;
use sealpost_domain::ports::{Clock as _, Hotp as _};
use serde_json::{Value, json};

use super::{PASSWORD, log_in, me};
use crate::support::{Server, Site, databases, http_client};

/// The bytes of a secret in base32 (RFC 4648, section 6).
fn bytes(base32: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits: Vec<usize> = base32
        .chars()
        .map(|letter| letters.find(letter).unwrap())
        .collect();
    let bit = |at: usize| digits[at / 5] >> (4 - at % 5) & 1;
    (0..digits.len() * 5 / 8)
        .map(|byte| {
            (0..8).fold(0, |value, at| {
                value << 1 | u8::try_from(bit(byte * 8 + at)).unwrap()
            })
        })
        .collect()
}

async fn post_as(server: &Server, session: &Value, path: &str, body: &Value) -> Value {
    let token = session["access_token"].as_str().unwrap();
    let request = http_client().post(server.url(path)).bearer_auth(token);
    let answer = request.json(body).send().await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
    answer.json().await.unwrap()
}

/// Switches an authenticator app on; the code that is good next.
pub(crate) async fn switch_on_totp(server: &Server, session: &Value) -> String {
    let begun = post_as(server, session, "/v1/me/factors/totp", &json!({})).await;
    let secret = Secret::new(bytes(begun["secret"].as_str().unwrap()));
    let step = SystemClock.now().as_millis() / 30_000;
    let code = |step| format!("{:06}", HmacHotp.password(&secret, step));
    let path = "/v1/me/factors/totp/confirm";
    post_as(server, session, path, &json!({"code": code(step)})).await;
    code(step + 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_switches_off_what_was_lost() {
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        site.create("alice");
        let (_, session) = log_in(&server, "alice", PASSWORD).await;
        switch_on_totp(&server, &session).await;
        let (status, told) = log_in(&server, "alice", PASSWORD).await;
        assert_eq!(
            (status, &told["code"]),
            (401, &json!("second-factor-required"))
        );
        let shown = site.json(&["user", "show", "alice"]);
        assert_eq!(shown["second_factors"], json!(["totp", "recovery-code"]));

        let reset = site.json(&["user", "reset-factors", "alice"]);
        assert_eq!(
            (&reset["factors_reset"], &reset["username"]),
            (&json!(true), &json!("alice"))
        );
        let (status, session) = log_in(&server, "alice", PASSWORD).await;
        assert_eq!(status, 201);
        assert_eq!(me(&server, &session).await, 200);
        let again = site.json(&["user", "reset-factors", "alice"]);
        assert_eq!(again["factors_reset"], false);
    }
}
