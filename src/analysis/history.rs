//! Whether some history spends just these caps and leaves just those, and which.
//!
//! Takes caps that must be spent and caps that must not; gives events, or the caps that contradict each other. Caps are
//! free inputs of the search, but not of life: who has seen an offer three times this week has also seen it three times
//! this year. So a search asks here before it names a customer, and learns which combination cannot be.
//!
//! An event counts for a cap or not, by its kind, its stamp and its age; events that count for the same caps are one
//! *cell*. How many events of each cell make every cap of the one list full and leave every cap of the other a place? A
//! small covering problem, solved by trying: a cap still to be filled takes as many events as it needs from a cell, the
//! cells that touch nothing else first. What counts is asked of the frame itself, with one event at a time, so this can
//! never disagree with how a decision counts.

use std::cell::Cell as Counter;
use std::collections::BTreeSet;

use crate::frame::{CapState, Fact, Facts, Happened, Stamp, gather};
use crate::model::{CapId, CapKind, CapTarget, CapUnit, CapWindow, CapZone, EventId, OfferId, RuleId, RuleSet, TagId};
use crate::value::Instant;

/// Steps of trying before it is given up.
const BUDGET: usize = 20_000;
/// More events than this are not made up.
const MOST_EVENTS: u32 = 100_000;
/// Of so many tags every combination is tried; of more only each alone, all together, and those of offers.
const FEW_TAGS: usize = 4;

/// What came out.
#[derive(Clone, Debug)]
pub(super) enum History {
    /// These events do it.
    Events(Vec<Happened>),
    /// It cannot be, already because of these caps: those to be spent, those to be left.
    Impossible(Vec<CapId>, Vec<CapId>),
    /// Not found and not excluded.
    Unknown,
}

struct Cell {
    event: Happened,
    /// Which of the caps to be spent it counts for, and which of the others; by their place in the lists.
    fills: Vec<usize>,
    takes: Vec<usize>,
}

/// A history for the customer of `facts`; what is counted per customer is asked for only where the key is known.
///
/// What a pause or a window of the calendar counts hangs on the moment and on the order of events, so no combination
/// with one is ever called impossible: events for them are looked for, tried on the frame, and found or not.
pub(super) fn history(rules: &RuleSet, facts: &Facts, spent: &[CapId], left: &[CapId]) -> History {
    let by_count = |cap: &CapId| match (&rules[*cap].kind, rules[*cap].window) {
        _ if rules[*cap].number.is_some() || matches!(rules[*cap].unit, CapUnit::Attribute(_)) => false,
        (CapKind::Cap | CapKind::Gap, CapWindow::Rolling(_) | CapWindow::Ever) => true,
        (CapKind::Pause { .. } | CapKind::Block { .. }, _) | (_, CapWindow::Calendar(_)) => false,
    };
    let counted = |caps: &[CapId]| -> Vec<CapId> { caps.iter().copied().filter(by_count).collect() };
    let (some_spent, some_left) = (counted(spent), counted(left));
    let found = plain(rules, facts, &some_spent, &some_left);
    match found {
        History::Events(events) if some_spent.len() < spent.len() || some_left.len() < left.len() => {
            Others { rules, facts, spent, left, tries: Counter::new(TRIES) }.events(events)
        }
        History::Events(_) | History::Impossible(..) | History::Unknown => found,
    }
}

/// Frames gathered before a search for pauses and calendars is given up.
const TRIES: usize = 400;

/// The search for events that bring about pauses and spend calendars, besides those that there must be.
struct Others<'a> {
    rules: &'a RuleSet,
    facts: &'a Facts,
    spent: &'a [CapId],
    left: &'a [CapId],
    tries: Counter<usize>,
}

