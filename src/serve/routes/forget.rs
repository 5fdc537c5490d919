//! `POST /v1/forget`: what the state keeps of somebody is removed, because they ask for it.
//!
//! ```json
//! { "customers": ["anna", "ben"] }
//! ```

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::json;
use crate::runtime::store::Key;
use crate::serve::ask::{at_once, parse, text};
use crate::serve::problem::Problem;
use crate::serve::{Notice, Service, body};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forget {
    customers: Vec<String>,
}

pub(super) async fn forget(State(service): State<Arc<Service>>, request: Request<Body>) -> Result<Response, Problem> {
    let bytes = body::read(&service.limits, request).await?;
    let Forget { customers } = parse(text(&bytes)?)?;
    at_once(customers.len(), &service.limits)?;
    let store = Arc::clone(service.store.as_ref().ok_or_else(Problem::no_state)?);
    let keys: Vec<Key> = customers.iter().cloned().map(Key::Customer).collect();
    // Not in the lanes: it may look at every request that is kept, and whoever decides must not wait for that.
    let forgotten = tokio::task::spawn_blocking(move || store.forget(&keys)).await.map_err(|_| Problem::broke_off())?;
    service.state_answered(forgotten.as_ref().err().map(|error| error.code()));
    let forgotten = forgotten.map_err(|error| Problem::state(error.code()))?;
    (service.ear)(&Notice::Forgot(forgotten.records.iter().filter(|was_known| **was_known).count()));
    let each = customers.iter().zip(&forgotten.records);
    let each: Vec<Value> = each.map(|(key, was_known)| json!({ "key": key, "was_known": was_known })).collect();
    Ok(json(&json!({ "forgotten": each, "requests": forgotten.requests })))
}
