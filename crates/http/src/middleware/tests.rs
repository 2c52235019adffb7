//! Answers that no healthy server gives.

use std::time::Duration;

use actix_web::http::header;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, body, web};
use sealpost_domain::ports::StoreError;
use serde_json::{Value, json};

use crate::app::{app, framed};
use crate::testing::state_with_failing_store;

/// The response of `$app` to `$request`, also when the middleware gives it as an error (the server makes one of it).
macro_rules! answer {
    ($app:expr, $request:expr) => {{
        let service = init_service($app).await;
        match try_call_service(&service, $request.to_request()).await {
            Ok(response) => response.into_parts().1,
            Err(error) => error.error_response(),
        }
    }};
}

async fn read(response: HttpResponse) -> Value {
    serde_json::from_slice(&body::to_bytes(response.into_body()).await.unwrap()).unwrap()
}

fn header_of<'a>(response: &'a HttpResponse, name: &str) -> &'a str {
    response.headers().get(name).unwrap().to_str().unwrap()
}

fn full_store() -> StoreError {
    StoreError::Full
}

async fn panics() -> HttpResponse {
    panic!("CANARY")
}

async fn sleeps() -> HttpResponse {
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    HttpResponse::Ok().finish()
}

#[actix_web::test]
async fn a_panic_is_a_500_with_a_request_id() {
    let state = state_with_failing_store(full_store);
    let routes = App::new().route("/panic", web::get().to(panics));
    let app = framed(routes, &state);
    let response = answer!(
        app,
        TestRequest::get()
            .uri("/panic")
            .insert_header(("x-request-id", "r-1"))
    );
    assert_eq!(response.status(), 500);
    assert_eq!(header_of(&response, "x-request-id"), "r-1");
    assert_eq!(header_of(&response, "cache-control"), "no-store");
    assert_eq!(
        read(response).await,
        json!({
            "type": "urn:sealpost:problem:internal-error",
            "title": "Internal error",
            "status": 500,
            "detail": "the server failed; with the request id its operator can find out why",
            "code": "internal-error",
            "request_id": "r-1",
        })
    );
}

#[actix_web::test]
async fn a_handler_that_takes_too_long_is_given_up() {
    let state = state_with_failing_store(full_store);
    let routes = App::new().route("/sleep", web::get().to(sleeps));
    let app = framed(routes, &state);
    tokio::time::pause();
    let response = answer!(app, TestRequest::get().uri("/sleep"));
    assert_eq!(response.status(), 503);
    assert_eq!(header_of(&response, "retry-after"), "2");
    assert_eq!(read(response).await["code"], "deadline-exceeded");
}

#[actix_web::test]
async fn a_failure_of_the_store_has_its_own_status() {
    type Case = (fn() -> StoreError, u16, &'static str, Option<&'static str>);
    let cases: [Case; 5] = [
        (
            || StoreError::Unavailable(None),
            503,
            "store-unavailable",
            Some("2"),
        ),
        (
            || StoreError::Overloaded {
                retry_after: Duration::from_millis(1_200),
            },
            503,
            "overloaded",
            Some("2"),
        ),
        (full_store, 507, "storage-full", None),
        (
            || StoreError::Internal("CANARY".into()),
            500,
            "internal-error",
            None,
        ),
        (
            || StoreError::Corrupt {
                table: "CANARY",
                column: "c",
            },
            500,
            "internal-error",
            None,
        ),
    ];
    for (failure, status, code, retry_after) in cases {
        let state = state_with_failing_store(failure);
        let request = TestRequest::post()
            .uri("/v1/accounts")
            .set_json(json!({"username": "alice", "password": "correct horse"}));
        let response = answer!(app(&state), request);
        assert_eq!(response.status(), status, "{code}");
        let retry = response
            .headers()
            .get(header::RETRY_AFTER)
            .map(|value| value.to_str().unwrap());
        assert_eq!(retry, retry_after, "{code}");
        let problem = read(response).await;
        assert_eq!(problem["code"], code);
        assert!(!problem.to_string().contains("CANARY"));
    }
}

#[actix_web::test]
async fn a_server_without_its_store_lives_and_is_not_ready() {
    let state = state_with_failing_store(full_store);
    assert_eq!(
        answer!(app(&state), TestRequest::get().uri("/livez")).status(),
        200
    );
    let response = answer!(app(&state), TestRequest::get().uri("/readyz"));
    assert_eq!(response.status(), 503);
    let problem = read(response).await;
    assert_eq!(problem["code"], "not-ready");
    assert_eq!(problem["detail"], "not working: store");
}
