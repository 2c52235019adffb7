//! What all sockets share.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::limits::Limits;
use crate::problem::Problem;
use crate::readiness::Draining;
use crate::settings::SocketTimes;
use crate::{Services, Settings};

/// What stands around every socket.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) services: web::Data<Services>,
    pub(crate) limits: web::Data<Limits>,
    pub(crate) times: SocketTimes,
    pub(crate) draining: Draining,
}

impl Around {
    fn of(request: &HttpRequest) -> Option<Self> {
        Some(Self {
            services: request.app_data::<web::Data<Services>>()?.clone(),
            limits: request.app_data::<web::Data<Limits>>()?.clone(),
            times: request.app_data::<web::Data<Settings>>()?.sockets,
            draining: request.app_data::<web::Data<Draining>>()?.get_ref().clone(),
        })
    }
}

impl FromRequest for Around {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or_else(Problem::internal))
    }
}
