//! What a record says: the last events one by one, and, where many count together, older ones in sums.
//!
//! A customer's record keeps every event. A record that everybody writes to would grow without end, and every decision
//! would read all of it, so what is older than the last few hundred events is kept in [`Run`]s: how many of the same kind
//! there were between two instants. A run counts as if all of it had happened at its end, so a cap may count an event for
//! a little longer than its window, and never for less. How little, [`Tally::thin`] says. Refuses to know rules.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::StoredEvent;
use crate::frame;
use crate::model::{CapUnit, RuleSet};
use crate::value::Instant;

/// What is added to a record. In whatever order two of them are added, the sum is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Something happened.
    Happened(StoredEvent),
    /// Something of a decision that was made at `decided` happened, after the events of `before`.
    Confirmed {
        /// What.
        event: StoredEvent,
        /// When it was decided.
        decided: Instant,
        /// What of it had happened before.
        before: Vec<String>,
    },
    /// It did not happen after all.
    TakenBack {
        /// What.
        event: StoredEvent,
        /// Where it was something of a decision: when that was made, and what of it had happened before. What was
        /// reserved for it is reserved again.
        of: Option<(Instant, Vec<String>)>,
    },
}

impl Entry {
    /// What it is about.
    pub fn event(&self) -> &StoredEvent {
        match self {
            Self::Happened(event) | Self::Confirmed { event, .. } | Self::TakenBack { event, .. } => event,
        }
    }

    /// Whether a cap of the unit has to know of it.
    pub fn concerns(&self, rules: &RuleSet, unit: CapUnit) -> bool {
        let happened = self.event().happened(rules);
        happened.is_some_and(|happened| frame::concerns(rules, unit, happened.event, &happened.stamp))
    }
}

/// Several events of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What happened, at the instant of the last; of no decision in particular.
    pub event: StoredEvent,
    /// The instant of the first.
    pub from: Instant,
    /// How many.
    pub count: u32,
    /// Of decisions: what of each of them has happened. `None` of what is no decision that waits for anything.
    pub confirmed: Option<Vec<String>>,
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events one by one, in the order in which they were recorded.
    pub events: Vec<StoredEvent>,
    /// Older ones in sums.
    pub runs: Vec<Run>,
}

/// Below so many events and runs nothing is put into sums.
const EXACT: usize = 512;

/// So many events, the last, stay one by one.
const LAST: usize = 128;

/// How many runs there may be before they are made coarser.
const RUNS: usize = 256;

/// No run is longer than its age by two to the power of this.
const COARSEST: u32 = 4;

const DECIDED: &str = "decided";

