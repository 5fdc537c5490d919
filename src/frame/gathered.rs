//! Counts, sums and last times of events, and decay: what expressions read that no attribute holds.
//!
//! Takes the customer's events and the masked attributes; gives one value for each entry of `RuleSet::gathered`. Refuses
//! to know where events come from; their order makes no difference.
//!
//! Missing is what cannot be told: of a customer who is not known, of an event whose purpose is closed, of an event of
//! which nobody wrote down when it was or what it belongs to, of a field that is not there, of a sum out of its range. Nothing is left
//! out in silence but what lies after now and the skew, and that is counted.

use std::collections::BTreeSet;

use super::caps::belongs;
use super::decay::decayed_sums;
use super::{Facts, Happened, SetAside};
use crate::model::{EventId, Gathered, Increment, Lookback, MOST_EVENTS, Occurrence, Operand, PurposeId, RuleSet};
use crate::value::{Consent, Datum, Instant, Missing, Period, SCORE, Truth, Value, rescale};

/// Every gathered value, in the order of the rule set, and the events that were set aside.
pub(super) fn all(
    rules: &RuleSet,
    facts: &Facts,
    consent: &[Consent],
    attributes: &[Datum],
    key_is_known: bool,
) -> (Vec<Datum>, Vec<SetAside>) {
    let events = Events { rules, facts, horizon: facts.now.plus(rules.defaults.skew) };
    let is_open = |purpose: &PurposeId| consent.get(purpose.index()) == Some(&Consent::Granted);
    let mut found: Vec<Datum> = Vec::with_capacity(rules.gathered.len());
    let mut read: BTreeSet<EventId> = BTreeSet::new();
    for gathered in &rules.gathered {
        read.extend(gathered.occurrences().iter().map(|of| of.event));
        let value = if !rules.needs_of_gathered(gathered).iter().all(is_open) {
            Err(Missing::NoConsent)
        } else if key_is_known || gathered.occurrences().is_empty() {
            events.value(gathered, attributes, &found)
        } else {
            Err(Missing::Absent)
        };
        found.push(match value {
            Ok(value) => Datum::Known(value),
            Err(reason) => Datum::Missing(reason),
        });
    }
    // Of what is masked, and of nobody, nothing is said.
    read.retain(|event| key_is_known && rules[*event].needs.iter().all(is_open));
    let set_aside = read.into_iter().filter_map(|event| {
        let count = facts.history.iter().filter(|other| other.event == event && events.horizon < other.at).count();
        (count > 0).then(|| SetAside { event, count: u32::try_from(count).unwrap_or(u32::MAX) })
    });
    (found, set_aside.collect())
}

struct Events<'a> {
    rules: &'a RuleSet,
    facts: &'a Facts,
    /// The latest stamp that still counts as now.
    horizon: Instant,
}

/// An event with the instant at which it counts.
type Counted<'a> = (&'a Happened, Instant);

impl<'a> Events<'a> {
    fn value(&self, gathered: &Gathered, attributes: &[Datum], before: &[Datum]) -> Result<Value, Missing> {
        match gathered {
            Gathered::Times(of, window) => {
                let count = self.sure(*of, *window)?.len();
                i64::try_from(count)
                    .ok()
                    .filter(|count| *count <= MOST_EVENTS)
                    .map(Value::Number)
                    .ok_or(Missing::Computed)
            }
            Gathered::Last(of) => self.last(*of),
            Gathered::Sum(of, field, window) => {
                let events = self.sure(*of, *window)?;
                let ty = self.rules.type_of_gathered(gathered).number().ok_or(Missing::Computed)?;
                let mut sum: i128 = 0;
                for (event, _) in events {
                    sum += i128::from(self.field(event, *field)?);
                }
                let sum = i64::try_from(sum).ok().filter(|sum| (ty.min..=ty.max).contains(sum));
                sum.map(Value::Number).ok_or(Missing::Computed)
            }
            Gathered::Decayed(terms) => {
                let mut parts: Vec<(i64, Instant, Period)> = Vec::new();
                for term in terms {
                    for (event, at) in self.sure(term.of, Lookback::Ever)? {
                        let points = match term.each {
                            Increment::Points(points) => points,
                            Increment::Field(field) => {
                                let scale = self.rules.field_type(term.of.event, field).map_or(0, |of| of.scale);
                                let points = rescale(self.field(event, field)?.into(), scale, SCORE.scale);
                                i64::try_from(points).map_err(|_| Missing::Computed)?
                            }
                        };
                        parts.push((points, at, term.half_life));
                    }
                }
                decayed_sums(parts, self.facts.now, self.horizon).map(Value::Number).ok_or(Missing::Computed)
            }
            Gathered::Halved { of, half_life, since } => self.halved(of, *half_life, since, attributes, before),
        }
    }

