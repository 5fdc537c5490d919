//! `/ofrep/v1/evaluate/flags`: the service as a source of flags for clients of OpenFeature (OFREP 0.3).
//!
//! A flag is a slot, its value and variant the name of the offer that is shown there. One flag is decided for good, as by
//! `/v1/decide`, and its `decision.id` confirmed by `/v1/events`. All of them at once are a preview: nothing is reserved, and
//! they are decided as the slots of one request, in order. A slot that shows nothing has no value, so the caller's own
//! default holds. What cannot be said in flat metadata, `/v1/why` says.

mod context;
mod etag;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{json, naming};
use crate::diagnostics::codes::serve as codes;
use crate::frame::{By, Decision, Outcome};
use crate::model::{RuleSet, SlotId};
use crate::runtime::spelt;
use crate::serve::ask::{Asked, slot};
use crate::serve::bundles::Active;
use crate::serve::decide::Answered;
use crate::serve::problem::{Problem, Told};
use crate::serve::{Service, body, trace};
use crate::value::{Instant, show_instant};
use context::{Context, Unfit};

/// `POST /ofrep/v1/evaluate/flags/{key}`.
pub(super) async fn one(
    State(service): State<Arc<Service>>,
    Path(key): Path<String>,
    request: Request<Body>,
) -> Result<Response, Failed> {
    let trace = trace::of(&request);
    let bytes = body::read(&service.limits, request).await.map_err(|problem| Failed::of(&key, problem.into()))?;
    let active = service.bundles.active();
    let found = slot(&active.engine, &key).map_err(|problem| Failed {
        status: StatusCode::NOT_FOUND,
        ..Failed::of(&key, Unfit::new("FLAG_NOT_FOUND", said(&problem), problem.code))
    })?;
    let context = Context::read(&active.engine, &bytes, service.clock.now(), true);
    let context = context.and_then(|context| context.with_key(active.engine.rules(), found).map(|()| context));
    let context = context.map_err(|unfit| Failed::of(&key, unfit))?;
    let ignored = context.ignored.clone();
    let asked = context.asked(vec![found]);
    let answered = service.decide(&active, asked, trace).await.map_err(|problem| Failed::of(&key, problem.into()))?;
    let flag = answered.decisions.first().map(|decision| flag(&service, &active, decision, &answered, &ignored));
    Ok(naming(json(&flag.unwrap_or_default()), &answered.names(active.engine.rules())))
}

/// `POST /ofrep/v1/evaluate/flags`.
pub(super) async fn all(State(service): State<Arc<Service>>, request: Request<Body>) -> Result<Response, Failed> {
    let asked_before = request.headers().get_all(IF_NONE_MATCH).iter().cloned().collect::<Vec<_>>();
    let whole = |unfit: Unfit| Failed { key: None, ..Failed::of("", unfit) };
    let bytes = body::read(&service.limits, request).await.map_err(|problem| whole(problem.into()))?;
    let active = service.bundles.active();
    let rules = active.engine.rules();
    let context = Context::read(&active.engine, &bytes, service.clock.now(), false).map_err(whole)?;
    let (ignored, digest) = (context.ignored.clone(), context.digest);
    let mut flags: Vec<(String, Result<Option<Decision>, Value>)> = Vec::new();
    let mut slots: Vec<SlotId> = Vec::new();
    let names = context.flags.clone().unwrap_or_else(|| rules.slots.iter().map(|slot| slot.name.clone()).collect());
    for name in names {
        let found = slot(&active.engine, &name).map_err(|problem| (said(&problem), "FLAG_NOT_FOUND"));
        let fits = found.and_then(|found| match context.with_key(rules, found) {
            Ok(()) => Ok(found),
            Err(unfit) => Err((unfit.details, unfit.code)),
        });
        match fits {
            Ok(found) if slots.contains(&found) => {}
            Ok(found) => {
                slots.push(found);
                flags.push((name, Ok(None)));
            }
            Err((details, code)) => {
                let failure = json!({ "key": name, "errorCode": code, "errorDetails": details });
                flags.push((name, Err(failure)));
            }
        }
    }
    let answered = match slots.is_empty() {
        true => None,
        false => {
            let preview = service.preview(&active, context.asked(slots)).await;
            Some(preview.map_err(|problem| whole(problem.into()))?)
        }
    };
    let mut decided = answered.iter().flat_map(|answered| &answered.decisions);
    let flags = flags.into_iter().map(|(_, place)| match (place, &answered) {
        (Err(failure), _) => failure,
        (Ok(_), Some(answered)) => {
            let next = decided.next();
            next.map(|decision| flag(&service, &active, decision, answered, &ignored)).unwrap_or_default()
        }
        (Ok(_), None) => Value::Null,
    });
    let flags: Vec<Value> = flags.collect();
    let body = json!({ "flags": flags, "metadata": about(&active) }).to_string();
    let tag = etag::of(&active.digest, &digest, &body);
    Ok(etag::response(&tag, &asked_before, body))
}