impl Tally {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.runs.is_empty()
    }

    /// How many events it says there were.
    pub fn count(&self) -> u64 {
        self.events.len() as u64 + self.runs.iter().map(|run| u64::from(run.count)).sum::<u64>()
    }

    /// Adds to it.
    pub fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Happened(event) => self.events.push(event),
            Entry::Confirmed { event, decided, before } => {
                let is_its = |other: &&StoredEvent| other.event == DECIDED && other.decision == event.decision;
                if !self.events.iter().any(|other| is_its(&other)) {
                    let after = with(&before, &event.event);
                    self.move_one(&event, decided, &before, after);
                }
                self.events.push(event);
            }
            Entry::TakenBack { event, of } => {
                let is_it = |other: &StoredEvent| {
                    other.decision == event.decision && other.event == event.event && of_a_kind(other, &event)
                };
                match self.events.iter().position(is_it) {
                    Some(at) => drop(self.events.remove(at)),
                    None => self.take_from_run(&event),
                }
                if let Some((decided, before)) = of {
                    let after = with(&before, &event.event);
                    self.move_one(&event, decided, &after, before);
                }
            }
        }
    }

    /// Of one decision of a run something else has happened. One that is in none was over, and is reserved no longer.
    fn move_one(&mut self, event: &StoredEvent, decided: Instant, before: &[String], after: Vec<String>) {
        let is_its = |run: &&mut Run| {
            run.confirmed.as_deref() == Some(before) && run.covers(decided) && of_a_kind(&run.event, event)
        };
        let Some(run) = self.runs.iter_mut().find(is_its) else { return };
        let mut of_it = run.event.clone();
        of_it.at = decided;
        run.count = run.count.saturating_sub(1);
        self.runs.push(Run { event: of_it, from: decided, count: 1, confirmed: Some(after) });
        self.runs.retain(|run| run.count > 0);
    }

    fn take_from_run(&mut self, event: &StoredEvent) {
        let covering = self
            .runs
            .iter_mut()
            .filter(|run| run.event.event == event.event && run.covers(event.at) && of_a_kind(&run.event, event));
        // Of those that it may be the one that counts for least.
        if let Some(run) = covering.max_by_key(|run| run.confirmed.as_ref().map_or(0, Vec::len)) {
            run.count = run.count.saturating_sub(1);
        }
        self.runs.retain(|run| run.count > 0);
    }

    /// Drops what happened before an instant; of what is summed up, what ended before it.
    pub fn drop_before(&mut self, instant: Instant) {
        self.events.retain(|event| event.at >= instant);
        self.runs.retain(|run| run.event.at >= instant);
    }

    /// Drops what `is_over` says of an event, of a run by its last; a decision stays while anything of it is kept.
    pub fn drop_over(&mut self, is_over: impl Fn(&StoredEvent) -> bool) {
        self.events.retain(|event| event.decision.is_none() || event.event != DECIDED || !is_over(event));
        self.runs.retain(|run| run.confirmed.is_none() || !is_over(&run.event));
    }

    /// Puts older events into sums, where there are many.
    ///
    /// Events of a kind are joined where the first and the last lie no further apart than the last is old, divided by a
    /// power of two: as large a one as leaves few runs, and 16 at least. So a cap counts an event for at most a sixteenth
    /// of its window longer than it was written.
    pub fn thin(&mut self, now: Instant) {
        if self.events.len() + self.runs.len() < EXACT {
            return;
        }
        let older = self.events.len().saturating_sub(LAST);
        let rest = self.events.split_off(older);
        let older = std::mem::replace(&mut self.events, rest);
        let mut told = HashSet::new();
        let older: Vec<StoredEvent> = older.into_iter().filter(|event| is_new(event, &mut told)).collect();
        let mut confirmed: HashMap<&str, Vec<String>> = HashMap::new();
        for event in older.iter().chain(&self.events).filter(|event| event.event != DECIDED) {
            if let Some(decision) = &event.decision {
                confirmed.entry(decision).or_default().push(event.event.clone());
            }
        }
        for event in &older {
            let of_it = event.decision.as_deref().filter(|_| event.event == DECIDED);
            let confirmed = of_it.map(|decision| {
                let mut events = confirmed.get(decision).cloned().unwrap_or_default();
                events.sort_unstable();
                events
            });
            let alone = StoredEvent { decision: None, ..event.clone() };
            self.runs.push(Run { from: alone.at, event: alone, count: 1, confirmed });
        }
        self.runs.sort_by(|a, b| a.kind().cmp(&b.kind()).then(a.event.at.cmp(&b.event.at)));
        for finer in (COARSEST..=20).rev() {
            let runs = std::mem::take(&mut self.runs);
            for run in runs {
                match self.runs.last_mut() {
                    Some(last) if last.joins(&run, now, finer) => last.join(run),
                    Some(_) | None => self.runs.push(run),
                }
            }
            if self.runs.len() <= RUNS {
                break;
            }
        }
    }
}

impl Run {
    fn covers(&self, at: Instant) -> bool {
        self.from <= at && at <= self.event.at
    }

