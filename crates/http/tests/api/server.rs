use serde_json::json;

use crate::support::TestServer;

#[test]
fn a_stranger_learns_what_the_server_allows() {
    let server = TestServer::start();
    let answer = server.get("/v1/server");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({
            "name": "sealpost",
            "version": "9.9.9",
            "public_url": "http://sealpost.test",
            "features": {"registration": true},
            "identity_providers": [
                {"id": "corp", "display_name": "Example Corp"},
                {"id": "other", "display_name": "Another One"},
            ],
            "features": {"human_check": "off", "registration": true, "registration_policy": "open"},
            "limits": {
                "json_bytes": 262_144,
                "auth_json_bytes": 65_536,
                "request_seconds": 10,
                "access_token_seconds": 600,
                "session_seconds": 2_592_000,
                "message_bytes": 65_536,
                "messages_per_minute": 300,
                "messages_at_once": 300,
                "sockets": 20,
                "socket_frame_bytes": 65_536,
                "socket_message_bytes": 262_144,
                "file_bytes": 3_145_728,
                "account_storage_bytes": 1_073_741_824,
                "total_storage_bytes": null,
                "username_characters": 32,
                "password_characters_min": 8,
                "password_characters_max": 128,
                "email_bytes": 254,
            },
        })
    );
}

#[test]
fn the_signing_key_is_published() {
    let server = TestServer::start();
    let answer = server.get("/.well-known/jwks.json");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let key = &server.signer.public_keys()[0];
    let mut set = answer.json();
    assert_eq!(set["keys"][0]["x"].take().as_str().unwrap().len(), 43);
    assert_eq!(
        set,
        json!({"keys": [{
            "kty": "OKP", "crv": "Ed25519", "x": null, "kid": key.kid, "use": "sig", "alg": "EdDSA",
        }]})
    );
}
