//! `POST /v1/events`: what has happened, of a decision or to a customer. Said twice, it counts once.
//!
//! ```json
//! { "events": [
//!   { "decision": "17/home" },
//!   { "decision": "17/home", "event": "clicked", "at": "2026-06-15T10:01Z" },
//!   { "decision": "18/home", "not_shown": true },
//!   { "id": "o-17", "event": "purchase", "customer": { "id": "anna" }, "offer": "comeback" }
//! ] }
//! ```
//!
//! Every event is read before any is recorded. What is confirmed is recorded together, then what is given back, then what is
//! told of customers; where the store fails in between, the whole is said again.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer;
use crate::diagnostics::{codes, nearest};
use crate::frame::Facts;
use crate::model::{EventId, OfferId, RuleSet};
use crate::runtime::Engine;
use crate::runtime::confirm::{ConfirmError, Confirmation, Confirmed};
use crate::runtime::data::{JsonCustomer, confirmation};
use crate::runtime::release::Released;
use crate::runtime::request::of_id;
use crate::runtime::store::StateStore;
use crate::runtime::tell::{Heard, Telling};
use crate::serve::ask::{at_once, named, parse, text};
use crate::serve::bundles::Active;
use crate::serve::lanes::{Promise, Undone};
use crate::serve::log::Told;
use crate::serve::problem::Problem;
use crate::serve::trace::{self, Trace};
use crate::serve::{Service, body};
use crate::value::{Instant, show_instant};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said<'a> {
    #[serde(borrow)]
    events: Vec<One<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct One<'a> {
    decision: Option<String>,
    event: Option<String>,
    at: Option<String>,
    #[serde(default)]
    not_shown: bool,
    id: Option<String>,
    #[serde(borrow)]
    customer: Option<&'a RawValue>,
    offer: Option<String>,
}

/// An event, understood.
enum Event {
    Confirms(Confirmation),
    GivesBack(String),
    Tells(Box<Tells>),
}

struct Tells {
    id: String,
    event: EventId,
    at: Instant,
    offer: Option<OfferId>,
    facts: Facts,
}

pub(super) async fn events(State(service): State<Arc<Service>>, request: Request<Body>) -> Result<Response, Problem> {
    let trace = trace::of(&request);
    let bytes = body::read(&service.limits, request).await?;
    let store = Arc::clone(service.store.as_ref().ok_or_else(Problem::no_state)?);
    let active = service.bundles.active();
    let now = service.clock.now();
    let told: Said<'_> = parse(text(&bytes)?)?;
    at_once(told.events.len(), &service.limits)?;
    let read = told.events.into_iter().enumerate();
    let read = read.map(|(at, one)| understand(&active.engine, one, now).map_err(|problem| place(problem, at)));
    let events = read.collect::<Result<Vec<_>, _>>()?;
    let work = {
        let (service, active) = (Arc::clone(&service), Arc::clone(&active));
        move |promise: &Promise| {
            let teller = Teller { service: &service, active: &active, now, trace };
            let recorded = record(&teller, store.as_ref(), &events);
            promise.keep();
            recorded
        }
    };
    // There is nothing to be answered without the store, so it gets all the time there is.
    let recorded = service.lanes.store(service.limits.patience, work).await;
    let events = recorded.map_err(|undone| match undone {
        Undone::Late => Problem::state(&codes::state::SLOW),
        Undone::Panicked => Problem::broke_off(),
    });
    let failed = match &events {
        Ok(Err(problem)) | Err(problem) if problem.code.stage() == "state" => Some(problem.code),
        Ok(_) | Err(_) => None,
    };
    service.state_answered(failed);
    Ok(answer(json!({ "now": show_instant(now), "events": events?? }), &active))
}

/// The problem of one of several.
fn place(problem: Problem, at: usize) -> Problem {
    Problem { detail: format!("event {}: {}", at + 1, problem.detail), ..problem }
}

fn understand(engine: &Engine, one: One<'_>, now: Instant) -> Result<Event, Problem> {
    let rules = engine.rules();
    match one {
        One {
            decision: Some(decision),
            event: None,
            at: None,
            not_shown: true,
            id: None,
            customer: None,
            offer: None,
        } => Ok(Event::GivesBack(decision)),
        One { not_shown: true, .. } => {
            Err(Problem::bad("`not_shown` gives back what a decision reserved")
                .help("beside it stands `decision` alone"))
        }
        One { decision: Some(decision), event, at, not_shown: false, id: None, customer: None, offer: None } => {
            let one = confirmation(rules, &decision, event.as_deref(), at.as_deref(), now)?;
            Ok(Event::Confirms(one))
        }
        One { decision: Some(_), .. } => {
            Err(Problem::bad("a decision knows whose it is and of what").help("leave `id`, `customer` and `offer` out"))
        }
        One {
            decision: None,
            event: Some(event),
            at,
            not_shown: false,
            id: Some(id),
            customer: Some(customer),
            offer,
        } => {
            named("id", &id)?;
            // The reader of confirmations says what is wrong with an event or a time; an id it only must have.
            let Confirmation { event: found, at, .. } = confirmation(rules, &id, Some(&event), at.as_deref(), now)?;
            let found = found.ok_or_else(|| Problem::bad(format!("the rules do not declare the event `{event}`")))?;
            if !rules[found].fields.is_empty() {
                let detail = format!("`{event}` has fields, and a state keeps none");
                return Err(Problem::bad(detail).help("tell it in the customer's `history`, with every decision"));
            }
            let offer = offer.map(|name| self::offer(rules, &name)).transpose()?;
            let JsonCustomer { facts, .. } = JsonCustomer::read(rules, customer.get(), engine.nothing_known(now))?;
            Ok(Event::Tells(Box::new(Tells { id, event: found, at, offer, facts: Facts { now, ..facts } })))
        }
        One { decision: None, .. } => Err(Problem::bad("it does not say of which decision it is")
            .help("write `decision`; of what no decision brought about, `id`, `event` and `customer`")),
    }
}

