//! `/v1/switches`: what is paused, by whom and why; and to pause a rule, an offer or a slot at once, or no longer.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, json};
use crate::diagnostics::codes::run;
use crate::diagnostics::{Code, nearest};
use crate::model::RuleSet;
use crate::serve::ask::{parse, text};
use crate::serve::guard::Asker;
use crate::serve::problem::Problem;
use crate::serve::switches::{Kind, Paused};
use crate::serve::{Notice, Service, body};
use crate::value::show_instant;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    kind: Kind,
    name: String,
    paused: bool,
    why: String,
    who: Option<String>,
}

/// The longest reason, and name of somebody, in bytes.
const LONGEST: usize = 500;

pub(super) async fn list(State(service): State<Arc<Service>>) -> Response {
    json(&listed(&service))
}

fn listed(service: &Service) -> Value {
    let (active, switches) = (service.bundles.active(), service.bundles.switches());
    let all: Vec<Value> = switches.all.iter().map(|one| one.machine(active.engine.rules())).collect();
    json!({ "switches": all, "survives_restart": switches.is_kept() })
}

pub(super) async fn change(
    State(service): State<Arc<Service>>,
    asker: Option<Extension<Asker>>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let bytes = body::read(&service.limits, request).await?;
    let Change { kind, name, paused: is_paused, why, who } = parse(text(&bytes)?)?;
    let token = asker.map(|Extension(Asker(name))| name);
    let who = match (who, token) {
        (Some(who), Some(token)) => format!("{who}, with the token of {token}"),
        (Some(who), None) => who,
        (None, Some(token)) => token,
        (None, None) => {
            return Err(Problem::bad("`who` is missing").help("say who wants it: \"who\": \"anna@shop.example\""));
        }
    };
    for (field, said) in [("why", &why), ("who", &who)] {
        if said.trim().is_empty() || said.len() > LONGEST || said.chars().any(char::is_control) {
            return Err(Problem::bad(format!("`{field}` is a text of 1 to {LONGEST} bytes"))
                .help("write what others should read who find it paused"));
        }
    }
    let since = show_instant(service.clock.now());
    let paused = Paused { kind, name, who, why, since };
    let rules = service.bundles.active();
    // What no bundle has any more can still be taken from the list.
    if is_paused && !paused.is_in(rules.engine.rules()) {
        return Err(unknown(rules.engine.rules(), &paused));
    }
    let work = {
        let (service, paused) = (Arc::clone(&service), paused.clone());
        move || service.bundles.switch(&paused, is_paused, service.clock.as_ref(), &service.metrics)
    };
    let changed = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::broke_off())?.map_err(|refused| {
        let status = match *refused.code == run::CANNOT_WRITE {
            true => StatusCode::SERVICE_UNAVAILABLE,
            false => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem { help: refused.help, ..Problem::new(status, refused.code, refused.message) }
    })?;
    if changed {
        let Paused { kind, name, who, why, .. } = paused;
        (service.ear)(&Notice::Switched { kind, name, is_paused, who, why });
    }
    let mut object = listed(&service);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("changed".to_owned(), changed.into());
    }
    Ok(answer(object, &service.bundles.active()))
}

fn unknown(rules: &RuleSet, paused: &Paused) -> Problem {
    let (code, names): (&'static Code, Vec<&str>) = match paused.kind {
        Kind::Rule => (&run::NO_SUCH_RULE, rules.rules.iter().map(|rule| rule.name.as_str()).collect()),
        Kind::Offer => (
            &crate::diagnostics::codes::serve::BAD_REQUEST,
            rules.offers.iter().map(|offer| offer.name.as_str()).collect(),
        ),
        Kind::Slot => (&run::NO_SUCH_SLOT, rules.slots.iter().map(|slot| slot.name.as_str()).collect()),
    };
    let detail = format!("there is no {} `{}`", paused.kind.word(), paused.name);
    let problem = Problem::new(StatusCode::NOT_FOUND, code, detail);
    match nearest(&paused.name, names) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem,
    }
}