/// One flag, evaluated.
fn flag(service: &Service, active: &Active, decision: &Decision, answered: &Answered, ignored: &[String]) -> Value {
    let rules = active.engine.rules();
    let (shows, by, rule) = spelt::words(rules, decision);
    let mut object = Map::new();
    object.insert("key".to_owned(), json!(rules[decision.slot].name));
    if let Some(offer) = shows {
        object.insert("value".to_owned(), json!(offer));
        object.insert("variant".to_owned(), json!(offer));
    }
    object.insert("reason".to_owned(), json!(reason(decision, service.manners.strict_reasons)));
    let mut metadata = about(active);
    let mut note = |name: &str, value: Option<Value>| {
        metadata.extend(value.map(|value| (name.to_owned(), value)));
    };
    note("by", Some(json!(by)));
    note("rule", rule.map(|rule| json!(rule)));
    note("because", because(rules, decision).map(|because| json!(because)));
    let tasks = decision.tasks(rules);
    note("tasks", (!tasks.is_empty()).then(|| json!(tasks.join(","))));
    note("channel", spelt::way(rules, decision).map(|(channel, _)| json!(channel)));
    note("silent", spelt::way(rules, decision).map(|(_, silent)| json!(silent)));
    note("holds", spelt::held(rules, decision).map(|offer| json!(offer)));
    note("until", until(decision).map(|until| json!(show_instant(until))));
    let at = answered.decisions.iter().position(|one| one.slot == decision.slot);
    let id = at.and_then(|at| answered.ids.get(at)).filter(|_| spelt::can_be_confirmed(decision));
    note("decision.id", id.map(|id| json!(id)));
    note("without_state", answered.without_state.map(|code| json!(code.name)));
    note("context.ignored", (!ignored.is_empty()).then(|| json!(ignored.join(","))));
    object.insert("metadata".to_owned(), Value::Object(metadata));
    Value::Object(object)
}

/// What the customer may read about it (R50).
fn because<'a>(rules: &'a RuleSet, decision: &Decision) -> Option<&'a str> {
    match (decision.by, spelt::can_be_confirmed(decision)) {
        (By::Rule(rule), true) => rules[rule].because.as_deref(),
        (By::Rule(_) | By::Substitute(..) | By::Fallback(_) | By::SlotOff, _) => None,
    }
}

fn until(decision: &Decision) -> Option<Instant> {
    match decision.outcome {
        Outcome::Holds { until, .. } => Some(until),
        Outcome::Nothing => decision.again,
        Outcome::Shows(_) | Outcome::Sends { .. } => None,
    }
}

fn reason(decision: &Decision, strict: bool) -> &'static str {
    match decision.by {
        By::Rule(_) | By::Substitute(..) => "TARGETING_MATCH",
        By::SlotOff => "DISABLED",
        By::Fallback(_) if strict => "UNKNOWN",
        By::Fallback(_) => "DEFAULT",
    }
}

/// What is said of the bundle, flat as the protocol wants it.
fn about(active: &Active) -> Map<String, Value> {
    let said = [("bundle.revision", &active.revision), ("bundle.digest", &active.digest)];
    said.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

fn said(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{}; {help}", problem.detail),
        None => problem.detail.clone(),
    }
}

/// A flag, or all of them, that cannot be evaluated.
pub(super) struct Failed {
    status: StatusCode,
    key: Option<String>,
    unfit: Unfit,
}

impl Failed {
    fn of(key: &str, unfit: Unfit) -> Self {
        Self { status: unfit.status, key: Some(key.to_owned()), unfit }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self { status, key, unfit } = self;
        let mut object = Map::new();
        if status != StatusCode::INTERNAL_SERVER_ERROR {
            object.extend(key.map(|key| ("key".to_owned(), json!(key))));
            object.insert("errorCode".to_owned(), json!(unfit.code));
        }
        object.insert("errorDetails".to_owned(), json!(unfit.details));
        let mut response = json(&Value::Object(object));
        *response.status_mut() = status;
        response.extensions_mut().insert(Told(unfit.of));
        response
    }
}

/// What stands before every route refuses with problems; here it does so in the protocol's words: 401 and 403 with nothing,
/// too much as 429, what took too long or broke off as 500.
pub(super) async fn shaped(request: Request<Body>, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(told) = response.extensions().get::<Told>().copied() else { return response };
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if !is_problem {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let mut keep = body;
    match parts.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            parts.headers.remove(CONTENT_TYPE);
            keep = Body::empty();
        }
        StatusCode::SERVICE_UNAVAILABLE if *told.0 == codes::OVERLOADED => {
            parts.status = StatusCode::TOO_MANY_REQUESTS;
            parts.headers.remove(CONTENT_TYPE);
            keep = Body::empty();
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR => {
            parts.status = StatusCode::INTERNAL_SERVER_ERROR;
            parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            keep = Body::from(json!({ "errorDetails": told.0.summary }).to_string());
        }
        _ => {}
    }
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    Response::from_parts(parts, keep)
}

/// Bytes of a body, or an empty object where there is none.
fn text(bytes: &Bytes) -> &[u8] {
    if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes }
}

/// The headers of an answer that may be kept as long as it is the same.
fn kept(headers: &mut HeaderMap, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    // Whoever keeps it asks each time whether it still holds.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
}

/// A request, understood.
impl Context {
    fn asked(self, slots: Vec<SlotId>) -> Asked {
        Asked { name: None, facts: self.facts, slots, shown: false, rule: None, doubtful: Vec::new() }
    }
}
