//! `/livez`, `/readyz`, `/healthz`, `/version`: for whoever decides where requests go.
//!
//! Ready is who has a bundle that was verified and tried, and takes requests. A service without one does not listen, so it
//! is not ready only while it ends. A store that fails makes nobody unready: the rules say what is decided then.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::json;
use crate::bundle::{EDITION, FORMAT_VERSION};
use crate::serve::Service;

pub(super) async fn live() -> Response {
    json(&json!({ "status": "live" }))
}

pub(super) async fn ready(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Response {
    let is_ready = !service.is_ending();
    let status = if is_ready { "ready" } else { "ending" };
    let mut response = if query.is_some_and(|query| query.split('&').any(|word| word.starts_with("verbose"))) {
        let active = service.bundles.active();
        let state = match (&service.store, service.is_without_state.load(std::sync::atomic::Ordering::Relaxed)) {
            (None, _) => "none",
            (Some(_), true) => "fails",
            (Some(_), false) => "answers",
        };
        json(&json!({
            "status": status,
            "bundle": active.name(),
            "state": state,
            "reload": service.bundles.failure().map_or("good", |_| "failed"),
        }))
    } else {
        json(&json!({ "status": status }))
    };
    if !is_ready {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

pub(super) async fn version() -> Response {
    json(&json!({
        "name": "cater",
        "version": env!("CARGO_PKG_VERSION"),
        "edition": EDITION,
        "bundle_format": FORMAT_VERSION,
        "zones": crate::value::zone_data_version(),
    }))
}
