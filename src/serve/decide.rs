//! A request decided: from the store, and where that fails as the rules say for that.
//!
//! Whatever was reserved for an answer that came too late for anybody to hear it is given back, unless the request has a
//! name: asked again under that, it gets that answer. Nothing here reserves without the store saying so in time.

use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use serde_json::{Value, json};

use super::Service;
use super::ask::Asked;
use super::bundles::Active;
use super::lanes::{Promise, Undone};
use super::log::{Decided, Log};
use super::problem::Problem;
use super::trace::Trace;
use crate::diagnostics::Code;
use crate::diagnostics::codes::state;
use crate::eval::{self, Change, Explanation};
use crate::frame::{Decision, Facts, Frame};
use crate::model::RuleSet;
use crate::runtime::data::key_of;
use crate::runtime::past::{Stored, remember};
use crate::runtime::request::{Request, id_of, of_id};
use crate::runtime::spelt;
use crate::runtime::store::{StateError, StateStore};
use crate::value::show_instant;

/// What a request was answered.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) asked: Arc<Asked>,
    pub(super) decisions: Vec<Decision>,
    /// Of each decision, where it was kept.
    pub(super) ids: Vec<String>,
    /// Why it was decided without the store, if it was.
    pub(super) without_state: Option<&'static Code>,
    /// Of each decision for good, the frame in which it was made; none where it is not logged, or was answered before.
    frames: Vec<Frame>,
    /// Under which the request is kept; given for the log alone, where no store keeps it.
    name: Option<String>,
}

/// What explains an answer.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub(super) asked: Arc<Asked>,
    pub(super) explanations: Vec<Explanation>,
    /// Of the rule that was asked about.
    pub(super) change: Option<Change>,
    pub(super) without_state: Option<&'static Code>,
}

impl Answered {
    /// Under which name each decision stands in a store or in the log.
    pub(super) fn names(&self, rules: &RuleSet) -> Vec<String> {
        let of = |name: &String| self.decisions.iter().map(|one| id_of(rules, name, one.slot)).collect();
        self.name.as_ref().map_or_else(Vec::new, of)
    }

    /// The object of `cater decide --format json`; what cannot be confirmed has no id.
    pub(super) fn machine(&self, rules: &RuleSet) -> Value {
        let mut decisions: Vec<Value> = self.decisions.iter().map(|one| spelt::machine(rules, one)).collect();
        for ((object, decision), id) in decisions.iter_mut().zip(&self.decisions).zip(&self.ids) {
            if let (Some(fields), true) = (object.as_object_mut(), spelt::can_be_confirmed(decision)) {
                fields.insert("id".to_owned(), json!(id));
            }
        }
        head(rules, &self.asked, ("decisions", Value::Array(decisions)), self.without_state)
    }
}

impl Explained {
    /// The object of `cater why --format json`.
    pub(super) fn machine(&self, rules: &RuleSet) -> Value {
        let mut object = head(rules, &self.asked, ("slots", json!(self.explanations)), self.without_state);
        if let (Some(_), Some(fields)) = (&self.asked.rule, object.as_object_mut()) {
            fields.insert("smallest_change".to_owned(), json!(self.change));
        }
        object
    }
}

fn head(rules: &RuleSet, asked: &Asked, (key, said): (&str, Value), without_state: Option<&'static Code>) -> Value {
    let mut object = json!({ "customer": key_of(rules, &asked.facts), "now": show_instant(asked.facts.now) });
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), said);
        if !asked.doubtful.is_empty() {
            fields.insert("doubtful_facts".to_owned(), json!(asked.doubtful));
        }
        if let Some(code) = without_state {
            fields.insert("without_state".to_owned(), json!({ "code": code.name, "title": code.summary }));
        }
    }
    object
}

/// Why a store has no part in an answer.
fn why_without(undone: Undone) -> Result<&'static Code, Problem> {
    match undone {
        Undone::Late => Ok(&state::SLOW),
        Undone::Panicked => Err(Problem::broke_off()),
    }
}

