//! `/v1/bundles`, `/v1/reload`, `/metrics`: for whoever looks after the service.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::{answer, json};
use crate::serve::Service;
use crate::serve::bundles::Reloaded;
use crate::serve::problem::Problem;

pub(super) async fn bundles(State(service): State<Arc<Service>>) -> Response {
    json(&service.bundles.machine())
}

/// Puts to use what lies at the source now, and says what came of it.
pub(super) async fn reload(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let work = {
        let service = Arc::clone(&service);
        move || service.reload()
    };
    // Not in the lanes: it takes as long as it takes, and there is one at a time.
    let reloaded = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::broke_off())?;
    let active = service.bundles.active();
    match reloaded {
        Ok(reloaded) => Ok(answer(json!({ "changed": reloaded == Reloaded::Another }), &active)),
        Err(refused) => {
            let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refused.code, refused.message);
            problem.help = refused.help;
            Err(problem)
        }
    }
}

pub(super) async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let mut response = Response::new(Body::from(service.metrics.text()));
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