    fn kind(&self) -> impl Ord + '_ {
        let StoredEvent { event, at: _, offer, rule, via, class, tags, channel, decision: _ } = &self.event;
        (event, offer, rule, via, class, tags, channel, &self.confirmed)
    }

    /// Whether a later run, in order of its end, may be joined to this one.
    fn joins(&self, later: &Self, now: Instant, finer: u32) -> bool {
        let first = self.from.min(later.from);
        let length = later.event.at.0.saturating_sub(first.0);
        let age = now.0.saturating_sub(later.event.at.0).max(0);
        self.kind() == later.kind() && length <= age >> finer && self.count.checked_add(later.count).is_some()
    }

    fn join(&mut self, later: Self) {
        self.from = self.from.min(later.from);
        self.count = self.count.saturating_add(later.count);
        self.event.at = self.event.at.max(later.event.at);
    }
}

/// Whether an event of a decision is told for the first time. In a store that writes one record after the other an event
/// may stand there twice: where two say it at once, each takes back what is theirs, and one stays.
pub fn is_new(event: &StoredEvent, told: &mut HashSet<u64>) -> bool {
    event.decision.is_none() || {
        let mut hasher = DefaultHasher::new();
        let StoredEvent { event, at: _, offer, rule, via, class: _, tags: _, channel, decision } = event;
        (event, offer, rule, via, channel, decision).hash(&mut hasher);
        told.insert(hasher.finish())
    }
}

/// What has happened of a decision, one event later.
fn with(before: &[String], event: &str) -> Vec<String> {
    let mut all = before.to_vec();
    all.push(event.to_owned());
    all.sort_unstable();
    all
}