impl Others<'_> {
    fn events(&self, events: Vec<Happened>) -> History {
        self.more(events).map_or(History::Unknown, History::Events)
    }

    /// Adds what the first cap still to be spent takes, in every way that leaves the others.
    fn more(&self, events: Vec<Happened>) -> Option<Vec<Happened>> {
        let left = self.tries.get().checked_sub(1)?;
        self.tries.set(left);
        let frame = gather(self.rules, &Facts { history: events.clone(), ..self.facts.clone() });
        // Where its zone is not known a calendar is spent in any case, and so is what is counted by an attribute that
        // is missing; the question knows that.
        let overdone = |cap: &&CapId| {
            frame.is_spent(self.rules, **cap)
                && !matches!(frame.caps.get(cap.index()), Some(CapState::UnknownZone | CapState::UnknownUnit))
                && frame.limit(self.rules, **cap).is_some()
        };
        if self.left.iter().any(|cap| overdone(&cap)) {
            return None;
        }
        let Some(next) = self.spent.iter().copied().find(|cap| !frame.is_spent(self.rules, *cap)) else {
            return Some(events);
        };
        let cap = &self.rules[next];
        let wanted = frame.limit(self.rules, next).filter(|limit| *limit <= MOST_EVENTS)?;
        for stamp in stamps(self.rules, &[next]) {
            for event in &cap.events {
                for at in self.times(next) {
                    let happened = Happened::plain(*event, at, stamp.clone());
                    let mut with = events.clone();
                    with.extend(std::iter::repeat_n(happened, wanted as usize));
                    if let Some(found) = self.more(with) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// Times worth trying for a cap: now, and as long ago as it and the caps to be left allow.
    fn times(&self, cap: CapId) -> Vec<Instant> {
        let now = self.facts.now;
        let just_in = |length| Instant(now.minus(length).0.saturating_add(1));
        let mut times = vec![now];
        if let CapKind::Pause { length, .. } | CapKind::Block { length } = self.rules[cap].kind {
            times.push(just_in(length));
        }
        for other in self.left.iter().chain([&cap]) {
            match (&self.rules[*other].kind, self.rules[*other].window) {
                (CapKind::Pause { length, .. } | CapKind::Block { length }, _) => times.push(now.minus(*length)),
                (CapKind::Cap | CapKind::Gap, CapWindow::Rolling(length)) => times.push(now.minus(length)),
                (CapKind::Cap | CapKind::Gap, CapWindow::Ever | CapWindow::Calendar(_)) => {}
            }
            if let CapWindow::Calendar(period) = self.rules[*other].window
                && let Some(start) = self.zone(*other).and_then(|zone| period.start(now, zone))
            {
                times.extend([start, Instant(start.0 - 1)]);
            }
        }
        times.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
        times.dedup();
        times
    }
}

impl Others<'_> {
    fn zone(&self, cap: CapId) -> Option<&str> {
        match self.rules[cap].zone.as_ref()? {
            CapZone::Named(zone) => Some(zone),
            CapZone::Attribute(id) => match self.facts.attributes.get(id.index()) {
                Some(Fact::Known(value, _)) => value.as_text(),
                Some(Fact::Missing(_) | Fact::Increments(_)) | None => self.rules[*id].default.as_ref()?.as_text(),
            }
            .map(AsRef::as_ref),
        }
    }
}

fn plain(rules: &RuleSet, facts: &Facts, spent: &[CapId], left: &[CapId]) -> History {
    if spent.is_empty() {
        return History::Events(Vec::new());
    }
    if spent.iter().any(|cap| rules[*cap].at_most > MOST_EVENTS) {
        return History::Unknown;
    }
    let cells = cells(rules, facts, spent, left);
    let need: Vec<u32> = spent.iter().map(|cap| rules[*cap].at_most).collect();
    let room: Vec<u32> = left.iter().map(|cap| rules[*cap].at_most.saturating_sub(1)).collect();
    match fill(&cells, &need, &room) {
        Some(Some(counts)) => {
            let events = cells.iter().zip(counts);
            let events = events.flat_map(|(cell, count)| std::iter::repeat_n(cell.event.clone(), count as usize));
            History::Events(events.collect())
        }
        Some(None) => core(&cells, need, room, spent, left),
        None => History::Unknown,
    }
}

/// The caps without which it would still be impossible are left out, one after the other.
fn core(cells: &[Cell], mut need: Vec<u32>, mut room: Vec<u32>, spent: &[CapId], left: &[CapId]) -> History {
    for at in 0..room.len() {
        let Some(place) = room.get_mut(at) else { continue };
        let before = std::mem::replace(place, u32::MAX);
        if !matches!(fill(cells, &need, &room), Some(None))
            && let Some(place) = room.get_mut(at)
        {
            *place = before;
        }
    }
    for at in 0..need.len() {
        let Some(place) = need.get_mut(at) else { continue };
        let before = std::mem::replace(place, 0);
        if !matches!(fill(cells, &need, &room), Some(None))
            && let Some(place) = need.get_mut(at)
        {
            *place = before;
        }
    }
    let spent = spent.iter().zip(&need).filter(|(_, need)| **need > 0).map(|(cap, _)| *cap).collect();
    let left = left.iter().zip(&room).filter(|(_, room)| **room < u32::MAX).map(|(cap, _)| *cap).collect();
    History::Impossible(spent, left)
}

/// How many events of each cell; `Some(None)`: it cannot be; `None`: given up.
fn fill(cells: &[Cell], need: &[u32], room: &[u32]) -> Option<Option<Vec<u32>>> {
    let mut filling =
        Filling { cells, need: need.to_vec(), room: room.to_vec(), counts: vec![0; cells.len()], budget: BUDGET };
    match filling.go() {
        Ok(true) => Some(Some(filling.counts)),
        Ok(false) => Some(None),
        Err(GivenUp) => None,
    }
}

struct GivenUp;

struct Filling<'c> {
    cells: &'c [Cell],
    need: Vec<u32>,
    room: Vec<u32>,
    counts: Vec<u32>,
    budget: usize,
}

impl Filling<'_> {
    fn go(&mut self) -> Result<bool, GivenUp> {
        self.budget = self.budget.checked_sub(1).ok_or(GivenUp)?;
        let Some((cap, need)) = self.need.iter().copied().enumerate().find(|(_, need)| *need > 0) else {
            return Ok(true);
        };
        let cells = self.cells;
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.fills.contains(&cap)) {
            let room = cell.takes.iter().filter_map(|taken| self.room.get(*taken)).min().copied().unwrap_or(u32::MAX);
            // A cell that takes nothing from anybody is as good as any mixture.
            let fewest = if cell.takes.is_empty() { need } else { 1 };
            for count in (fewest..=need.min(room)).rev() {
                let before = (self.need.clone(), self.room.clone(), self.counts.clone());
                for filled in &cell.fills {
                    self.need[*filled] = self.need[*filled].saturating_sub(count);
                }
                for taken in &cell.takes {
                    self.room[*taken] -= count;
                }
                self.counts[at] += count;
                if self.go()? {
                    return Ok(true);
                }
                (self.need, self.room, self.counts) = before;
            }
            if cell.takes.is_empty() {
                return Ok(false);
            }
        }
        Ok(false)
    }
}

