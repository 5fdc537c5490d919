//! The context of an evaluation, as a customer: `targetingKey` is the key, and what the rules know by its name is theirs.
//!
//! Clients of OpenFeature send the same context for all flags of a house, so what the rules do not know is passed over and
//! named in the metadata. Several of them send no nested values, so consent and permissions may be flat, too:
//! `"consent.offers": "granted"`, `"permission.push": "full"`.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::diagnostics::Code;
use crate::diagnostics::codes::serve as codes;
use crate::frame::Facts;
use crate::model::{RuleSet, Scope, SlotId};
use crate::runtime::Engine;
use crate::runtime::data::{JsonCustomer, fields_of, is_field, key_of};
use crate::serve::ask::{parse, text as utf8};
use crate::serve::problem::Problem;
use crate::value::Instant;

/// What is known of whom a flag is evaluated for.
pub(super) struct Context {
    pub(super) facts: Facts,
    /// The flags asked for, where not all of them are.
    pub(super) flags: Option<Vec<String>>,
    /// Names that the rules do not know.
    pub(super) ignored: Vec<String>,
    /// Of all that was said, in whatever order.
    pub(super) digest: blake3::Hash,
    is_keyed: bool,
}

/// Why a flag cannot be evaluated, in the protocol's word.
pub(super) struct Unfit {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) details: String,
    /// What it is counted as.
    pub(super) of: &'static Code,
}

impl Unfit {
    pub(super) fn new(code: &'static str, details: impl Into<String>, of: &'static Code) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, details: details.into(), of }
    }

    fn context(details: impl Into<String>) -> Self {
        Self::new("INVALID_CONTEXT", details, &codes::BAD_REQUEST)
    }
}

impl From<Problem> for Unfit {
    fn from(problem: Problem) -> Self {
        let code = match problem.code.stage() {
            "data" => "INVALID_CONTEXT",
            _ if *problem.code == codes::OWN_CLOCK => "INVALID_CONTEXT",
            _ => "GENERAL",
        };
        let status = match problem.status {
            StatusCode::INTERNAL_SERVER_ERROR => problem.status,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, ..Self::new(code, super::said(&problem), problem.code) }
    }
}

#[derive(Deserialize)]
struct Evaluation<'a> {
    #[serde(borrow)]
    context: Option<&'a RawValue>,
}

impl Context {
    /// Reads the body of an evaluation; one that is not there says nothing.
    pub(super) fn read(engine: &Engine, bytes: &Bytes, now: Instant, for_good: bool) -> Result<Self, Unfit> {
        let rules = engine.rules();
        let text =
            utf8(super::text(bytes)).map_err(|problem| Unfit::new("PARSE_ERROR", problem.detail, problem.code))?;
        let parsed = parse::<Evaluation<'_>>(text);
        let evaluation = parsed.map_err(|problem| Unfit::new("PARSE_ERROR", problem.detail, problem.code))?;
        let context = evaluation.context.map_or("{}", RawValue::get);
        let context = if context == "null" { "{}" } else { context };
        let said = fields_of(context).ok_or_else(|| Unfit::context("`context` is no object"))?;
        let (mut customer, mut consent, mut permission) = (Object::default(), Object::default(), Object::default());
        let (mut ignored, mut flags, mut key) = (Vec::new(), None, None);
        for (name, raw) in &said {
            match name.as_str() {
                "targetingKey" => key = Some(*raw),
                "flags" if !is_field(rules, "flags") => flags = Some(list(raw)?),
                known if is_field(rules, known) => customer.add(known, raw.get()),
                flat => match flat.split_once('.') {
                    Some(("consent", purpose)) => consent.add(purpose, raw.get()),
                    Some(("permission", channel)) => permission.add(channel, raw.get()),
                    Some(_) | None => ignored.push(name.clone()),
                },
            }
        }
        if let Some(key) = key {
            target(rules, key, &mut customer)?;
        }
        for (name, flat) in [("consent", consent), ("permission", permission)] {
            if !flat.0.is_empty() {
                customer.add(name, &flat.written());
            }
        }
        let read = JsonCustomer::read(rules, &customer.written(), engine.nothing_known(now));
        let JsonCustomer { facts, doubtful } = read.map_err(|error| Unfit::from(Problem::from(error)))?;
        if for_good && facts.now != now {
            let details = "`now` in the context is another than the service's, and this is decided for good";
            return Err(Unfit::new("INVALID_CONTEXT", details, &codes::OWN_CLOCK));
        }
        ignored.extend(doubtful);
        let mut parts: Vec<String> = said.iter().map(|(name, raw)| format!("{name}\0{}\0", raw.get())).collect();
        parts.sort_unstable();
        let digest = blake3::hash(parts.concat().as_bytes());
        let is_keyed = rules.key().is_none() || key_of(rules, &facts).is_some();
        Ok(Self { facts, flags, ignored, digest, is_keyed })
    }

    /// Whether enough is known of whom a slot is asked for: where its rules count or look at a customer, somebody must say
    /// which one.
    pub(super) fn with_key(&self, rules: &RuleSet, slot: SlotId) -> Result<(), Unfit> {
        let needed = || rules.needed_by(slot);
        let is_about_somebody = || {
            let needed = needed();
            let of_customer = |id| Some(id) != rules.key() && rules[id].scope == Scope::Customer;
            !needed.events.is_empty() || needed.attributes.into_iter().any(of_customer)
        };
        if self.is_keyed || !is_about_somebody() {
            return Ok(());
        }
        let details =
            format!("`{}` counts or looks at a customer, and `targetingKey` does not say which", rules[slot].name);
        Err(Unfit::new("TARGETING_KEY_MISSING", details, &codes::BAD_REQUEST))
    }
}

/// Writes the targeting key as the rules' key.
fn target(rules: &RuleSet, key: &RawValue, customer: &mut Object) -> Result<(), Unfit> {
    let said: Option<String> =
        serde_json::from_str(key.get()).map_err(|_| Unfit::context("`targetingKey` is no text"))?;
    let (Some(said), Some(id)) = (said.filter(|said| !said.is_empty()), rules.key()) else { return Ok(()) };
    let attribute = &rules[id];
    let names = [Some(&attribute.name), attribute.mapping.column.as_ref()];
    let other = customer.0.iter().position(|(name, _)| names.into_iter().flatten().any(|own| own == name));
    if let Some(at) = other {
        let (name, raw) = customer.0.remove(at);
        if serde_json::from_str::<String>(&raw).ok().as_ref() != Some(&said) {
            return Err(Unfit::context(format!("`targetingKey` and `{name}` name two customers")));
        }
    }
    customer.add(&attribute.name, key.get());
    Ok(())
}

fn list(raw: &RawValue) -> Result<Vec<String>, Unfit> {
    serde_json::from_str(raw.get()).map_err(|_| Unfit::context("`flags` is no list of names"))
}

/// Fields with their values as JSON.
#[derive(Default)]
struct Object(Vec<(String, String)>);

impl Object {
    fn add(&mut self, name: &str, raw: &str) {
        self.0.push((name.to_owned(), raw.to_owned()));
    }

    fn written(&self) -> String {
        let fields = self.0.iter().map(|(name, raw)| format!("{}:{raw}", serde_json::Value::from(name.as_str())));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }
}
