//! Where a login comes from.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sealpost_domain::authentication::Origin;

use super::auth::known;
use super::{ClientAddress, UserAgent};
use crate::problem::Problem;

/// The address and the program a login comes from; and who sends it, if the request also carries the access token of a
/// session that is alive. A token that is not good counts as none: whoever logs in may well have an old one.
#[derive(Debug, Clone)]
pub struct LoginOrigin(pub Origin);

impl FromRequest for LoginOrigin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Ok(address) = ClientAddress::from_request(request, payload).into_inner();
        let Ok(UserAgent(client)) = UserAgent::from_request(request, payload).into_inner();
        ready(Ok(Self(Origin {
            address: address.limit_key(),
            client,
            known: known(request),
        })))
    }
}