impl Service {
    /// Decides for good: what rules show or send is reserved, where there is a store.
    pub(super) async fn decide(
        self: &Arc<Self>,
        active: &Arc<Active>,
        asked: Asked,
        trace: Option<Arc<Trace>>,
    ) -> Result<Answered, Problem> {
        let asked = Arc::new(asked);
        let start = Stopwatch::now();
        let mut answered = match &self.store {
            None => self.without_store(active, &asked, None).await,
            Some(store) => {
                let work = {
                    let (service, active) = (Arc::clone(self), Arc::clone(active));
                    let (store, asked) = (Arc::clone(store), Arc::clone(&asked));
                    move |promise: &Promise| service.reserve(&active, store.as_ref(), &asked, promise)
                };
                match self.lanes.store(self.limits.store, work).await {
                    Ok(Ok(Reserved { decisions, ids, frames })) => {
                        self.state_answered(None);
                        let name = ids.first().and_then(|id| of_id(id)).map(|(name, _)| name.to_owned());
                        Ok(Answered { asked, decisions, ids, without_state: None, frames, name })
                    }
                    Ok(Err(code)) => self.without_store(active, &asked, Some(code)).await,
                    Err(undone) => self.without_store(active, &asked, Some(why_without(undone)?)).await,
                }
            }
        }?;
        let took = start.elapsed();
        self.metrics.evaluated(took);
        answered.decisions.iter().for_each(|decision| active.counters.count(decision));
        if let Some(log) = &self.log {
            write_down(log, active, &mut answered, trace, took);
        }
        Ok(answered)
    }

    /// On a thread that may wait.
    fn reserve(
        &self,
        active: &Active,
        store: &dyn StateStore,
        asked: &Asked,
        promise: &Promise,
    ) -> Result<Reserved, &'static Code> {
        let Asked { name, facts, slots, shown, .. } = asked;
        let request = Request { id: name.as_deref(), facts, slots, shown: *shown, told: None };
        let mut frames = Vec::new();
        let answers = active.engine.answer(store, &request, |frame, answer| {
            let is_logged = |log: &Log| of_id(&answer.id).is_some_and(|(name, _)| log.takes(name));
            frames.extend(self.log.as_ref().is_some_and(is_logged).then(|| frame.clone()));
        });
        let is_heard = promise.keep();
        let answers = answers.map_err(|error| error.code())?;
        let (decisions, ids): (Vec<_>, Vec<_>) = answers.into_iter().map(|one| (one.decision, one.id)).unzip();
        if !is_heard && name.is_none() {
            self.metrics.taken_back();
            // Where even that fails, what was reserved ends by itself.
            let _ = active.engine.take_back(store, &ids, facts.now);
        }
        Ok(Reserved { decisions, ids, frames })
    }

    /// Decides without the store: as the rules say where it fails, if it did.
    async fn without_store(
        self: &Arc<Self>,
        active: &Arc<Active>,
        asked: &Arc<Asked>,
        failed: Option<&'static Code>,
    ) -> Result<Answered, Problem> {
        let facts = self.facts_without(asked, failed);
        let name = self.log.as_ref().map(|log| asked.name.clone().unwrap_or_else(|| log.new_name()));
        let is_logged = self.log.as_ref().zip(name.as_ref()).is_some_and(|(log, name)| log.takes(name));
        let work = {
            let (active, slots) = (Arc::clone(active), asked.slots.clone());
            move || {
                let (mut decisions, mut frames) = (Vec::with_capacity(slots.len()), Vec::new());
                active.engine.decider().decide_each(active.engine.gather(&facts), &slots, |frame, decision| {
                    decisions.push(decision);
                    frames.extend(is_logged.then(|| frame.clone()));
                });
                (decisions, frames)
            }
        };
        let (decisions, frames) = self.lanes.plain(work).await.map_err(|_| Problem::broke_off())?;
        Ok(Answered { asked: Arc::clone(asked), decisions, ids: Vec::new(), without_state: failed, frames, name })
    }

    /// What is known without the store; that it failed is counted.
    fn facts_without(&self, asked: &Asked, failed: Option<&'static Code>) -> Facts {
        let mut facts = asked.facts.clone();
        if let Some(code) = failed {
            facts.store_down = true;
            self.state_answered(Some(code));
            self.metrics.without_state();
        }
        facts
    }

    /// The facts of a request with what the store remembers; it is only read.
    async fn remembered(self: &Arc<Self>, active: &Arc<Active>, asked: &Asked) -> Result<Remembered, Problem> {
        let Some(store) = &self.store else { return Ok((asked.facts.clone(), None)) };
        let work = {
            let (active, store, mut facts) = (Arc::clone(active), Arc::clone(store), asked.facts.clone());
            move |promise: &Promise| -> Result<Facts, StateError> {
                let rules = active.engine.rules();
                let stored = &mut Stored { rules, store: Some(store.as_ref()), told: None };
                let remembered = remember(rules, &mut facts, stored).map(|()| facts);
                promise.keep();
                remembered
            }
        };
        let failed = match self.lanes.store(self.limits.store, work).await {
            Ok(Ok(facts)) => {
                self.state_answered(None);
                return Ok((facts, None));
            }
            Ok(Err(error)) => error.code(),
            Err(undone) => why_without(undone)?,
        };
        Ok((self.facts_without(asked, Some(failed)), Some(failed)))
    }

    /// Decides as it would now, and leaves nothing behind.
    pub(super) async fn preview(self: &Arc<Self>, active: &Arc<Active>, asked: Asked) -> Result<Answered, Problem> {
        let (facts, without_state) = self.remembered(active, &asked).await?;
        let work = {
            let (active, slots) = (Arc::clone(active), asked.slots.clone());
            move || active.engine.decide_all(&active.engine.gather(&facts), &slots)
        };
        let decisions = self.lanes.plain(work).await.map_err(|_| Problem::broke_off())?;
        let asked = Arc::new(asked);
        Ok(Answered { asked, decisions, ids: Vec::new(), without_state, frames: Vec::new(), name: None })
    }

    /// Explains what it would decide now, and leaves nothing behind.
    pub(super) async fn explain(self: &Arc<Self>, active: &Arc<Active>, asked: Asked) -> Result<Explained, Problem> {
        let (facts, without_state) = self.remembered(active, &asked).await?;
        let asked = Arc::new(asked);
        let work = {
            let (active, asked) = (Arc::clone(active), Arc::clone(&asked));
            move || explain(&active, &asked, &facts)
        };
        let (explanations, change) = self.lanes.plain(work).await.map_err(|_| Problem::broke_off())?;
        Ok(Explained { asked, explanations, change, without_state })
    }
}