/// Every kind of event that counts for one of the caps to be spent; those that count for the fewest others first.
fn cells(rules: &RuleSet, facts: &Facts, spent: &[CapId], left: &[CapId]) -> Vec<Cell> {
    let mut kinds: BTreeSet<EventId> = BTreeSet::new();
    let mut ages: Vec<Instant> = vec![facts.now];
    for cap in spent.iter().chain(left) {
        if let CapWindow::Rolling(length) = rules[*cap].window {
            ages.push(facts.now.minus(length));
        }
    }
    spent.iter().for_each(|cap| kinds.extend(&rules[*cap].events));
    ages.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
    ages.dedup();
    let mut found: Vec<Cell> = Vec::new();
    for stamp in stamps(rules, spent) {
        for event in &kinds {
            for at in &ages {
                let event = Happened::plain(*event, *at, stamp.clone());
                let frame = gather(rules, &Facts { history: vec![event.clone()], ..facts.clone() });
                let counts = |cap: &CapId| match frame.caps.get(cap.index()) {
                    // A gap that runs.
                    Some(CapState::Used(1) | CapState::Until(_)) => true,
                    Some(CapState::Used(_) | CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore)
                    | None => false,
                };
                let places = |caps: &[CapId]| -> Vec<usize> {
                    caps.iter().enumerate().filter(|(_, cap)| counts(cap)).map(|(at, _)| at).collect()
                };
                let (fills, takes) = (places(spent), places(left));
                if !fills.is_empty() && !found.iter().any(|cell| cell.fills == fills && cell.takes == takes) {
                    found.push(Cell { event, fills, takes });
                }
            }
        }
    }
    found.sort_by_key(|cell| (cell.takes.len(), std::cmp::Reverse(cell.fills.len())));
    found
}

