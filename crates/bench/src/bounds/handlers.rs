//! Bare actix handlers that answer as the server does, and do nothing that a server need not do.

use std::path::Path;
use std::sync::Arc;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use sealpost_crypto::{JwtSigner, SystemClock};
use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::{AccessClaims, Clock as _, TokenSigner as _};
use sealpost_domain::sessions::SessionId;
use sealpost_domain::{Secret, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::rows::{Row, bound_messages};
use crate::error::BenchError;
use crate::report::say;

type Connections = Pool<ConnectionManager<SqliteConnection>>;

const SET_UP: &str = "PRAGMA journal_mode = WAL; \
    CREATE TABLE bound_messages (id BLOB NOT NULL PRIMARY KEY, conversation_id BLOB NOT NULL, seq INTEGER NOT NULL, \
    body BLOB NOT NULL) STRICT;";
/// For how long a token is good.
const LIFETIME: std::time::Duration = std::time::Duration::from_secs(3600);

/// What a message comes in.
#[derive(Deserialize)]
struct Incoming {
    client_id: String,
    format: String,
    body: String,
}

#[derive(Clone)]
struct State {
    signer: Arc<JwtSigner>,
    connections: Connections,
}

/// Serves on a port of the system's choice until the process is killed.
pub(crate) fn serve() -> Result<(), BenchError> {
    let folder = tempfile::Builder::new()
        .prefix("sealpost-bench-")
        .tempdir()?;
    let signer = JwtSigner::new(&Secret::new([3; 32])).map_err(BenchError::bound)?;
    let state = State {
        signer: Arc::new(signer),
        connections: connections(&folder.path().join("bound.db"))?,
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(state.clone()))
            .route("/v1/sessions", web::post().to(log_in))
            .route("/v1/me", web::get().to(me))
            .route("/v1/conversations/{id}/messages", web::post().to(send))
    });
    let server = server.bind("127.0.0.1:0")?;
    for address in server.addrs() {
        say(&format!("listening on http://{address}"));
    }
    Ok(actix_web::rt::System::new().block_on(server.run())?)
}

fn connections(file: &Path) -> Result<Connections, BenchError> {
    let manager = ConnectionManager::<SqliteConnection>::new(file.to_string_lossy());
    let pool = Pool::builder().max_size(4).build(manager);
    let pool = pool.map_err(BenchError::bound)?;
    let mut conn = pool.get().map_err(BenchError::bound)?;
    conn.batch_execute(SET_UP).map_err(BenchError::bound)?;
    let inserted = diesel::insert_into(bound_messages::table)
        .values(Row::first(32))
        .execute(&mut conn);
    inserted.map_err(BenchError::bound)?;
    Ok(pool)
}

/// A token for everybody.
async fn log_in(state: web::Data<State>) -> HttpResponse {
    let now = SystemClock.now();
    let claims = AccessClaims {
        issuer: "http://localhost".to_owned(),
        audience: "bound".to_owned(),
        account: AccountId::from_bytes([1; 16]),
        username: None,
        token_id: None,
        session: SessionId::from_bytes([2; 16]),
        issued_at: now,
        expires_at: now + LIFETIME,
        authenticated_at: now,
    };
    match state.signer.sign(&claims) {
        Ok(token) => HttpResponse::Created().json(json!({
            "access_token": token,
            "refresh_token": "none",
            "expires_in": LIFETIME.as_secs(),
            "session_id": claims.session.to_string(),
        })),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Checks the token, hops once to a blocking thread, reads one row by its key.
async fn me(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let now = SystemClock.now();
    let token = request.headers().get(AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let claims = token.and_then(|token| state.signer.verify(token).ok());
    let Some(claims) = claims.filter(|claims| claims.expires_at > now) else {
        return HttpResponse::Unauthorized().finish();
    };
    let connections = state.connections.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "the hop that is measured: there is no store here to make it"
    )]
    let row = web::block(move || {
        let mut conn = connections.get().ok()?;
        let found: Option<Vec<u8>> = bound_messages::table
            .find(Row::first(0).id)
            .select(bound_messages::body)
            .first(&mut conn)
            .ok();
        found
    });
    match row.await {
        Ok(Some(body)) => HttpResponse::Ok().json(json!({
            "id": claims.account.to_string(),
            "username": String::from_utf8_lossy(&body),
            "email": null,
            "created_at": claims.issued_at.to_string(),
        })),
        _ => HttpResponse::InternalServerError().finish(),
    }
}

/// Reads a message and answers as if it had been stored.
async fn send(place: web::Path<String>, message: web::Json<Incoming>) -> HttpResponse {
    let Incoming {
        client_id,
        format,
        body,
    } = message.into_inner();
    HttpResponse::Created().json(json!({
        "id": AccountId::from_bytes([4; 16]).to_string(),
        "conversation_id": place.into_inner(),
        "seq": format.len() + body.len(),
        "client_id": client_id,
        "created_at": Timestamp::from_micros(0).to_string(),
        "expires_at": null,
    }))
}