/// Whether two events have the same stamp.
fn of_a_kind(one: &StoredEvent, other: &StoredEvent) -> bool {
    (&one.offer, &one.rule, one.via, &one.class, &one.tags, &one.channel)
        == (&other.offer, &other.rule, other.via, &other.class, &other.tags, &other.channel)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn event(name: &str, at: i64, decision: &str) -> StoredEvent {
        StoredEvent {
            event: name.into(),
            at: Instant(at),
            offer: Some("tv".into()),
            rule: Some("cheap".into()),
            via: None,
            class: Some("marketing".into()),
            tags: Vec::new(),
            channel: None,
            decision: Some(decision.into()),
        }
    }

    /// A year in which something is decided every ten minutes and shown a minute later.
    fn year() -> (Tally, Vec<i64>) {
        let mut tally = Tally::default();
        let mut times = Vec::new();
        for number in 0..52_560 {
            let (at, id) = (number * 600 * SECOND, number.to_string());
            tally.add(Entry::Happened(event("decided", at, &id)));
            let shown = event("shown", at + 60 * SECOND, &id);
            tally.add(Entry::Confirmed { event: shown, decided: Instant(at), before: Vec::new() });
            times.push(at + 60 * SECOND);
            if number % 16 == 0 {
                tally.thin(Instant(at + 60 * SECOND));
            }
        }
        (tally, times)
    }

    #[test]
    fn a_year_is_kept_in_few_runs_and_counts_no_window_for_less_and_none_for_much_more() {
        let (tally, times) = year();
        assert_eq!(tally.count(), 2 * times.len() as u64, "nothing is lost");
        assert!(tally.events.len() + tally.runs.len() < EXACT + 64, "{} {}", tally.events.len(), tally.runs.len());
        let now = times[times.len() - 1];
        for days in [1, 2, 7, 30, 90, 300] {
            let window = days * 86_400 * SECOND;
            let real = |window: i64| times.iter().filter(|at| now - window < **at).count() as u64;
            let alone = tally.events.iter().filter(|one| one.event == "shown" && now - window < one.at.0).count();
            let runs = tally.runs.iter().filter(|run| run.event.event == "shown" && now - window < run.event.at.0);
            let counted = alone as u64 + runs.map(|run| u64::from(run.count)).sum::<u64>();
            assert!(counted >= real(window), "{days} days: {counted}");
            assert!(counted <= real(window + window / 16 + SECOND), "{days} days: {counted}");
        }
    }

    #[test]
    fn what_is_in_a_sum_is_still_confirmed_and_taken_back() {
        let mut tally = Tally::default();
        for number in 0..1_000 {
            tally.add(Entry::Happened(event("decided", number * SECOND, &number.to_string())));
        }
        tally.thin(Instant(1_000 * SECOND));
        let waiting = |tally: &Tally| {
            let runs = tally.runs.iter().filter(|run| run.confirmed == Some(Vec::new()));
            let alone = tally.events.iter().filter(|one| one.event == "decided").count();
            runs.map(|run| run.count as usize).sum::<usize>() + alone
        };
        assert_eq!((waiting(&tally), tally.events.len()), (1_000, LAST));
        let at = Instant(7 * SECOND);
        tally.add(Entry::Confirmed { event: event("shown", 9 * SECOND, "7"), decided: at, before: Vec::new() });
        assert_eq!(waiting(&tally), 999);
        let clicked = event("clicked", 11 * SECOND, "7");
        tally.add(Entry::Confirmed { event: clicked, decided: at, before: vec!["shown".into()] });
        let done: Vec<_> =
            tally.runs.iter().filter(|run| run.confirmed.as_ref().is_some_and(|of| !of.is_empty())).collect();
        assert_eq!(done.len(), 1);
        assert_eq!((done[0].count, done[0].event.at), (1, at));
        assert_eq!(done[0].confirmed, Some(vec!["clicked".into(), "shown".into()]));
        let back = |event: StoredEvent| Entry::TakenBack { event, of: None };
        tally.add(back(event("decided", 8 * SECOND, "8")));
        tally.add(back(event("decided", 999 * SECOND, "999")));
        assert_eq!(waiting(&tally), 997);
        tally.add(back(event("sent", 8 * SECOND, "8")));
        assert_eq!(waiting(&tally), 997, "there was none");
        let shown = event("shown", 12 * SECOND, "9");
        let decided = Instant(9 * SECOND);
        tally.add(Entry::Confirmed { event: shown.clone(), decided, before: Vec::new() });
        assert_eq!(waiting(&tally), 996);
        tally.add(Entry::TakenBack { event: shown, of: Some((decided, Vec::new())) });
        assert_eq!(waiting(&tally), 997, "it waits again");
        // One that was over and dropped is a fact all the same.
        let before = tally.count();
        let shown = event("shown", SECOND, "of old");
        tally.add(Entry::Confirmed { event: shown, decided: Instant(-5), before: Vec::new() });
        assert_eq!((waiting(&tally), tally.count()), (997, before + 1));
    }

    #[test]
    fn what_two_say_at_once_counts_once_and_stays_when_one_takes_it_back() {
        let mut tally = Tally::default();
        let shown = event("shown", 5, "7");
        for _ in 0..2 {
            tally.add(Entry::Happened(shown.clone()));
        }
        let of_another = StoredEvent { offer: Some("radio".into()), ..shown.clone() };
        tally.add(Entry::TakenBack { event: of_another, of: None });
        let count = |tally: &Tally| {
            let mut told = HashSet::new();
            tally.events.iter().filter(|event| is_new(event, &mut told)).count()
        };
        assert_eq!((tally.events.len(), count(&tally)), (2, 1));
        let mut sums = tally.clone();
        for number in 0..600 {
            sums.add(Entry::Happened(event("shown", 10 + number, &format!("n{number}"))));
        }
        sums.thin(Instant(SECOND));
        assert_eq!(sums.count(), 601);
        tally.add(Entry::TakenBack { event: shown, of: None });
        assert_eq!((tally.events.len(), count(&tally)), (1, 1));
    }

    #[test]
    fn kinds_are_kept_apart() {
        let mut tally = Tally::default();
        for number in 0..600 {
            let mut one = event("shown", number * 86_400 * SECOND, &number.to_string());
            one.offer = Some(format!("offer {}", number % 3));
            tally.add(Entry::Happened(one));
        }
        tally.thin(Instant(600 * 86_400 * SECOND));
        for of in 0..3 {
            let name = Some(format!("offer {of}"));
            let runs: u32 = tally.runs.iter().filter(|run| run.event.offer == name).map(|run| run.count).sum();
            let alone = tally.events.iter().filter(|one| one.offer == name).count() as u32;
            assert_eq!(runs + alone, 200);
        }
    }
}
