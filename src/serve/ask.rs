//! What is asked, from JSON: whom for, in which slots, under which name.
//!
//! A customer is read as the tool reads one, in the words of `cater decide`. Refuses to decide.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Limits;
use super::problem::Problem;
use crate::diagnostics::codes::{run, serve as codes};
use crate::diagnostics::nearest;
use crate::frame::Facts;
use crate::model::{RuleId, RuleSet, SlotId};
use crate::runtime::Engine;
use crate::runtime::data::{JsonCustomer, key_of};
use crate::value::Instant;

/// The longest name of a request, or of an event, in bytes.
const LONGEST_NAME: usize = 256;

/// A body: one request, or `requests` with several.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asking<'a> {
    #[serde(borrow)]
    customer: Option<&'a RawValue>,
    slots: Option<Vec<String>>,
    request: Option<String>,
    shown: Option<bool>,
    rule: Option<String>,
    #[serde(borrow)]
    requests: Option<Vec<&'a RawValue>>,
}

/// What a body asks for.
pub(super) enum Asks<'a> {
    One(Asking<'a>),
    /// Each to be read by itself, so that one that is not understood leaves the others answered.
    Many(Vec<&'a RawValue>),
}

/// What may be said of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// It reserves: it may have a name, and its time is the service's.
    Good,
    /// It leaves nothing behind, and may be about any time.
    Preview,
    /// The same, and it may be about one rule.
    Why,
}

/// A request, understood.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Under which it is kept; the host's own name is in it, and whose it is.
    pub(super) name: Option<String>,
    pub(super) facts: Facts,
    pub(super) slots: Vec<SlotId>,
    pub(super) shown: bool,
    pub(super) rule: Option<String>,
    /// Names in it that the rules do not have.
    pub(super) doubtful: Vec<String>,
}

/// Takes a body apart.
pub(super) fn body<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Asks<'a>, Problem> {
    let asking: Asking<'a> = parse(text(bytes)?)?;
    let Asking { customer, slots, request, shown, rule, requests } = asking;
    let Some(requests) = requests else {
        return Ok(Asks::One(Asking { customer, slots, request, shown, rule, requests: None }));
    };
    if customer.is_some() || slots.is_some() || request.is_some() || shown.is_some() || rule.is_some() {
        return Err(Problem::bad("beside `requests` nothing else is asked").help("write it into each of them"));
    }
    at_once(requests.len(), limits)?;
    Ok(Asks::Many(requests))
}

/// How many things may be asked for in one request.
pub(super) fn at_once(count: usize, limits: &Limits) -> Result<(), Problem> {
    if count <= limits.at_once {
        return Ok(());
    }
    let detail = format!("{count} are asked for at once, and {} are the most", limits.at_once);
    Err(Problem::new(StatusCode::BAD_REQUEST, &codes::TOO_MANY, detail).help("ask in several requests"))
}

/// One of several.
pub(super) fn one(raw: &RawValue) -> Result<Asking<'_>, Problem> {
    let asking: Asking<'_> = parse(raw.get())?;
    match asking.requests {
        None => Ok(asking),
        Some(_) => Err(Problem::bad("requests do not hold requests").help("write them side by side")),
    }
}

pub(super) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|_| Problem::bad("the body is no text in UTF-8"))
}

pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|why| {
        let detail = if why.is_data() { "the body is not what is asked for here" } else { "the body is no JSON" };
        Problem::bad(format!("{detail}: {why}")).help("`/openapi.json` says what is")
    })
}

