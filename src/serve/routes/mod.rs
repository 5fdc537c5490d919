//! The routes, a resource a file, and before which of them a token is asked for.

mod admin;
mod codes;
mod decide;
mod events;
mod forget;
mod health;
mod ofrep;
mod switches;
mod why;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::Service;
use super::bundles::Active;
use super::guard::{Door, broken, counted, door, no_method, no_route};
use super::tokens::Scope;
use super::trace::{TRACE, traced};

/// Names the bundle that computed an answer.
const BUNDLE: HeaderName = HeaderName::from_static("cater-bundle");

/// Names the decisions of an answer, as a store and the log do.
const DECISIONS: HeaderName = HeaderName::from_static("cater-decision-id");

/// So many bytes of names stand in a header; proxies take some thousands in all.
const MOST_NAMES: usize = 2_000;

/// What whoever asks sees.
pub(super) fn public(service: &Arc<Service>) -> Router {
    let decide = Router::new().route("/v1/decide", post(decide::decide)).route("/v1/preview", post(decide::preview));
    let decide = behind(decide, service, Scope::Decide);
    let why = behind(Router::new().route("/v1/why", post(why::why)), service, Scope::Why);
    let events = behind(Router::new().route("/v1/events", post(events::events)), service, Scope::Events);
    let flags = Router::new()
        .route("/ofrep/v1/evaluate/flags", post(ofrep::all))
        .route("/ofrep/v1/evaluate/flags/{key}", post(ofrep::one));
    let flags = behind(flags, service, Scope::Decide).route_layer(from_fn(ofrep::shaped));
    let router = finish(open().merge(decide).merge(why).merge(events).merge(flags), service).layer(from_fn(traced));
    match cors(service) {
        Some(cors) => router.layer(cors),
        None => router,
    }
}

/// What whoever looks after it sees.
pub(super) fn private(service: &Arc<Service>) -> Router {
    let admin = Router::new()
        .route("/v1/bundles", get(admin::bundles))
        .route("/v1/switches", get(switches::list).post(switches::change))
        .route("/v1/reload", post(admin::reload))
        .route("/v1/forget", post(forget::forget));
    let admin = behind(admin, service, Scope::Admin);
    let metrics = behind(Router::new().route("/metrics", get(admin::metrics)), service, Scope::Metrics);
    finish(open().merge(admin).merge(metrics), service)
}

/// What is nobody's secret, and answered also where there is too much in hand.
fn open() -> Router<Arc<Service>> {
    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/healthz", get(health::ready))
        .route("/version", get(health::version))
        .route("/openapi.json", get(codes::document))
        .route("/v1/codes/{stage}/{name}", get(codes::page))
}

/// Which pages of others may ask, by what their browsers let them; nothing where none may.
fn cors(service: &Service) -> Option<CorsLayer> {
    let origins = &service.manners.origins;
    if origins.is_empty() {
        return None;
    }
    let allowed = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    let key = HeaderName::from_static("x-api-key");
    let layer = CorsLayer::new().allow_origin(allowed).allow_methods([Method::GET, Method::POST]);
    let [parent, state] = ["traceparent", "tracestate"].map(HeaderName::from_static);
    let layer = layer.allow_headers([AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, key, parent, state]);
    Some(layer.expose_headers([ETAG, RETRY_AFTER, BUNDLE, DECISIONS, TRACE]).max_age(Duration::from_secs(3_600)))
}

/// Routes that a token must open.
fn behind(router: Router<Arc<Service>>, service: &Arc<Service>, scope: Scope) -> Router<Arc<Service>> {
    router.route_layer(from_fn_with_state(Door { service: Arc::clone(service), scope }, door))
}

fn finish(router: Router<Arc<Service>>, service: &Arc<Service>) -> Router {
    router
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(broken))
        .layer(from_fn_with_state(Arc::clone(service), counted))
        .with_state(Arc::clone(service))
}

/// An object as JSON, which nobody keeps.
fn json(value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer with the bundle that computed it, in its object and in a header.
fn answer(mut value: Value, active: &Active) -> Response {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("bundle".to_owned(), active.name());
    }
    let mut response = json(&value);
    if let Ok(digest) = HeaderValue::from_str(&active.digest) {
        response.headers_mut().insert(BUNDLE, digest);
    }
    response
}

/// Names the decisions in a header, as many as go in.
fn naming(mut response: Response, names: &[String]) -> Response {
    let mut listed = String::new();
    for name in names {
        if listed.len() + name.len() + 2 > MOST_NAMES {
            break;
        }
        listed.push_str(if listed.is_empty() { "" } else { ", " });
        listed.push_str(name);
    }
    if let (false, Ok(listed)) = (listed.is_empty(), HeaderValue::from_str(&listed)) {
        response.headers_mut().insert(DECISIONS, listed);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_as_many_decisions_as_go_in() {
        let named = |names: &[String]| {
            let response = naming(json(&Value::Null), names);
            response.headers().get(DECISIONS).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(named(&[]), None);
        assert_eq!(named(&["1/home".to_owned(), "1/side".to_owned()]).as_deref(), Some("1/home, 1/side"));
        let many: Vec<String> = (0..1_000).map(|at| format!("17/slot_{at}")).collect();
        let listed = named(&many).unwrap();
        assert!(listed.len() <= MOST_NAMES && listed.len() > MOST_NAMES - 20);
        assert!(listed.split(", ").zip(&many).all(|(said, name)| said == name), "each whole: {listed}");
        assert_eq!(named(&["1/a\nb".to_owned()]), None, "what no header can hold is not in one");
    }
}
