//! `POST /v1/decide` and `POST /v1/preview`: who sees what, for one customer or for many.
//!
//! Several requests are decided side by side, each by itself; one that is not understood has a problem in the place of its
//! answer. All of them are computed by the same bundle.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{answer, naming};
use crate::serve::ask::{self, Asking, Asks, For};
use crate::serve::bundles::Active;
use crate::serve::problem::Problem;
use crate::serve::trace::{self, Trace};
use crate::serve::{Service, body};

/// So many of one request are decided at the same time: enough that they share what they write, few enough that others
/// get their turn.
const SIDE_BY_SIDE: usize = 16;

pub(super) async fn decide(service: State<Arc<Service>>, request: Request<Body>) -> Result<Response, Problem> {
    all(&service, request, For::Good).await
}

pub(super) async fn preview(service: State<Arc<Service>>, request: Request<Body>) -> Result<Response, Problem> {
    all(&service, request, For::Preview).await
}

async fn all(service: &Arc<Service>, request: Request<Body>, what: For) -> Result<Response, Problem> {
    let trace = trace::of(&request);
    let bytes = body::read(&service.limits, request).await?;
    let active = service.bundles.active();
    match ask::body(&bytes, &service.limits)? {
        Asks::One(asking) => {
            let (said, names) = one(service, &active, asking, what, trace)?.await?;
            Ok(naming(answer(said, &active), &names))
        }
        Asks::Many(requests) => {
            let mut answers = vec![Value::Null; requests.len()];
            let mut running: JoinSet<(usize, Result<Value, Problem>)> = JoinSet::new();
            for (at, raw) in requests.into_iter().enumerate() {
                if running.len() >= SIDE_BY_SIDE {
                    take(running.join_next().await, &mut answers)?;
                }
                match ask::one(raw).and_then(|asking| one(service, &active, asking, what, trace.clone())) {
                    Ok(answer) => drop(running.spawn(async move { (at, answer.await.map(|(said, _)| said)) })),
                    Err(problem) => put(&mut answers, at, Err(problem)),
                }
            }
            while let Some(done) = running.join_next().await {
                take(Some(done), &mut answers)?;
            }
            Ok(answer(json!({ "answers": answers }), &active))
        }
    }
}

type Done = Result<(usize, Result<Value, Problem>), tokio::task::JoinError>;

fn take(done: Option<Done>, answers: &mut [Value]) -> Result<(), Problem> {
    let (at, answer) = done.transpose().map_err(|_| Problem::broke_off())?.ok_or_else(Problem::broke_off)?;
    put(answers, at, answer);
    Ok(())
}

fn put(answers: &mut [Value], at: usize, answer: Result<Value, Problem>) {
    if let Some(place) = answers.get_mut(at) {
        *place = answer.unwrap_or_else(|problem| json!({ "problem": problem.machine() }));
    }
}

/// What is said, and the names of the decisions in it.
type Said = (Value, Vec<String>);

/// Understands a request at once, and decides it when it is waited for.
fn one(
    service: &Arc<Service>,
    active: &Arc<Active>,
    asking: Asking<'_>,
    what: For,
    trace: Option<Arc<Trace>>,
) -> Result<impl Future<Output = Result<Said, Problem>> + Send + use<>, Problem> {
    let asked = asking.understand(&active.engine, service.clock.now(), what)?;
    let (service, active) = (Arc::clone(service), Arc::clone(active));
    Ok(async move {
        let answered = match what {
            For::Good => service.decide(&active, asked, trace).await?,
            For::Preview | For::Why => service.preview(&active, asked).await?,
        };
        let rules = active.engine.rules();
        Ok((answered.machine(rules), answered.names(rules)))
    })
}