impl Asking<'_> {
    /// What it means to these rules, at `now`.
    pub(super) fn understand(self, engine: &Engine, now: Instant, what: For) -> Result<Asked, Problem> {
        let Self { customer, slots, request, shown, rule, requests: _ } = self;
        let Some(customer) = customer else {
            return Err(Problem::bad("it does not say for whom: `customer` is missing")
                .help("write `\"customer\": {}` for somebody of whom nothing is known"));
        };
        match what {
            For::Good if rule.is_some() => return Err(beside("rule", "/v1/why")),
            For::Preview | For::Why if request.is_some() => return Err(beside("request", "/v1/decide")),
            For::Preview | For::Why if shown.is_some() => return Err(beside("shown", "/v1/decide")),
            For::Preview if rule.is_some() => return Err(beside("rule", "/v1/why")),
            For::Good | For::Preview | For::Why => {}
        }
        let rules = engine.rules();
        let are_named = slots.is_some();
        let slots = self::slots(engine, slots.as_deref())?;
        if let Some(name) = &rule {
            let home = rules[self::rule(rules, name)?].slot;
            if are_named && !slots.contains(&home) {
                let detail = format!("rule `{name}` stands in slot `{}`", rules[home].name);
                let problem = Problem::new(StatusCode::BAD_REQUEST, &run::OTHER_SLOT, detail);
                return Err(problem.help("leave `slots` out, or name that slot"));
            }
        }
        let JsonCustomer { facts, doubtful } = JsonCustomer::read(rules, customer.get(), engine.nothing_known(now))?;
        if what == For::Good && facts.now != now {
            let detail = "the customer's `now` is another than the service's, and this is decided for good";
            let problem = Problem::new(StatusCode::BAD_REQUEST, &codes::OWN_CLOCK, detail);
            return Err(problem.help("leave `now` out; `/v1/preview` and `/v1/why` take one"));
        }
        let name = request.map(|request| name(&request, key_of(rules, &facts))).transpose()?;
        Ok(Asked { name, facts, slots, shown: shown.unwrap_or(false), rule, doubtful })
    }
}

fn beside(field: &str, route: &str) -> Problem {
    Problem::bad(format!("`{field}` means nothing here")).help(format!("leave it out, or ask `{route}`"))
}

/// Whether a name of the host's can be kept.
pub(super) fn named(of: &str, name: &str) -> Result<(), Problem> {
    if !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Problem::bad(format!("`{of}` is a text of 1 to {LONGEST_NAME} bytes"))
        .help("write a name that nothing else has, such as a UUID"))
}

/// A request's name: the same of the same customer, never that of another's, and never one that a store makes itself. The
/// ids of decisions begin with it, so it tells nobody who the customer is.
fn name(request: &str, customer: Option<&str>) -> Result<String, Problem> {
    named("request", request)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(customer.unwrap_or_default().as_bytes()).update(&[0]).update(request.as_bytes());
    let digest = hasher.finalize().to_hex();
    Ok(format!("r{}", digest.get(..32).unwrap_or_default()))
}

/// The slots asked for, each once; without any all of them, by name.
pub(super) fn slots(engine: &Engine, names: Option<&[String]>) -> Result<Vec<SlotId>, Problem> {
    let Some(names) = names else { return Ok(engine.slots()) };
    if names.is_empty() {
        return Err(Problem::bad("`slots` names no slot").help("name one, or leave it out for all of them"));
    }
    let mut slots = Vec::with_capacity(names.len());
    for name in names {
        let slot = slot(engine, name)?;
        if slots.contains(&slot) {
            let detail = format!("slot `{name}` is asked for twice, and a page fills it once");
            return Err(Problem::bad(detail).help("name each slot once"));
        }
        slots.push(slot);
    }
    Ok(slots)
}

/// The slot of that name.
pub(super) fn slot(engine: &Engine, name: &str) -> Result<SlotId, Problem> {
    engine.slot(name).ok_or_else(|| no_slot(engine.rules(), name))
}

/// The rule of that name.
fn rule(rules: &RuleSet, name: &str) -> Result<RuleId, Problem> {
    rules.rule_named(name).ok_or_else(|| {
        let known = rules.rules.iter().map(|rule| rule.name.as_str());
        let problem = Problem::new(StatusCode::NOT_FOUND, &run::NO_SUCH_RULE, format!("there is no rule `{name}`"));
        match nearest(name, known) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem,
        }
    })
}

