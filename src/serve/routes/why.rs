//! `POST /v1/why`: why one customer sees what they see, and why not something else.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;

use super::answer;
use crate::serve::ask::{self, Asks, For};
use crate::serve::problem::Problem;
use crate::serve::{Service, body};

pub(super) async fn why(State(service): State<Arc<Service>>, request: Request<Body>) -> Result<Response, Problem> {
    let bytes = body::read(&service.limits, request).await?;
    let active = service.bundles.active();
    let asking = match ask::body(&bytes, &service.limits)? {
        Asks::One(asking) => asking,
        Asks::Many(_) => {
            return Err(Problem::bad("one customer is explained at a time").help("ask once for each of them"));
        }
    };
    let asked = asking.understand(&active.engine, service.clock.now(), For::Why)?;
    let explained = service.explain(&active, asked).await?;
    Ok(answer(explained.machine(active.engine.rules()), &active))
}