fn offer(rules: &RuleSet, name: &str) -> Result<OfferId, Problem> {
    rules.offer_named(name).ok_or_else(|| {
        let problem = Problem::bad(format!("there is no offer `{name}`"));
        match nearest(name, rules.offers.iter().map(|offer| offer.name.as_str())) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem,
        }
    })
}

/// Who tells, and when.
struct Teller<'a> {
    service: &'a Service,
    active: &'a Arc<Active>,
    now: Instant,
    trace: Option<Arc<Trace>>,
}

impl Teller<'_> {
    /// Counts and logs what became of an event of the decision of this id, or of the customer under this name.
    fn became(&self, id: &str, event: &str, became: &'static str, more: impl FnOnce(Told) -> Told) {
        let Self { service, active, now, trace } = self;
        service.metrics.heard(event, label(became));
        let Some(log) = &service.log else { return };
        let told = || Told {
            active: Arc::clone(active),
            decision: None,
            at: *now,
            trace: trace.clone(),
            customer: None,
            event: event.to_owned(),
            happened: None,
            offer: None,
            became,
            cap: None,
        };
        log.told(of_id(id).map_or(id, |(name, _)| name), || more(told()));
    }
}

/// Records all of them; gives what became of each, in their order.
fn record(teller: &Teller<'_>, store: &dyn StateStore, events: &[Event]) -> Result<Vec<Value>, Problem> {
    let Teller { service, active, now, .. } = teller;
    let (engine, now) = (&active.engine, *now);
    let rules = engine.rules();
    let confirms = events.iter().filter_map(|event| match event {
        Event::Confirms(one) => Some(one.clone()),
        Event::GivesBack(_) | Event::Tells(_) => None,
    });
    let gives_back = events.iter().filter_map(|event| match event {
        Event::GivesBack(id) => Some(id.clone()),
        Event::Confirms(_) | Event::Tells(_) => None,
    });
    let (confirms, gives_back): (Vec<_>, Vec<String>) = (confirms.collect(), gives_back.collect());
    let mut confirmed = engine.confirm_all(store, &confirms, now)?.into_iter();
    let mut released = engine.release(store, &gives_back, now)?.into_iter();
    let became = |event: &Event| -> Result<Value, Problem> {
        match event {
            Event::Confirms(one) => {
                let (event, became) = confirmed.next().ok_or_else(Problem::broke_off)?;
                let (word, cap) = match &became {
                    Confirmed::InTime => ("in time", None),
                    Confirmed::Late => ("late", None),
                    Confirmed::Repeated => ("repeated", None),
                    Confirmed::Refused(cap) => ("refused", Some(cap)),
                };
                let decision = Some(one.decision.clone());
                teller.became(&one.decision, &rules[event].name, word, |told| Told {
                    decision,
                    happened: Some(one.at),
                    cap: cap.cloned(),
                    ..told
                });
                let (name, at) = (&rules[event].name, show_instant(one.at));
                Ok(json!({ "decision": one.decision, "event": name, "at": at, "became": word, "cap": cap }))
            }
            Event::GivesBack(id) => {
                let (word, happened) = match released.next().ok_or_else(Problem::broke_off)? {
                    Released::Back => ("given back", Vec::new()),
                    Released::Repeated => ("repeated", Vec::new()),
                    Released::Happened(events) => ("happened", events),
                };
                teller.became(id, "not_shown", word, |told| Told { decision: Some(id.clone()), ..told });
                Ok(json!({ "decision": id, "became": word, "happened": happened }))
            }
            Event::Tells(tells) => {
                let Tells { id, event, at, offer, facts } = tells.as_ref();
                let telling = Telling { id, facts, event: *event, at: *at, offer: *offer };
                let word = match engine.tell(store, &telling).map_err(ConfirmError::from)? {
                    Heard::New => "in time",
                    Heard::Repeated => "repeated",
                    Heard::Nobodys => {
                        return Err(Problem::bad(format!("nobody knows whose `{id}` is: the customer has no key")));
                    }
                };
                let name = &rules[*event].name;
                // The name that the host gave it could be anything, so it is in no line.
                teller.became(id, name, word, |told| Told {
                    customer: service.log.as_ref().and_then(|log| log.customer(rules, &engine.gather(facts))),
                    happened: Some(*at),
                    offer: offer.map(|offer| rules[offer].name.clone()),
                    ..told
                });
                Ok(json!({ "id": id, "event": name, "at": show_instant(*at), "became": word }))
            }
        }
    };
    events.iter().map(became).collect()
}

/// A word as a label.
fn label(word: &str) -> &'static str {
    match word {
        "in time" => "in_time",
        "late" => "late",
        "refused" => "refused",
        "given back" => "given_back",
        "happened" => "happened",
        _ => "repeated",
    }
}