fn no_slot(rules: &RuleSet, name: &str) -> Problem {
    let known = || rules.slots.iter().map(|slot| slot.name.as_str());
    let help = match nearest(name, known()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the slots are {}", known().collect::<Vec<_>>().join(", ")),
    };
    Problem::new(StatusCode::NOT_FOUND, &run::NO_SUCH_SLOT, format!("there is no slot `{name}`")).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verified;
    use crate::model::sample::rule_set;

    fn understood(text: &str, what: For) -> Result<Asked, String> {
        let engine = Engine::from_rules(Verified::new(rule_set()).unwrap());
        let now = Instant::parse("2026-06-15T10:00Z").unwrap();
        let asks = body(text.as_bytes(), &Limits::default()).map_err(|problem| problem.detail)?;
        let Asks::One(asking) = asks else { return Err("many".to_owned()) };
        asking.understand(&engine, now, what).map_err(|problem| problem.detail)
    }

    #[test]
    fn names_are_a_customers_own_and_tell_nothing() {
        let of = |text: &str| understood(text, For::Good).unwrap().name.unwrap();
        let anna = of(r#"{"customer": {"id": "anna"}, "request": "1"}"#);
        assert_eq!(anna, of(r#"{"request": "1", "customer": {"id": "anna", "tier": "gold"}}"#));
        assert_ne!(anna, of(r#"{"customer": {"id": "ben"}, "request": "1"}"#));
        assert_ne!(anna, of(r#"{"customer": {"id": "anna"}, "request": "2"}"#));
        assert!(anna.starts_with('r') && anna.len() == 33 && !anna.contains("anna"));
    }

    #[test]
    fn what_is_not_understood_is_said_plainly() {
        for (text, what, said) in [
            ("", For::Good, "the body is no JSON: "),
            ("[]", For::Good, "the body is not what is asked for here: "),
            ("{}", For::Good, "it does not say for whom"),
            (r#"{"customer": {}, "slot": "a"}"#, For::Good, "unknown field `slot`"),
            (r#"{"customer": {}, "customer": {}}"#, For::Good, "duplicate field"),
            (r#"{"customer": []}"#, For::Good, "the customer is no JSON object"),
            (r#"{"customer": {}, "slots": []}"#, For::Good, "`slots` names no slot"),
            (r#"{"customer": {}, "slots": ["nowhere"]}"#, For::Good, "there is no slot `nowhere`"),
            (r#"{"customer": {"now": "2020-01-01T00:00Z"}}"#, For::Good, "is another than the service's"),
            (r#"{"customer": {}, "request": ""}"#, For::Good, "`request` is a text"),
            (r#"{"customer": {}, "request": "a\u0001"}"#, For::Good, "`request` is a text"),
            (r#"{"customer": {}, "request": "a"}"#, For::Preview, "`request` means nothing here"),
            (r#"{"customer": {}, "shown": true}"#, For::Why, "`shown` means nothing here"),
            (r#"{"customer": {}, "rule": "a"}"#, For::Preview, "`rule` means nothing here"),
            (r#"{"customer": {}, "rule": "a"}"#, For::Good, "`rule` means nothing here"),
            (r#"{"requests": [], "customer": {}}"#, For::Good, "beside `requests` nothing else"),
        ] {
            let problem = understood(text, what).unwrap_err();
            assert!(problem.contains(said), "{text}: {problem}");
        }
        assert!(understood(r#"{"customer": {"now": "2020-01-01T00:00Z"}}"#, For::Preview).is_ok());
        let many = format!(r#"{{"requests": [{}]}}"#, vec!["{}"; 1_001].join(","));
        assert!(understood(&many, For::Good).unwrap_err().contains("1000 are the most"));
    }
}
