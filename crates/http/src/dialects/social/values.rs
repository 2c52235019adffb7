//! What the dialect's document demands of new values, beyond the rules for all accounts.

use sealpost_domain::accounts::Password;

use super::input;
use crate::problem::FieldErrors;

/// A new password, typed twice under these names; None after noting what is wrong with it. That it is none which
/// everybody tries first is settled where it is set.
pub(super) fn new_password(
    input: &mut input::Input,
    (first, second): (&str, &str),
    mismatch: &str,
    errors: &mut FieldErrors,
) -> Option<Password> {
    let typed = input.required(first, errors);
    let again = input.required(second, errors);
    let (typed, again) = typed.zip(again)?;
    let text = typed.expose();
    let mut right = true;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let rule = "This password is entirely numeric.";
        errors.push(input::of(first, "invalid-password", rule));
        right = false;
    }
    let password = errors.check(first, Password::parse(text));
    if text != again.expose() {
        let rule = "The two password fields didn't match.";
        errors.push(input::of(mismatch, "password-mismatch", rule));
        right = false;
    }
    password.filter(|_| right)
}
