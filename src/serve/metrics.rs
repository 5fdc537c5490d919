//! What the service counts, for Prometheus: names with units and suffixes, and no label that a caller can choose.
//!
//! Labels are names of the bundle in use, codes, routes and status. What is counted per decision is looked up once a
//! bundle, so that a decision costs an addition. Refuses to know customers: no value and no key ever stands here.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::bundles::{Active, Reloaded};
use crate::diagnostics::Code;
use crate::frame::{By, Decision, Outcome, Via};
use crate::model::RuleSet;
use crate::runtime::How;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Evaluated {
    slot: String,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRule {
    rule: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCode {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBundle {
    revision: String,
    digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    event: String,
    became: &'static str,
}

type Timings = Family<Answered, Histogram, fn() -> Histogram>;

/// All that is counted.
pub(super) struct Metrics {
    registry: Registry,
    evaluations: Family<Evaluated, Counter>,
    matches: Family<OfRule, Counter>,
    evaluation: Histogram,
    without_state: Counter,
    state_errors: Family<OfCode, Counter>,
    taken_back: Counter,
    events: Family<Became, Counter>,
    bundle: Family<OfBundle, Gauge>,
    activation: Gauge<f64, AtomicU64>,
    reloads: Counter,
    reload_failures: Counter,
    without_code: Counter,
    paused: Gauge,
    requests: Timings,
    in_hand: Gauge,
    refused: Family<OfCode, Counter>,
    not_greeted: Counter,
}

/// How a decision came about, as a label.
const REASONS: [&str; 6] = ["rule", "if_capped", "if_no_consent", "if_unknown", "fallback", "slot_off"];

fn reason(by: By) -> usize {
    match by {
        By::Rule(_) => 0,
        By::Substitute(_, Via::Capped) => 1,
        By::Substitute(_, Via::NoConsent) => 2,
        By::Substitute(_, Via::Unknown) => 3,
        By::Fallback(_) => 4,
        By::SlotOff => 5,
    }
}

/// What is counted per decision of one bundle, looked up.
#[derive(Debug)]
pub(super) struct Counters {
    slots: Vec<[Counter; 6]>,
    rules: Vec<Counter>,
}

impl Counters {
    /// Counts a decision that was answered.
    pub(super) fn count(&self, decision: &Decision) {
        if let Some(counter) = self.slots.get(decision.slot.index()).and_then(|slot| slot.get(reason(decision.by))) {
            counter.inc();
        }
        let goes = match decision.outcome {
            Outcome::Shows(_) | Outcome::Sends { .. } => true,
            Outcome::Holds { .. } | Outcome::Nothing => false,
        };
        if let (By::Rule(rule) | By::Substitute(rule, _), true) = (decision.by, goes)
            && let Some(counter) = self.rules.get(rule.index())
        {
            counter.inc();
        }
    }
}

fn requests() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 17))
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut it = Self {
            registry: Registry::with_prefix("cater"),
            evaluations: Family::default(),
            matches: Family::default(),
            evaluation: Histogram::new(exponential_buckets(0.000_005, 2.0, 19)),
            without_state: Counter::default(),
            state_errors: Family::default(),
            taken_back: Counter::default(),
            events: Family::default(),
            bundle: Family::default(),
            activation: Gauge::default(),
            reloads: Counter::default(),
            reload_failures: Counter::default(),
            without_code: Counter::default(),
            paused: Gauge::default(),
            requests: Family::new_with_constructor(requests),
            in_hand: Gauge::default(),
            refused: Family::default(),
            not_greeted: Counter::default(),
        };
        let to = &mut it.registry;
        to.register("evaluations", "Decisions, by slot and by who brought them about", it.evaluations.clone());
        to.register(
            "rule_matches",
            "Decisions by which a rule, or what stands in for it, is shown or sent",
            it.matches.clone(),
        );
        let of = "How long the slots of a request took to decide, with what the store took";
        to.register_with_unit("evaluation_duration", of, Unit::Seconds, it.evaluation.clone());
        let of = "Requests decided as the rules say where nobody knows what happened";
        to.register("evaluations_without_state", of, it.without_state.clone());
        to.register("cap_store_errors", "What the store said instead of an answer, by code", it.state_errors.clone());
        let of =
            "Requests whose answer came too late for anybody to hear it, so that what they reserved was given back";
        to.register("reservations_taken_back", of, it.taken_back.clone());
        to.register("events", "What was told to have happened, by what became of it", it.events.clone());
        to.register("bundle_info", "The bundle in use", it.bundle.clone());
        let of = "Since when the bundle is in use";
        to.register_with_unit("bundle_activation_timestamp", of, Unit::Seconds, it.activation.clone());
        to.register("bundle_reloads", "Times another bundle was put to use", it.reloads.clone());
        to.register(
            "bundle_reload_failures",
            "Times one was refused, so that the one before stayed",
            it.reload_failures.clone(),
        );
        to.register("jit_fallback", "Bundles for which no machine code could be made", it.without_code.clone());
        to.register("switches_paused", "Rules, offers and slots of the bundle that are paused", it.paused.clone());
        let of = "How long requests took, from their first line to the first of their answer";
        to.register_with_unit("http_request_duration", of, Unit::Seconds, it.requests.clone());
        to.register("http_requests_in_hand", "Requests that are being answered", it.in_hand.clone());
        to.register("http_refusals", "Requests refused, by code", it.refused.clone());
        let of = "Connections that came to nothing before a request, for want of TLS or of trust";
        to.register("tls_handshake_failures", of, it.not_greeted.clone());
        it
    }

    /// Where others register what they count.
    pub(super) fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// As Prometheus reads it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// The counters of one bundle; what it shares with the one before goes on.
    pub(super) fn counters(&self, rules: &RuleSet) -> Counters {
        let of_slot = |slot: &str| {
            REASONS.map(|reason| self.evaluations.get_or_create_owned(&Evaluated { slot: slot.to_owned(), reason }))
        };
        let of_rule = |name: &String| self.matches.get_or_create_owned(&OfRule { rule: name.clone() });
        Counters {
            slots: rules.slots.iter().map(|slot| of_slot(&slot.name)).collect(),
            rules: rules.rules.iter().map(|rule| of_rule(&rule.name)).collect(),
        }
    }

    pub(super) fn activated(&self, active: &Active) {
        self.bundle.clear();
        let label = OfBundle { revision: active.revision.clone(), digest: active.digest.clone() };
        self.bundle.get_or_create_owned(&label).set(1);
        // Seconds, as every timestamp of Prometheus.
        self.activation.set(Duration::from_micros(active.since.0.unsigned_abs()).as_secs_f64());
        self.paused.set(i64::try_from(active.paused).unwrap_or(i64::MAX));
        if let How::ReferenceInstead(_) = active.engine.how() {
            self.without_code.inc();
        }
    }

    pub(super) fn reloaded(&self, became: Option<&Reloaded>) {
        match became {
            Some(Reloaded::Another) => drop(self.reloads.inc()),
            Some(Reloaded::Same) => {}
            None => drop(self.reload_failures.inc()),
        }
    }

    pub(super) fn evaluated(&self, took: Duration) {
        self.evaluation.observe(took.as_secs_f64());
    }

    /// The store failed with this, and the request was decided without it.
    pub(super) fn without_state(&self) {
        self.without_state.inc();
    }

    pub(super) fn state_failed(&self, code: &'static Code) {
        self.state_errors.get_or_create_owned(&OfCode { code: code.name }).inc();
    }

    pub(super) fn taken_back(&self) {
        self.taken_back.inc();
    }

    pub(super) fn heard(&self, event: &str, became: &'static str) {
        self.events.get_or_create_owned(&Became { event: event.to_owned(), became }).inc();
    }

    pub(super) fn begun(&self) {
        self.in_hand.inc();
    }

    pub(super) fn ended(&self) {
        self.in_hand.dec();
    }

    /// How many requests are being answered.
    pub(super) fn in_hand(&self) -> i64 {
        self.in_hand.get()
    }

    pub(super) fn answered(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let label = Answered { route: route.to_owned(), method, status };
        self.requests.get_or_create_owned(&label).observe(took.as_secs_f64());
    }

    /// Somebody connected and could not be spoken with.
    pub(super) fn not_greeted(&self) {
        self.not_greeted.inc();
    }

    pub(super) fn refused(&self, code: &'static Code) {
        self.refused.get_or_create_owned(&OfCode { code: code.name }).inc();
    }
}