/// What a store keeps of a request, and the frames in which it was decided, where they are logged.
struct Reserved {
    decisions: Vec<Decision>,
    ids: Vec<String>,
    frames: Vec<Frame>,
}

/// Hands over to the log what was answered, if it is logged.
fn write_down(log: &Log, active: &Arc<Active>, answered: &mut Answered, trace: Option<Arc<Trace>>, took: Duration) {
    let Answered { asked, decisions, without_state, name: Some(name), frames, .. } = answered else { return };
    if !log.takes(name) {
        return log.passes(decisions.len());
    }
    let mut frames = std::mem::take(frames);
    // It was answered before: what is known of the customer now is as much as can be said.
    let is_repeated = frames.is_empty();
    if is_repeated {
        frames = vec![active.engine.gather(&asked.facts); decisions.len()];
    }
    log.decided(Decided {
        active: Arc::clone(active),
        name: name.clone(),
        at: asked.facts.now,
        decisions: decisions.clone(),
        frames,
        trace,
        without_state: *without_state,
        is_repeated,
        is_shown: asked.shown,
        took,
    });
}

/// What is known, and why the store has no part in it.
type Remembered = (Facts, Option<&'static Code>);

fn explain(active: &Active, asked: &Asked, facts: &Facts) -> (Vec<Explanation>, Option<Change>) {
    let engine = &active.engine;
    let rules = engine.rules();
    let rule = asked.rule.as_deref().and_then(|name| rules.rule_named(name));
    let mut explanations = Vec::new();
    let mut change = None;
    engine.decider().decide_each(engine.gather(facts), &asked.slots, |frame, decision| {
        match rule {
            Some(rule) if rules[rule].slot != decision.slot => return,
            Some(rule) => change = eval::nearest(rules, frame, decision.slot, rule),
            None => {}
        }
        explanations.extend(engine.explain(frame, decision.slot));
    });
    (explanations, change)
}
