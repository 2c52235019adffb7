use sealpost_domain::factors::{FactorSet, RecoveryCodes};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::openapi::{Responses, problems};
use crate::wire::WireTime;

/// Which second factors are on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Factors)]
pub(super) struct FactorsBody {
    /// Since when a login wants a code of an authenticator app; null if it does not.
    #[schema(required, value_type = Option<String>, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    totp: Option<WireTime>,
    /// Since when a login wants a code that is mailed; null if it does not. It is a second step rather than a factor:
    /// whoever reads the mail can reset the password too.
    #[schema(required, value_type = Option<String>, format = "date-time", example = json!(null))]
    email_code: Option<WireTime>,
    /// How many recovery codes are left.
    #[schema(example = 10)]
    recovery_codes: u32,
}

impl From<FactorSet> for FactorsBody {
    fn from(set: FactorSet) -> Self {
        Self {
            totp: set.totp.map(WireTime),
            email_code: set.email_code.map(WireTime),
            recovery_codes: set.recovery_codes,
        }
    }
}

/// Codes that stand in for any other factor, once each. They can be seen this once only.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub(super) struct RecoveryCodesBody {
    /// Ten codes, or none if the account had some already.
    #[schema(example = json!(["7K3M-9QXA-0B2C-4D5E"]))]
    recovery_codes: Vec<String>,
}

impl From<Option<RecoveryCodes>> for RecoveryCodesBody {
    fn from(codes: Option<RecoveryCodes>) -> Self {
        Self {
            recovery_codes: codes.map(|codes| codes.shown()).unwrap_or_default(),
        }
    }
}

/// What the routes that change a factor refuse.
pub(super) struct ChangeProblems;

impl IntoResponses for ChangeProblems {
    fn responses() -> Responses {
        problems(&[
            (
                401,
                "insufficient-user-authentication",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`, `account-gone`; \
                 `insufficient-user-authentication`: the login is too old, and `WWW-Authenticate` says how old it may be \
                 (RFC 9470)",
            ),
            (
                409,
                "factor-already-on",
                "`factor-already-on`, `no-second-factor`, `email-not-verified`",
            ),
        ])
    }
}