    /// The events that count; missing where nobody can say of one in the window whether it does.
    fn sure(&self, of: Occurrence, window: Lookback) -> Result<Vec<Counted<'a>>, Missing> {
        let mut found = Vec::new();
        let mut unsure = false;
        for (event, at, belongs) in self.of(of) {
            if in_window(window, at, self.facts.now) {
                match belongs {
                    Truth::Yes => found.push((event, at)),
                    Truth::Unknown => unsure = true,
                    Truth::No => {}
                }
            }
        }
        if unsure || self.undated(of) { Err(Missing::Absent) } else { Ok(found) }
    }

    /// The last time; missing where a later event may or may not be one.
    fn last(&self, of: Occurrence) -> Result<Value, Missing> {
        let events = self.of(of);
        let newest =
            |truth: Truth| events.iter().filter(|(_, _, belongs)| *belongs == truth).map(|(_, at, _)| *at).max();
        match (newest(Truth::Yes), newest(Truth::Unknown)) {
            _ if self.undated(of) => Err(Missing::Absent),
            (Some(sure), Some(unsure)) if unsure <= sure => Ok(Value::Time(sure)),
            (_, Some(_)) => Err(Missing::Absent),
            (Some(sure), None) => Ok(Value::Time(sure)),
            (None, None) => Ok(Value::Never),
        }
    }

    /// Whether one of them may have happened at a time that nobody can read.
    fn undated(&self, of: Occurrence) -> bool {
        let may = |stamp| of.of.is_none_or(|target| belongs(self.rules, target, stamp) != Truth::No);
        self.facts.undated.iter().any(|(event, stamp)| *event == of.event && may(stamp))
    }

    /// The events of a kind up to now, each with whether it belongs to the target; those from after now and the skew
    /// are set aside.
    fn of(&self, of: Occurrence) -> Vec<(&'a Happened, Instant, Truth)> {
        let facts = self.facts;
        let mut found = Vec::new();
        for event in facts.history.iter().filter(|happened| happened.event == of.event) {
            let belongs = of.of.map_or(Truth::Yes, |target| belongs(self.rules, target, &event.stamp));
            match belongs {
                Truth::No => {}
                Truth::Yes | Truth::Unknown if self.horizon < event.at => {}
                Truth::Yes | Truth::Unknown => found.push((event, event.at.min(facts.now), belongs)),
            }
        }
        found
    }

    /// The number in a field of an event.
    fn field(&self, event: &Happened, field: u32) -> Result<i64, Missing> {
        let ty = self.rules.field_type(event.event, field).ok_or(Missing::Computed)?;
        match event.fields.get(field as usize) {
            Some(Datum::Known(Value::Number(number))) if (ty.min..=ty.max).contains(number) => Ok(*number),
            Some(Datum::Known(_)) => Err(Missing::Unreadable),
            Some(Datum::Missing(reason)) => Err(*reason),
            None => Err(Missing::Absent),
        }
    }

    /// What is left of a number; arithmetic with never is missing, so nothing is left of what never was.
    fn halved(
        &self,
        of: &Operand,
        half_life: Period,
        since: &Operand,
        attributes: &[Datum],
        before: &[Datum],
    ) -> Result<Value, Missing> {
        let absent = Datum::Missing(Missing::Absent);
        let read = |operand: &Operand| match operand {
            Operand::Attribute(id) => attributes.get(id.index()).unwrap_or(&absent).clone(),
            Operand::Gathered(id) => before.get(id.index()).unwrap_or(&absent).clone(),
            Operand::Number(mantissa, _) => Datum::Known(Value::Number(*mantissa)),
            Operand::Time(at) => Datum::Known(Value::Time(*at)),
        };
        let scale = self.rules.operand_number(of).map_or(0, |number| number.scale);
        let (mantissa, at) = match (read(of), read(since)) {
            (Datum::Known(Value::Number(mantissa)), Datum::Known(Value::Time(at))) => (mantissa, at),
            (Datum::Missing(reason), _) | (_, Datum::Missing(reason)) => return Err(reason),
            (Datum::Known(_), Datum::Known(_)) => return Err(Missing::Computed),
        };
        if self.horizon < at {
            return Err(Missing::FromTheFuture);
        }
        let mantissa = i64::try_from(rescale(mantissa.into(), scale, SCORE.scale)).map_err(|_| Missing::Computed)?;
        let left = decayed_sums([(mantissa, at, half_life)], self.facts.now, self.horizon);
        left.map(Value::Number).ok_or(Missing::Computed)
    }
}

/// Whether the window holds an event at `at`, which is not after now.
fn in_window(window: Lookback, at: Instant, now: Instant) -> bool {
    match window {
        Lookback::Last(length) => now.minus(length) < at,
        Lookback::Ever => true,
    }
}
