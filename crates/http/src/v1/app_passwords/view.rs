use sealpost_domain::app_passwords::{AppPassword, CreatedAppPassword};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::WireTime;

/// An app password as its owner sees it later: without the password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppPassword)]
pub(crate) struct AppPasswordBody {
    /// Names it.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// What its owner calls it.
    #[schema(example = "backup script")]
    name: String,
    /// The dialect that it opens.
    #[schema(value_type = String, example = "vault")]
    dialect: &'static str,
    /// When it was made.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// When somebody last logged in with it; null if nobody has.
    #[schema(required, value_type = Option<String>, format = "date-time", example = json!(null))]
    last_used_at: Option<WireTime>,
}

impl From<&AppPassword> for AppPasswordBody {
    fn from(password: &AppPassword) -> Self {
        Self {
            id: password.id.to_string(),
            name: password.name.as_str().to_owned(),
            dialect: password.dialect.name(),
            created_at: WireTime(password.created_at),
            last_used_at: password.last_used_at.map(WireTime),
        }
    }
}

/// A new app password. It can be seen this once only.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedAppPassword)]
pub(super) struct CreatedAppPasswordBody {
    /// Names it.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
    /// What its owner calls it.
    #[schema(example = "backup script")]
    name: String,
    /// The dialect that it opens.
    #[schema(value_type = String, example = "vault")]
    dialect: &'static str,
    /// When it was made.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    created_at: WireTime,
    /// The password itself: `spa_` and 26 letters and digits, to be typed where the dialect wants the account's password.
    #[schema(example = "spa_3k7m…")]
    app_password: String,
}

impl From<&CreatedAppPassword> for CreatedAppPasswordBody {
    fn from(created: &CreatedAppPassword) -> Self {
        let AppPasswordBody {
            id,
            name,
            dialect,
            created_at,
            ..
        } = AppPasswordBody::from(&created.app_password);
        Self {
            id,
            name,
            dialect,
            created_at,
            app_password: created.text.expose().clone(),
        }
    }
}