/// The rule that shows an offer, where only one does: `history shown of X` in a test is stamped with it.
pub(super) fn only_rule(rules: &RuleSet, offer: OfferId) -> Option<RuleId> {
    let mut showing = rules.rules.iter().enumerate().filter(|(_, rule)| rule.show == offer);
    let (at, _) = showing.next()?;
    showing.next().is_none().then(|| RuleId::from_index(at))
}

/// Stamps that the caps look at: first those that events really bear, then the barest ones.
fn stamps(rules: &RuleSet, caps: &[CapId]) -> Vec<Stamp> {
    let mut found: Vec<Stamp> = Vec::new();
    let mut add = |offer, rule, tags: &[TagId]| {
        let stamp = Stamp::Of { offer, rule, via: None, class: None, tags: tags.to_vec(), channel: None };
        if !found.contains(&stamp) {
            found.push(stamp);
        }
    };
    for cap in caps {
        match &rules[*cap].target {
            CapTarget::Offers(offers) => offers.iter().for_each(|offer| {
                add(Some(*offer), only_rule(rules, *offer), &rules[*offer].tags);
                add(Some(*offer), None, &rules[*offer].tags);
            }),
            CapTarget::Rules(of) => of.iter().for_each(|rule| {
                let offer = rules[*rule].show;
                add(Some(offer), Some(*rule), &rules[offer].tags);
            }),
            CapTarget::Classes(of) => {
                for (at, offer) in rules.offers.iter().enumerate().filter(|(_, offer)| of.contains(&offer.class)) {
                    let id = OfferId::from_index(at);
                    add(Some(id), only_rule(rules, id), &offer.tags);
                    add(Some(id), None, &offer.tags);
                }
            }
            CapTarget::Anything | CapTarget::Channels(_) => {}
            CapTarget::Tags(of) => {
                let carries = |tags: &[TagId]| tags.iter().any(|tag| of.contains(tag));
                for (at, offer) in rules.offers.iter().enumerate().filter(|(_, offer)| carries(&offer.tags)) {
                    let id = OfferId::from_index(at);
                    add(Some(id), only_rule(rules, id), &offer.tags);
                    add(Some(id), None, &offer.tags);
                }
            }
        }
    }
    let mut tags: BTreeSet<TagId> = BTreeSet::new();
    for cap in caps {
        match &rules[*cap].target {
            CapTarget::Offers(offers) => offers.iter().for_each(|offer| add(Some(*offer), None, &[])),
            CapTarget::Rules(of) => of.iter().for_each(|rule| add(None, Some(*rule), &[])),
            CapTarget::Tags(of) => tags.extend(of),
            CapTarget::Classes(_) | CapTarget::Channels(_) => {}
            CapTarget::Anything => add(None, None, &[]),
        }
    }
    let tags: Vec<TagId> = tags.into_iter().collect();
    if tags.len() <= FEW_TAGS {
        for subset in 1_usize..1 << tags.len() {
            let chosen: Vec<TagId> =
                tags.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1).map(|(_, tag)| *tag).collect();
            add(None, None, &chosen);
        }
    } else {
        tags.iter().for_each(|tag| add(None, None, &[*tag]));
        add(None, None, &tags);
    }
    found
}
