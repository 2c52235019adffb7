//! The application: its routes and its middleware.

use std::convert::Infallible;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, web};
use utoipa::openapi::OpenApi;

use crate::limits::{Limits, share};
use crate::live::have_all_checked;
use crate::middleware::{
    catch_panics, close_used_up, enforce_deadline, frame, head_as_get, override_method,
    take_both_slashes,
};
use crate::openapi::{self, DocumentText};
use crate::readiness::Draining;
use crate::registration::{Registration, RouteList};
use crate::routes::{RouteTable, no_route};
use crate::{
    Dialects, Services, Settings, dialects, docs, health, media, v1, web as client, well_known,
};

/// What all workers share. Cloning is cheap.
#[derive(Clone)]
pub struct AppState {
    services: web::Data<Services>,
    settings: web::Data<Settings>,
    limits: web::Data<Limits>,
    routes: web::Data<RouteTable>,
    document: web::Data<DocumentText>,
    pub(crate) draining: Draining,
}

impl AppState {
    /// The state around the finished services.
    #[must_use]
    pub fn new(services: Services, settings: Settings) -> Self {
        services.hub.fit_into(settings.max_connections);
        Self {
            services: web::Data::new(services),
            limits: web::Data::new(Limits::new(
                settings.limits,
                settings.shares_rates,
                &settings.rate_clock,
            )),
            routes: web::Data::new(route_table(&settings)),
            document: web::Data::new(DocumentText::of(settings.dialects)),
            settings: web::Data::new(settings),
            draining: Draining::default(),
        }
    }

    pub(crate) fn max_connections(&self) -> usize {
        self.settings.max_connections
    }

    /// Tells other instances who spends much here, and hears what they tell. Runs until it is dropped; does nothing if
    /// there can be no others.
    pub(crate) async fn share_rates(&self) -> Infallible {
        share(&self.limits, &self.services.shared_rates).await
    }

    /// Has those who stay connected look whether they may. Runs until it is dropped.
    pub(crate) async fn have_all_checked(&self) -> Infallible {
        have_all_checked(&self.services).await
    }
}

/// Every route of the API. A new folder of routes adds one line.
fn routes(dialects: Dialects) -> impl FnOnce(&mut Registration<'_>) {
    move |config| {
        config
            .configure(v1::configure)
            .configure(health::configure)
            .configure(well_known::configure)
            .configure(dialects::configure(dialects))
            .configure(openapi::configure);
        if dialects.social || dialects.mailbox {
            config.configure(media::configure);
        }
    }
}

/// The description of every route of the API.
pub(crate) fn collect_document(dialects: Dialects) -> OpenApi {
    let mut document = openapi::frame_of_document();
    routes(dialects)(&mut Registration::Describe("", &mut document));
    openapi::name_twins(&mut document);
    document
}

fn route_table(settings: &Settings) -> RouteTable {
    let dialects = settings.dialects;
    let list = move || {
        let mut list = RouteList::new();
        routes(dialects)(&mut Registration::List("", &mut list));
        list
    };
    let web: &[&str] = if settings.web.is_some() {
        &client::PAGES
    } else {
        &[]
    };
    RouteTable::new(list, [&docs::PAGES, web].concat())
}

/// The whole application, as each worker makes it.
pub fn app(state: &AppState) -> App<impl Framed + use<>> {
    let dialects = state.settings.dialects;
    let app = App::new()
        .configure(|config| routes(dialects)(&mut Registration::Serve(config)))
        .configure(docs::configure);
    let app = match &state.settings.web {
        Some(web) => app.configure(client::configure(web.clone())),
        None => app,
    };
    framed(app, state)
}

/// Puts everything around the routes of `app`.
pub(crate) fn framed<T: Framed>(app: App<T>, state: &AppState) -> App<impl Framed + use<T>> {
    app.app_data(state.services.clone())
        .app_data(state.settings.clone())
        .app_data(state.limits.clone())
        .app_data(web::Data::new(state.draining.clone()))
        .app_data(state.routes.clone())
        .app_data(state.document.clone())
        .default_service(web::to(no_route))
        // The last one named is the outermost.
        .wrap_fn(take_both_slashes)
        .wrap_fn(head_as_get)
        .wrap_fn(override_method)
        .wrap_fn(catch_panics)
        .wrap_fn(enforce_deadline)
        .wrap_fn(close_used_up)
        .wrap(from_fn(frame))
}

/// What actix makes a worker's service of.
pub trait Framed:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + 'static
{
}

impl<T> Framed for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        > + 'static
{
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::introspection::{IntrospectionNode, IntrospectionTree};
    use actix_web::test::{TestRequest, call_and_read_body_json, init_service};
    use sealpost_domain::ports::StoreError;

    use super::*;
    use crate::testing::state_with_failing_store;

    type Routes = BTreeSet<(String, String)>;

    /// The routes that have a method guard, as actix itself knows them.
    fn collect(node: &IntrospectionNode, routes: &mut Routes) {
        for method in &node.methods {
            routes.insert((method.to_string(), node.full_path.clone()));
        }
        for child in &node.children {
            collect(child, routes);
        }
    }

    async fn dump(tree: web::Data<IntrospectionTree>) -> web::Json<Routes> {
        let mut routes = Routes::new();
        collect(&tree.root, &mut routes);
        web::Json(routes)
    }

    #[actix_web::test]
    async fn the_router_and_the_document_have_the_same_routes() {
        let state = state_with_failing_store(|| StoreError::Full);
        let service = init_service(app(&state).route("/test-dump", web::get().to(dump))).await;
        let request = TestRequest::get().uri("/test-dump").to_request();
        let mut routed: Routes = call_and_read_body_json(&service, request).await;
        assert!(routed.remove(&("GET".to_owned(), "/test-dump".to_owned())));
        for page in docs::PAGES {
            assert!(
                routed.remove(&("GET".to_owned(), page.to_owned())),
                "{page}"
            );
        }
        assert_eq!(routed, documented());
        assert_eq!(routed, listed());
    }

    fn listed() -> Routes {
        let mut list = RouteList::new();
        routes(Dialects::default())(&mut Registration::List("", &mut list));
        let methods = list.into_iter().flat_map(|(path, methods)| {
            let names = methods.into_iter().map(|method| {
                let name = serde_json::to_value(method).unwrap();
                name.as_str().unwrap().to_uppercase()
            });
            names
                .map(move |name| (name, path.clone()))
                .collect::<Vec<_>>()
        });
        methods.collect()
    }

    fn documented() -> Routes {
        let document = collect_document(Dialects::default());
        let document = serde_json::to_value(document).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        });
        operations.collect()
    }
}
