//! Several fields can be wrong at once; the caller hears of all of them.

use std::borrow::Cow;
use std::error::Error;

use actix_web::http::StatusCode;
use sealpost_domain::DomainError;
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;

/// One field that is at fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is in the body: a JSON Pointer (RFC 6901).
    #[schema(value_type = String, example = "/password")]
    pub(crate) pointer: Cow<'static, str>,
    /// What is wrong with it.
    #[schema(value_type = String, example = "a password has 8 to 128 characters")]
    pub(crate) detail: Cow<'static, str>,
    /// A stable slug.
    #[schema(value_type = String, example = "invalid-password")]
    pub(crate) code: &'static str,
}

impl FieldError {
    /// The field at `pointer` is at fault.
    pub fn new(
        pointer: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
        code: &'static str,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
            code,
        }
    }

    /// The top-level field that a failure of the domain names, or an element of it.
    pub(super) fn named(field: &str, error: &dyn DomainError) -> Self {
        let element = error.index().map(|index| format!("/{index}"));
        let pointer = format!("/{field}{}", element.unwrap_or_default());
        Self::new(pointer, error.to_string(), error.code())
    }
}

/// Collects what is wrong while a body's texts become values of the domain.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub(super) fn one(field: &str, error: &dyn DomainError) -> Self {
        Self(vec![FieldError::named(field, error)])
    }

    /// The value, or None after noting what is wrong with `field`.
    pub fn check<T, E: DomainError>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed
            .map_err(|error| self.0.push(FieldError::named(field, &error)))
            .ok()
    }

    /// The same for a value whose type has no code of its own.
    pub fn check_as<T, E: Error>(
        &mut self,
        field: &str,
        code: &'static str,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed
            .map_err(|error| {
                let error = FieldError::new(format!("/{field}"), error.to_string(), code);
                self.0.push(error);
            })
            .ok()
    }

    /// The same for a body that has no fields.
    pub fn check_whole<T, E: Error>(
        &mut self,
        code: &'static str,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed
            .map_err(|error| self.0.push(FieldError::new("", error.to_string(), code)))
            .ok()
    }

    /// Notes what is wrong with several fields together.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it as one answer.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-fields",
            "the request breaks a rule; see errors",
        )
        .with_errors(self.0)
    }
}
