use std::future::Future;
use std::pin::pin;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use sealpost_domain::accounts::AccountId;
use sealpost_domain::idempotency::{ClaimKey, Claimed, Idempotency, IdempotencyKey};
use sealpost_domain::ports::Claim;
use tokio::time::{Instant, interval_at};
use tracing::Instrument as _;

use super::store::CLAIM;
use super::{answer, header as key_header};
use crate::Services;
use crate::extract::{Body, ClientAddress, known};
use crate::limits::{Counted, Limits};
use crate::problem::Problem;
use crate::settings::JSON_LIMIT;

/// What tells one upload from another: its bytes are not read twice.
const OF_AN_UPLOAD: [header::HeaderName; 3] = [
    header::CONTENT_LENGTH,
    header::HeaderName::from_static("content-digest"),
    header::HeaderName::from_static("wrapped-key"),
];

/// Lets a request with a body of JSON be repeated by who is logged in. Of anybody else nothing is read or noted: the handler
/// refuses them.
pub(crate) async fn idempotent(
    services: web::Data<Services>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = key_header::read(request.headers())?;
    match key.zip(known(request.request())) {
        Some((key, actor)) => run_json(services, Some(actor.account()), key, request, next).await,
        None => next.call(request).await,
    }
}

/// The same where nobody is logged in yet.
pub(crate) async fn idempotent_for_strangers(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match key_header::read(request.headers())? {
        Some(key) => {
            // Before anything is written for them.
            let address = request.extract::<ClientAddress>().await?;
            limits.count(Counted::KeyedRegistration, address.limit_key())?;
            run_json(services, None, key, request, next).await
        }
        None => next.call(request).await,
    }
}

/// Lets an upload be repeated. A repeat is known by its length, and by its `Content-Digest` (RFC 9530) if it has one.
pub(crate) async fn idempotent_upload(
    services: web::Data<Services>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = key_header::read(request.headers())?;
    let Some((key, actor)) = key.zip(known(request.request())) else {
        return next.call(request).await;
    };
    let of = ClaimKey {
        account: Some(actor.account()),
        key,
        request: fingerprint(request.request(), &OF_AN_UPLOAD, &[]),
    };
    run_once(services, of, request, next).await
}

async fn run_json(
    services: web::Data<Services>,
    account: Option<AccountId>,
    key: IdempotencyKey,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Body(body) = request.extract::<Body<JSON_LIMIT>>().await?;
    let of = ClaimKey {
        account,
        key,
        request: fingerprint(request.request(), &[], &body),
    };
    request.set_payload(Payload::from(body));
    run_once(services, of, request, next).await
}

/// Runs on its own: a client that goes away stops nothing, and finds the answer when it comes back.
async fn run_once(
    services: web::Data<Services>,
    of: ClaimKey,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let run = claim_and_carry_out(services, of, request, next).in_current_span();
    actix_web::rt::spawn(run).await.map_err(|_| {
        tracing::error!("a handler panicked");
        Problem::internal()
    })?
}

async fn claim_and_carry_out(
    services: web::Data<Services>,
    of: ClaimKey,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let claimed = services.idempotency.claim(of).await;
    match claimed.map_err(Problem::from)? {
        Claimed::Now(claim) => carry_out(services, claim, next.call(request)).await,
        Claimed::Before(kept) => {
            let (request, _) = request.into_parts();
            Ok(answer::replay(request, &kept)?)
        }
    }
}

/// Everything that makes it this request.
fn fingerprint(request: &HttpRequest, of_headers: &[header::HeaderName], body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128 + body.len());
    let mut add = |part: &[u8]| {
        // Lossless: no platform has a usize of more than 64 bits.
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(part);
    };
    add(request.method().as_str().as_bytes());
    add(request.uri().path().as_bytes());
    add(request.query_string().as_bytes());
    for name in [header::CONTENT_TYPE].iter().chain(of_headers) {
        let value = request.headers().get(name);
        add(value.map_or(&[][..], |value| value.as_bytes()));
    }
    add(body);
    bytes
}

/// Runs the handler under the claim, says meanwhile that it runs, and ends the claim.
async fn carry_out(
    services: web::Data<Services>,
    claim: Claim,
    handler: impl Future<Output = Result<ServiceResponse<BoxBody>, Error>>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let idempotency = &services.idempotency;
    let mut handler = pin!(CLAIM.scope(claim, handler));
    let first = Instant::now() + Idempotency::RENEW_EVERY;
    let mut ticks = interval_at(first, Idempotency::RENEW_EVERY);
    let answered = loop {
        tokio::select! {
            answered = &mut handler => break answered,
            _ = ticks.tick() => {
                if let Err(error) = idempotency.renew(claim).await {
                    tracing::warn!(%error, "cannot note that a request with an idempotency key still runs");
                }
            }
        }
    };
    let (outcome, ended) = match answered {
        Ok(answer) if answer.status().is_success() => match answer::record(answer).await {
            Ok((answer, Some(kept))) => (Ok(answer), idempotency.keep(claim, &kept).await),
            Ok((answer, None)) => (Ok(answer), idempotency.abandon(claim).await),
            Err(problem) => (Err(problem.into()), idempotency.abandon(claim).await),
        },
        Ok(answer) if answer.status().is_server_error() => {
            (Ok(answer), idempotency.abandon(claim).await)
        }
        Ok(refusal) => (Ok(refusal), idempotency.release(claim).await),
        Err(error) => (Err(error), idempotency.abandon(claim).await),
    };
    if let Err(error) = ended {
        tracing::warn!(%error, "cannot note how a request with an idempotency key ended");
    }
    outcome
}
