//! Whether the process lives, and whether it can work. For orchestrators and load balancers; neither needs a login.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{get, web};
use futures_util::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::{CommonProblems, OPERATIONS};
use crate::problem::{Problem, chain};
use crate::readiness::Draining;
use crate::registration::Registration;
use crate::settings::READINESS_TIMEOUT;
use crate::{ReadinessCheck, Services};

pub(crate) fn configure(config: &mut Registration<'_>) {
    config.service(livez).service(readyz);
}

/// The state of the server in a word.
#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
}

/// Whether the process lives
///
/// Answers as long as the event loop turns. It asks nothing of the database: restarting this process would not mend one.
#[utoipa::path(tag = OPERATIONS, security(()), responses((status = 200, body = Health), CommonProblems))]
#[get("/livez")]
async fn livez() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// Whether the server can work
///
/// 503 while a part it needs does not work, or once the server was told to stop.
#[utoipa::path(tag = OPERATIONS, security(()), responses((status = 200, body = Health), CommonProblems))]
#[get("/readyz")]
async fn readyz(
    services: web::Data<Services>,
    draining: web::Data<Draining>,
) -> Result<web::Json<Health>, Problem> {
    if draining.has_begun() {
        return Err(not_ready("the server is stopping".to_owned()));
    }
    let failed: Vec<_> = join_all(services.readiness.iter().map(failure))
        .await
        .into_iter()
        .flatten()
        .collect();
    if failed.is_empty() {
        Ok(web::Json(Health { status: "ready" }))
    } else {
        Err(not_ready(format!("not working: {}", failed.join(", "))))
    }
}

/// The part's name if it does not work.
async fn failure(part: &Arc<dyn ReadinessCheck>) -> Option<&'static str> {
    let name = part.name();
    match tokio::time::timeout(READINESS_TIMEOUT, part.check()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::warn!(part = name, error = %chain(&*error), "not ready");
            Some(name)
        }
        Err(_) => {
            tracing::warn!(part = name, "not ready: no answer in time");
            Some(name)
        }
    }
}

fn not_ready(detail: String) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail)
        .with_retry_after(Duration::from_secs(1))
}
